import { describe, expect, test } from '@jest/globals';
import type { Box, ChartName } from '../../../../inspector/charts/chart.ts';
import { layoutChart } from '../../../../inspector/charts/layout-chart.ts';
import { walkChart } from '../../../../inspector/charts/walk-chart.ts';
import { MACHINES } from '../../../../scripts/machines.ts';

const NAMES = Object.keys(MACHINES) as ChartName[];
const draw = (name: ChartName) => layoutChart(walkChart(name, MACHINES[name]));

const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;
/** Whether a box lies inside of another one, and so many px from its sides. */
const holds = (outer: Box, inner: Box, px = 0): boolean =>
  inner.x >= outer.x + px &&
  inner.y >= outer.y + px &&
  inner.x + inner.width <= outer.x + outer.width - px + 0.5 &&
  inner.y + inner.height <= outer.y + outer.height - px + 0.5;

const PADDING_MIN_PX = 6;

describe.each(NAMES)('the layout of the %s chart', (name) => {
  test('[ID5] places each state inside of its parent, and beside its brothers', async () => {
    const { states, boxes, width, height } = await draw(name);
    const whole = { x: 0, y: 0, width, height };
    for (const { id, parent } of states) {
      expect(holds(parent === null ? whole : boxes[parent]!, boxes[id]!, PADDING_MIN_PX)).toBe(true);
      const brothers = states.filter((other) => other.parent === parent && other.id !== id);
      expect(brothers.filter((other) => overlap(boxes[id]!, boxes[other.id]!))).toEqual([]);
    }
  });

  test('[ID6] lets no text of an arrow lie on another text, or on a state that its ends are not in', async () => {
    const { states, arrows, boxes, routes } = await draw(name);
    const labels = arrows.flatMap(({ id, from }) => {
      const label = routes[id]?.label;
      return label ? [{ id, from, label }] : [];
    });
    for (const { id, from, label } of labels) {
      expect(labels.filter((other) => other.id !== id && overlap(label, other.label))).toEqual([]);
      const under = states.filter((state) => overlap(label, boxes[state.id]!)).map((state) => state.id);
      expect(under.filter((state) => !from.startsWith(`${state}.`))).toEqual([]);
    }
  });

  test('[ID7] draws each arrow from the border of one state to the border of the other', async () => {
    const { arrows, boxes, routes } = await draw(name);
    for (const { id, from, to } of arrows) {
      const { points } = routes[id]!;
      expect(isOnBorder(points[0]!, boxes[from]!)).toBe(true);
      expect(isOnBorder(points.at(-1)!, boxes[to]!)).toBe(true);
    }
  });

  test('[ID8] is the same each time', async () => {
    expect(await draw(name)).toEqual(await draw(name));
  });

  test('[ID9] fits into its room without its text becoming too small to read', async () => {
    const { width, height } = await draw(name);
    expect(Math.min(760 / width, 560 / height)).toBeGreaterThanOrEqual(SCALES_MIN[name]);
  });

  test('[ID14] begins with the initial state: on the left of a machine, on top of a state', async () => {
    const { states, boxes } = await draw(name);
    for (const { id, parent } of states.filter(({ isInitial }) => isInitial)) {
      const brothers = states.filter((other) => other.parent === parent).map((other) => boxes[other.id]!);
      const axis = parent === null ? 'x' : 'y';
      expect(boxes[id]![axis]).toBe(Math.min(...brothers.map((box) => box[axis])));
    }
  });

  test('[ID16] has nothing beyond its edges', async () => {
    const { routes, width, height } = await draw(name);
    const whole = { x: 0, y: 0, width, height };
    for (const { points, label } of Object.values(routes)) {
      for (const [x, y] of points) expect(holds(whole, { x, y, width: 0, height: 0 })).toBe(true);
      if (label !== null) expect(holds(whole, label)).toBe(true);
    }
  });
});

/** How much smaller each may become; the ways of an acquisition to fail make it the largest. */
const SCALES_MIN: Readonly<Record<ChartName, number>> = { supervisor: 0.7, acquisition: 0.65, request: 1 };

test('[ID15] the life of the supervisor goes from left to right', async () => {
  const { boxes } = await draw('supervisor');
  const life = ['stopped', 'starting', 'ready', 'draining'].map((id) => boxes[id]!);
  for (const [i, box] of life.slice(1).entries()) {
    expect(box.x).toBeGreaterThanOrEqual(life[i]!.x + life[i]!.width);
  }
});

function isOnBorder([px, py]: readonly [number, number], { x, y, width, height }: Box): boolean {
  const near = (a: number, b: number) => Math.abs(a - b) < 0.5;
  const within = (value: number, from: number, length: number) =>
    value >= from - 0.5 && value <= from + length + 0.5;
  return (
    ((near(px, x) || near(px, x + width)) && within(py, y, height)) ||
    ((near(py, y) || near(py, y + height)) && within(px, x, width))
  );
}
