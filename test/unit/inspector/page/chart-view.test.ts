import { describe, expect, test } from '@jest/globals';
import type { ChartDrawing } from '../../../../inspector/charts/chart.ts';
import { focusBox, readableScale, wholeScale } from '../../../../inspector/page/store/chart-view.ts';

const DRAWING: ChartDrawing = {
  name: 'supervisor',
  states: [],
  transitions: [],
  arrows: [],
  routes: {},
  width: 1000,
  height: 400,
  boxes: {
    outer: { x: 0, y: 0, width: 500, height: 300 },
    'outer.left': { x: 10, y: 20, width: 200, height: 200 },
    'outer.right': { x: 250, y: 20, width: 200, height: 200 },
  },
};

const ACTIVE = new Map([
  ['outer', 0],
  ['outer.left', 0],
  ['outer.right', 0],
]);

describe('chart in its place', () => {
  test('[IP24] is shown whole where it can be read, and never larger than life by much', () => {
    expect(readableScale(DRAWING, 900, 380)).toBe(0.9);
    expect(readableScale(DRAWING, 5000, 5000)).toBe(1.15);
  });

  test('[IP24] is as large as can be read where it is too small as a whole', () => {
    expect(wholeScale(DRAWING, 300, 380)).toBe(0.3);
    expect(readableScale(DRAWING, 300, 380)).toBe(0.68);
    expect(readableScale(DRAWING, 0, 0)).toBe(0.68);
  });

  test('[IP24] has the outermost active state in sight that fits', () => {
    expect(focusBox(DRAWING, ACTIVE, { width: 600, height: 400 })).toBe(DRAWING.boxes['outer']);
    expect(focusBox(DRAWING, ACTIVE, { width: 300, height: 400 })).toBe(DRAWING.boxes['outer.left']);
    expect(focusBox(DRAWING, ACTIVE, { width: 100, height: 100 })).toBe(DRAWING.boxes['outer.right']);
  });

  test('[IP24] looks at nothing where no state is active, or none that is drawn', () => {
    expect(focusBox(DRAWING, null, { width: 600, height: 400 })).toBeNull();
    expect(focusBox(DRAWING, new Map([['gone', 0]]), { width: 600, height: 400 })).toBeNull();
  });
});
