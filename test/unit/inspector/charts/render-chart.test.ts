import { describe, expect, test } from '@jest/globals';
import { createMachine } from 'xstate';
import type { ChartDrawing } from '../../../../inspector/charts/chart.ts';
import { layoutChart } from '../../../../inspector/charts/layout-chart.ts';
import { type ChartMarks, renderChart, type SvgElement } from '../../../../inspector/charts/render-chart.ts';
import { svgText } from '../../../../inspector/charts/svg-text.ts';
import { walkChart } from '../../../../inspector/charts/walk-chart.ts';
import { drawCharts } from '../../../../scripts/draw-charts.ts';

const NOTHING_LIT: ChartMarks = { active: new Set(), arrow: null };

function elementsOf(element: SvgElement): SvgElement[] {
  return [element, ...('children' in element ? element.children.flatMap(elementsOf) : [])];
}
const classOf = ({ attributes }: SvgElement): string[] => String(attributes['class'] ?? '').split(' ');
const withoutClasses = (picture: SvgElement): string =>
  JSON.stringify(
    elementsOf(picture)
      .map(({ tag, attributes: { class: _class, ...rest } }) => ({ tag, rest }))
      .sort((a, b) => (JSON.stringify(a) < JSON.stringify(b) ? -1 : 1)),
  );

describe('the picture of a chart', () => {
  test('[ID10] has an element for each state and each arrow, found by their ids', async () => {
    for (const drawing of Object.values(await drawCharts())) {
      const elements = elementsOf(renderChart(drawing, NOTHING_LIT));
      const idsOf = (name: string) => elements.flatMap(({ attributes }) => attributes[name] ?? []).sort();
      expect(idsOf('data-state')).toEqual(drawing.states.map(({ id }) => id).sort());
      expect(idsOf('data-arrow')).toEqual(drawing.arrows.map(({ id }) => id).sort());
    }
  });

  test('[ID11] lights what it is told, by classes alone', async () => {
    const { supervisor } = await drawCharts();
    const marks = { active: new Set(['ready', 'ready.health.suspect']), arrow: supervisor.arrows[0]!.id };
    const lit = renderChart(supervisor, marks);
    expect(withoutClasses(lit)).toBe(withoutClasses(renderChart(supervisor, NOTHING_LIT)));
    const having = (name: string) => elementsOf(lit).filter((element) => classOf(element).includes(name));
    expect(having('state-active').map(({ attributes }) => attributes['data-state'])).toEqual([
      ...marks.active,
    ]);
    expect(having('arrow-taken').map(({ attributes }) => attributes['data-arrow'])).toEqual([marks.arrow]);
  });

  test('[ID12] makes no markup of what a name or a description says', async () => {
    const hostile = '"><script>alert(1)</script>&amp;\'';
    const machine = createMachine({
      initial: 'a',
      states: { a: { description: hostile, on: { [hostile]: 'b' } }, b: {} },
    } as never);
    const drawing = await layoutChart(walkChart('supervisor', machine));
    const named: ChartDrawing = {
      ...drawing,
      states: drawing.states.map((state) => ({ ...state, key: hostile })),
    };
    const text = svgText(renderChart(named, NOTHING_LIT), '');
    expect(text).not.toContain('<script');
    expect(text.match(/<(\/?)(\w+)/g)?.every((tag) => ALLOWED.has(tag.replace(/[</]/g, '')))).toBe(true);
  });

  test('[ID13] is a file of its own, with its style and nothing from outside', async () => {
    const { request } = await drawCharts();
    const text = svgText(renderChart(request, NOTHING_LIT), '.line { fill: none }');
    expect(text).toContain('xmlns="http://www.w3.org/2000/svg"');
    expect(text).toContain('.line { fill: none }');
    expect(text.replaceAll('http://www.w3.org/2000/svg', '')).not.toMatch(/https?:|href|url\(/);
  });
});

const ALLOWED = new Set(['svg', 'style', 'g', 'title', 'rect', 'circle', 'text', 'path']);
