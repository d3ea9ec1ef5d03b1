import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { type ChartEdge, childrenOf, edgesOf } from './chart-walk.ts';

/**
 * A chart as a Mermaid picture. An edge that crosses the border of a state is drawn between the outermost states it
 * leads from and to, because that is all Mermaid can draw and all a reader can take in; the exact states are in the
 * table that `chart-to-table.ts` makes.
 */
export function chartToMermaid(machine: AnyStateMachine): string {
  const arrows = arrowsByParent(edgesOf(machine));
  return ['stateDiagram-v2', ...inside(machine.root, arrows, '  ')].join('\n');
}

interface Arrow {
  readonly from: AnyStateNode;
  readonly to: AnyStateNode;
  readonly edges: ChartEdge[];
}

function inside(parent: AnyStateNode, arrows: ReadonlyMap<AnyStateNode, Arrow[]>, indent: string): string[] {
  const regions = childrenOf(parent).map((child) => boxOf(child, arrows, indent));
  if (parent.type === 'parallel')
    return regions.flatMap((box, index) => (index === 0 ? box : [`${indent}--`, ...box]));
  const initial = parent.initial?.target?.[0];
  return [
    ...(initial === undefined ? [] : [`${indent}[*] --> ${idOf(initial)}`]),
    ...regions.flat(),
    ...(arrows.get(parent) ?? []).map((arrow) => `${indent}${lineOf(arrow)}`),
  ];
}

function boxOf(node: AnyStateNode, arrows: ReadonlyMap<AnyStateNode, Arrow[]>, indent: string): string[] {
  if (node.type === 'final') return [`${indent}${idOf(node)} --> [*]`];
  if (childrenOf(node).length === 0) return [`${indent}${idOf(node)}`];
  return [`${indent}state ${idOf(node)} {`, ...inside(node, arrows, `${indent}  `), `${indent}}`];
}

function lineOf({ from, to, edges }: Arrow): string {
  const label = labelOf(edges);
  return `${idOf(from)} --> ${idOf(to)}${label === '' ? '' : ` : ${label}`}`;
}

/** Commands and facts by their last word, deadlines as one, and what needs no event by its guards. */
function labelOf(edges: readonly ChartEdge[]): string {
  const delays = new Set(edges.filter(({ kind }) => kind === 'delay').map(({ cause }) => cause));
  const causes = edges.map(({ kind, cause, from }) => {
    if (kind === 'delay' && delays.size > 1) return 'a deadline';
    if (kind === 'event') return cause.split('.').at(-1) ?? cause;
    return cause === '' ? from.key : cause;
  });
  const unconditional = edges.find(({ kind, cause }) => kind === 'always' && cause === '');
  const shown = unconditional === undefined ? causes : [unconditional.from.key];
  return [...new Set(shown)].join(', ');
}

/** Groups edges by the state within which they are drawn, and joins those between the same two states. */
function arrowsByParent(edges: readonly ChartEdge[]): Map<AnyStateNode, Arrow[]> {
  const byParent = new Map<AnyStateNode, Arrow[]>();
  for (const edge of edges) {
    const drawn = drawnEnds(edge);
    if (drawn === null) continue;
    const arrows = byParent.get(drawn.parent) ?? [];
    byParent.set(drawn.parent, arrows);
    const same = arrows.find(({ from, to }) => from === drawn.from && to === drawn.to);
    if (same === undefined) arrows.push({ from: drawn.from, to: drawn.to, edges: [edge] });
    else same.edges.push(edge);
  }
  return byParent;
}

/** The outermost states that are not shared; null where one end holds the other. */
function drawnEnds({ from, to }: ChartEdge) {
  const froms = lineage(from);
  const tos = lineage(to);
  const depth = froms.findIndex((node, index) => node !== tos[index]);
  const [drawnFrom, drawnTo, parent] = [froms[depth], tos[depth], froms[depth - 1]];
  if (drawnFrom === undefined || drawnTo === undefined || parent === undefined) return null;
  return { from: drawnFrom, to: drawnTo, parent };
}

/** From the root down to the state. */
function lineage(node: AnyStateNode): AnyStateNode[] {
  return node.parent === undefined ? [node] : [...lineage(node.parent), node];
}

/** The name of a state is enough: two states of one name would be one box, and are refused. */
function idOf(node: AnyStateNode): string {
  const root = lineage(node)[0] ?? node;
  const sameName = [...descendants(root)].filter(({ key }) => key === node.key);
  if (sameName.length > 1) throw new Error(`two states of the chart are called "${node.key}"`);
  return node.key;
}

function* descendants(node: AnyStateNode): Generator<AnyStateNode> {
  for (const child of childrenOf(node)) {
    yield child;
    yield* descendants(child);
  }
}
