import type { AnyStateMachine, AnyStateNode } from 'xstate';
import type { Chart, ChartArrow, ChartName, ChartState, ChartTransition } from './chart.ts';

/** A machine as a chart. The machine itself is read, not its JSON form, which loses names. */
export function walkChart(name: ChartName, machine: AnyStateMachine): Chart {
  const nodes = statesBelow(machine.root);
  const found = [machine.root, ...nodes].flatMap(waysOf).map((way, i) => ({ ...way, id: `t${i + 1}` }));
  const arrows = joinArrows(found);
  return {
    name,
    states: nodes.map(describeState),
    transitions: found.map(({ id, node, target, ...told }): ChartTransition => {
      const arrow = arrows.find(({ ways }) => ways.includes(id));
      return { id, from: pathOf(node), to: target && pathOf(target), ...told, arrow: arrow?.id ?? null };
    }),
    arrows: arrows.map(({ ways: _ways, ...arrow }) => arrow),
  };
}

function statesBelow(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states).flatMap((child) => [child, ...statesBelow(child)]);
}

function describeState(node: AnyStateNode): ChartState {
  const { parent, key, type, description = '', invoke } = node;
  return {
    id: pathOf(node),
    key,
    parent: parent === undefined || parent.parent === undefined ? null : pathOf(parent),
    kind: type === 'history' ? 'atomic' : type,
    isInitial: parent?.initial?.target?.includes(node) === true,
    description,
    ports: invoke.map(({ id }) => id),
  };
}

const pathOf = (node: AnyStateNode): string => node.path.join('.');

interface Way extends Pick<ChartTransition, 'event' | 'kind' | 'guard' | 'label'> {
  readonly node: AnyStateNode;
  readonly target: AnyStateNode | null;
}

function waysOf(node: AnyStateNode): Way[] {
  const transitions = [...[...node.transitions.values()].flat(), ...(node.always ?? [])];
  return transitions.flatMap((transition) => {
    const targets = (transition.target ?? []) as AnyStateNode[];
    const cause = causeOf(transition);
    return (targets.length === 0 ? [null] : targets).map((target) => ({ node, target, ...cause }));
  });
}

/** Guards that say an event is of now: all completions have one. */
const PRESENCE = new Set(['isCurrent', 'isOfAttempt']);

function causeOf({
  eventType,
  guard,
}: NonNullable<AnyStateNode['always']>[number]): Pick<Way, 'event' | 'kind' | 'guard' | 'label'> {
  const event = String(eventType);
  // One that takes parameters says no more by its name than the target does.
  const condition = typeof guard !== 'string' || PRESENCE.has(guard) ? '' : inWords(guard);
  const told = { event, guard: nameOf(guard) };
  if (event === '') return { ...told, kind: 'always', label: condition };
  if (event.startsWith('xstate.error.actor.')) return { ...told, kind: 'error', label: 'a port died' };
  if (event.startsWith('xstate.after.')) {
    return { ...told, kind: 'delay', label: inWords(event.split('.')[2] ?? '') };
  }
  return { ...told, kind: 'event', label: condition === '' ? event : condition };
}

function nameOf(guard: unknown): string | null {
  if (typeof guard === 'string') return guard;
  const { type } = (guard ?? {}) as { readonly type?: unknown };
  return typeof type === 'string' ? type : null;
}

/** `isObserved` → `observed`, `nothingInFlight` → `nothing in flight`. */
function inWords(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`).replace(/^is /, '');
}

interface JoinedArrow extends ChartArrow {
  /** Ids of the transitions that it stands for. */
  readonly ways: readonly string[];
}

/**
 * What can be drawn, and taken in: a way over the border of a state becomes one between the outermost states that its
 * ends do not share, and ways between the same two states become one. A way into or out of the state that holds it
 * has no arrow.
 */
function joinArrows(ways: readonly (Way & { readonly id: string })[]): JoinedArrow[] {
  const joined = new Map<string, { from: string; to: string; ways: (Way & { id: string })[] }>();
  for (const way of ways) {
    const ends = way.target === null ? null : drawnEnds(way.node, way.target);
    if (ends === null) continue;
    const key = ends.join(' ');
    const arrow = joined.get(key) ?? { from: ends[0], to: ends[1], ways: [] };
    arrow.ways.push(way);
    joined.set(key, arrow);
  }
  const arrows = [...joined.values()].map(({ from, to, ways: taken }, i) => ({
    id: `a${i + 1}`,
    from,
    to,
    label: labelOf(taken, from, to),
    ways: taken.map(({ id }) => id),
  }));
  // Said once is enough of arrows that say the same and end in one state.
  return arrows.map((arrow, i) => {
    const isSaid = arrows.slice(0, i).some(({ to, label }) => to === arrow.to && label === arrow.label);
    return isSaid ? { ...arrow, label: '' } : arrow;
  });
}

function drawnEnds(from: AnyStateNode, to: AnyStateNode): readonly [string, string] | null {
  const froms = lineage(from);
  const tos = lineage(to);
  const depth = froms.findIndex((node, i) => node !== tos[i]);
  const [drawnFrom, drawnTo] = [froms[depth], tos[depth]];
  return drawnFrom === undefined || drawnTo === undefined ? null : [pathOf(drawnFrom), pathOf(drawnTo)];
}

/** From the machine down to the state. */
function lineage(node: AnyStateNode): AnyStateNode[] {
  return node.parent === undefined ? [node] : [...lineage(node.parent), node];
}

/** Causes told on an arrow; the others are in the table of the documents, and named when they happen. */
const CAUSES_MAX = 3;

/**
 * Commands and facts by their last word, several deadlines as one, what needs no event by its guards, and what needs
 * nothing by the inner state that it leaves. Empty where the arrow says by itself what the words would.
 */
function labelOf(ways: readonly Way[], from: string, to: string): string {
  const delays = new Set(ways.filter(({ kind }) => kind === 'delay').map(({ label }) => label));
  const causes = ways.map(({ kind, label, node }) => {
    if (kind === 'delay' && delays.size > 1) return 'a deadline';
    if (kind === 'event') return label.split('.').at(-1) ?? label;
    return label === '' ? node.key : label;
  });
  const certain = ways.find(({ kind, label }) => kind === 'always' && label === '');
  const distinct = [...new Set(certain === undefined ? causes : [certain.node.key])];
  const [only] = distinct;
  const isPlain =
    distinct.length === 1 && (certain !== undefined ? pathOf(certain.node) === from : isNamed(only, to));
  if (isPlain) return '';
  return distinct.length <= CAUSES_MAX
    ? distinct.join(', ')
    : `${distinct.slice(0, CAUSES_MAX - 1).join(', ')}, …`;
}

/** Whether a cause ends in the name of the state that it leads to: `pressure is elevated`. */
function isNamed(cause: string | undefined, to: string): boolean {
  return cause?.split(' ').at(-1) === to.split('.').at(-1);
}
