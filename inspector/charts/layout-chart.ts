import type { ELK, ElkExtendedEdge, ElkNode } from 'elkjs';
import type { Box, Chart, ChartArrow, ChartDrawing, ChartState, Route } from './chart.ts';
import { stateName } from './state-name.ts';
import { LINE_PX, labelWidthPx, textWidthPx, wrapText } from './text-size.ts';

/** Sizes in px. */
const LEAF_HEIGHT = 26;
const TITLE_HEIGHT = 26;
const PADDING = 10;
const REGION_GAP = 12;
const LABEL_CHARS_MAX = 9;
const MARGIN = 6;

/**
 * Where everything of a chart stands. Each state that holds others is laid out by itself, from within: arrows lead
 * between states of one parent only, so the inside of a state never pushes at what is outside.
 */
export async function layoutChart(chart: Chart): Promise<ChartDrawing> {
  // Its types describe another kind of module than Node makes of it.
  const { default: Elk } = (await import('elkjs/lib/elk.bundled.js')) as unknown as {
    readonly default: new () => ELK;
  };
  const elk = new Elk();
  const whole = await layoutInside(chart, null, elk);
  const drawing = shift(whole, MARGIN, MARGIN);
  return {
    ...chart,
    width: Math.ceil(whole.width + 2 * MARGIN),
    height: Math.ceil(whole.height + 2 * MARGIN),
    boxes: Object.fromEntries(drawing.boxes),
    routes: Object.fromEntries(drawing.routes),
  };
}

/** A part of the picture, from its own upper left corner. */
interface Part {
  readonly width: number;
  readonly height: number;
  readonly boxes: readonly (readonly [string, Box])[];
  readonly routes: readonly (readonly [string, Route])[];
}

/** The states of one parent with all that is in them. */
async function layoutInside(chart: Chart, parent: ChartState | null, elk: ELK): Promise<Part> {
  const children = chart.states.filter((state) => state.parent === (parent?.id ?? null));
  const parts: Part[] = [];
  for (const child of children) parts.push(await layoutState(chart, child, elk));
  if (parent?.kind === 'parallel') return besideOneAnother(parts);

  const ids = new Set(children.map(({ id }) => id));
  const arrows = chart.arrows.filter(({ from }) => ids.has(from));
  const laid = await elk.layout(graphOf(children, parts, arrows, parent === null));
  const placed = parts.map((part, i) => shift(part, laid.children?.[i]?.x ?? 0, laid.children?.[i]?.y ?? 0));
  return {
    width: laid.width ?? 0,
    height: laid.height ?? 0,
    boxes: placed.flatMap(({ boxes }) => boxes),
    routes: [
      ...placed.flatMap(({ routes }) => routes),
      ...(laid.edges ?? []).map((edge) => [edge.id, routeOf(edge)] as const),
    ],
  };
}

/** One state, its own box included. */
async function layoutState(chart: Chart, state: ChartState, elk: ELK): Promise<Part> {
  const titleWidth = textWidthPx(stateName(state.key)) + 2 * PADDING + (state.isInitial ? 12 : 0);
  if (state.kind === 'atomic' || state.kind === 'final') {
    const box = { x: 0, y: 0, width: titleWidth, height: LEAF_HEIGHT };
    return { width: box.width, height: box.height, boxes: [[state.id, box]], routes: [] };
  }
  const inside = await layoutInside(chart, state, elk);
  const width = Math.max(titleWidth, inside.width + 2 * PADDING);
  const height = TITLE_HEIGHT + inside.height + PADDING;
  const { boxes, routes } = shift(inside, (width - inside.width) / 2, TITLE_HEIGHT);
  return { width, height, boxes: [[state.id, { x: 0, y: 0, width, height }], ...boxes], routes };
}

function besideOneAnother(parts: readonly Part[]): Part {
  const height = Math.max(0, ...parts.map((part) => part.height));
  const boxes: (readonly [string, Box])[] = [];
  const routes: (readonly [string, Route])[] = [];
  let x = 0;
  for (const part of parts) {
    const placed = shift(part, x, 0);
    boxes.push(...placed.boxes);
    routes.push(...placed.routes);
    x += part.width + REGION_GAP;
  }
  return { width: Math.max(0, x - REGION_GAP), height, boxes, routes };
}

function graphOf(
  states: readonly ChartState[],
  parts: readonly Part[],
  arrows: readonly ChartArrow[],
  isOutermost: boolean,
): ElkNode {
  return {
    id: 'graph',
    layoutOptions: {
      'elk.algorithm': 'layered',
      // The life of a machine goes from left to right, that of a state from top to bottom.
      'elk.direction': isOutermost ? 'RIGHT' : 'DOWN',
      'elk.edgeRouting': 'ORTHOGONAL',
      'elk.padding': '[top=0,left=0,bottom=0,right=0]',
      'elk.layered.cycleBreaking.strategy': 'MODEL_ORDER',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      // Where no arrow tells which comes first, the machine does: the initial state above what it leads to.
      'elk.layered.considerModelOrder.components': 'MODEL_ORDER',
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      'elk.layered.feedbackEdges': 'true',
      'elk.layered.edgeLabels.sideSelection': 'ALWAYS_DOWN',
      'elk.layered.compaction.postCompaction.strategy': 'EDGE_LENGTH',
      'elk.layered.spacing.nodeNodeBetweenLayers': '10',
      'elk.layered.spacing.edgeNodeBetweenLayers': '8',
      'elk.layered.spacing.edgeEdgeBetweenLayers': '8',
      'elk.spacing.nodeNode': '12',
      'elk.spacing.edgeNode': '8',
      'elk.spacing.edgeEdge': '8',
      'elk.spacing.edgeLabel': '2',
    },
    children: states.map(({ id }, i) => ({
      id,
      width: parts[i]?.width ?? 0,
      height: parts[i]?.height ?? 0,
    })),
    edges: arrows.map(({ id, from, to, label }) => ({
      id,
      sources: [from],
      targets: [to],
      labels: label === '' ? [] : [labelBox(label)],
    })),
  };
}

function labelBox(label: string) {
  const lines = wrapText(label, LABEL_CHARS_MAX);
  return {
    text: label,
    width: Math.max(...lines.map((line) => labelWidthPx(line))) + 6,
    height: lines.length * LINE_PX,
  };
}

function routeOf({ sections, labels }: ElkExtendedEdge): Route {
  const points = (sections ?? []).flatMap(({ startPoint, bendPoints = [], endPoint }) =>
    [startPoint, ...bendPoints, endPoint].map(({ x, y }) => [x, y] as const),
  );
  const label = labels?.[0];
  if (label?.text === undefined) return { points, label: null };
  const { x = 0, y = 0, width = 0, height = 0, text } = label;
  return { points, label: { x, y, width, height, lines: wrapText(text, LABEL_CHARS_MAX) } };
}

function shift(part: Part, dx: number, dy: number): Part {
  const moved = <B extends Box>(box: B): B => ({ ...box, x: box.x + dx, y: box.y + dy });
  return {
    ...part,
    boxes: part.boxes.map(([id, box]) => [id, moved(box)]),
    routes: part.routes.map(([id, { points, label }]) => [
      id,
      { points: points.map(([x, y]) => [x + dx, y + dy]), label: label && moved(label) },
    ]),
  };
}
