import type { Box, ChartDrawing, ChartState, Route } from './chart.ts';
import { stateName } from './state-name.ts';
import { LINE_PX } from './text-size.ts';

/** An element of a picture, as plain data: a page and a document make of it what they need. */
export type SvgElement =
  | { readonly tag: string; readonly attributes: SvgAttributes; readonly children: readonly SvgElement[] }
  | { readonly tag: string; readonly attributes: SvgAttributes; readonly text: string };

export type SvgAttributes = Readonly<Record<string, string | number>>;

/** What is lit. Marks change classes and nothing else. */
export interface ChartMarks {
  /** Ids of the active states. */
  readonly active: ReadonlySet<string>;
  /** The arrow of the latest transition. */
  readonly arrow: string | null;
}

const RADIUS = 8;
const TEXT_INSET = 10;
/** Where the base line of a text stands below the middle of its line. */
const BASE_LINE = 4.5;

/** Draws a chart. States carry `data-state`, arrows `data-arrow`; what they look like is in `chart.css`. */
export function renderChart(drawing: ChartDrawing, marks: ChartMarks): SvgElement {
  const { states, arrows, width, height, name } = drawing;
  const taken = arrows.filter(({ id }) => id === marks.arrow);
  const others = arrows.filter(({ id }) => id !== marks.arrow);
  return element(
    'svg',
    {
      class: 'chart-picture',
      viewBox: `0 0 ${width} ${height}`,
      role: 'img',
      'aria-label': `State chart of the ${name}`,
      'data-chart': name,
    },
    [
      ...states.flatMap((state) => renderState(drawing, state, marks.active.has(state.id))),
      // The taken one lies on top.
      ...[...others, ...taken].flatMap(({ id }) => renderArrow(id, drawing.routes[id], id === marks.arrow)),
    ],
  );
}

function renderState(drawing: ChartDrawing, state: ChartState, isActive: boolean): SvgElement[] {
  const box = drawing.boxes[state.id];
  if (box === undefined) return [];
  const { kind } = state;
  const holds = kind === 'compound' || kind === 'parallel';
  const region = drawing.states.some(({ id, kind: outer }) => id === state.parent && outer === 'parallel');
  const classes = [
    'state',
    `state-${kind}`,
    ...(region ? ['region'] : []),
    ...(isActive ? ['state-active'] : []),
  ];
  return [
    element('g', { class: classes.join(' '), 'data-state': state.id }, [
      text('title', {}, state.description === '' ? stateName(state.key) : state.description),
      outline(box, 0),
      ...(kind === 'final' ? [outline(box, 3)] : []),
      ...(state.isInitial ? [initialDot(box, holds)] : []),
      text('text', nameAt(box, holds, state.isInitial), stateName(state.key)),
    ]),
  ];
}

function outline({ x, y, width, height }: Box, inset: number): SvgElement {
  return element('rect', {
    class: 'outline',
    x: x + inset,
    y: y + inset,
    width: width - 2 * inset,
    height: height - 2 * inset,
    rx: RADIUS - inset,
  });
}

/** A dot before the name: here its parent begins. */
function initialDot({ x, y, height }: Box, holds: boolean): SvgElement {
  return element('circle', {
    class: 'initial',
    cx: x + TEXT_INSET + 1,
    cy: y + (holds ? 14 : height / 2),
    r: 3.5,
  });
}

function nameAt({ x, y, width, height }: Box, holds: boolean, isInitial: boolean): SvgAttributes {
  if (holds || isInitial) {
    const left = x + TEXT_INSET + (isInitial ? 11 : 0);
    return { class: 'name', x: left, y: y + (holds ? 14 : height / 2) + BASE_LINE };
  }
  return { class: 'name', x: x + width / 2, y: y + height / 2 + BASE_LINE, 'text-anchor': 'middle' };
}

function renderArrow(id: string, route: Route | undefined, isTaken: boolean): SvgElement[] {
  if (route === undefined || route.points.length < 2) return [];
  const { points, label } = route;
  return [
    element('g', { class: isTaken ? 'arrow arrow-taken' : 'arrow', 'data-arrow': id }, [
      element('path', { class: 'line', d: lineOf(points) }),
      element('path', { class: 'head', d: headOf(points) }),
      ...(label === null
        ? []
        : label.lines.map((line, i) =>
            text(
              'text',
              {
                class: 'label',
                x: label.x + label.width / 2,
                y: label.y + (i + 0.5) * LINE_PX + BASE_LINE,
                'text-anchor': 'middle',
              },
              line,
            ),
          )),
    ]),
  ];
}

type Points = Route['points'];

/** Straight lines with rounded corners. */
function lineOf(points: Points): string {
  const [first, ...rest] = points;
  if (first === undefined) return '';
  const parts = [`M${first[0]} ${first[1]}`];
  for (const [i, corner] of rest.entries()) {
    const next = rest[i + 1];
    const before = points[i];
    if (next === undefined || before === undefined) parts.push(`L${corner[0]} ${corner[1]}`);
    else {
      const [inX, inY] = towards(corner, before, 6);
      const [outX, outY] = towards(corner, next, 6);
      parts.push(`L${inX} ${inY}Q${corner[0]} ${corner[1]} ${outX} ${outY}`);
    }
  }
  return parts.join('');
}

function headOf(points: Points): string {
  const [tip, before] = [points.at(-1), points.at(-2)];
  if (tip === undefined || before === undefined) return '';
  const [baseX, baseY] = towards(tip, before, 7, 1);
  const [sideX, sideY] = [((tip[1] - baseY) * 4) / 7, ((tip[0] - baseX) * 4) / 7];
  return `M${tip[0]} ${tip[1]}L${baseX + sideX} ${baseY - sideY}L${baseX - sideX} ${baseY + sideY}Z`;
}

/** The point so many px from one point on the way to another, but never further than a share of the way. */
function towards(
  from: Points[number],
  to: Points[number],
  px: number,
  most = 0.5,
): readonly [number, number] {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1]);
  const share = length === 0 ? 0 : Math.min(px / length, most);
  return [round(from[0] + (to[0] - from[0]) * share), round(from[1] + (to[1] - from[1]) * share)];
}

const round = (value: number): number => Math.round(value * 100) / 100;

function element(tag: string, attributes: SvgAttributes, children: readonly SvgElement[] = []): SvgElement {
  return { tag, attributes, children };
}

function text(tag: string, attributes: SvgAttributes, content: string): SvgElement {
  return { tag, attributes, text: content };
}
