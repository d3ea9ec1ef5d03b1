import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';

const STYLE = readFileSync(new URL('../../../../inspector/charts/chart.css', import.meta.url), 'utf8');
const [LIGHT = '', DARK = ''] = STYLE.split('@media (prefers-color-scheme: dark)');

/** What WCAG 2.2 AA asks of text, and of shapes that must be seen. */
const TEXT_RATIO_MIN = 4.5;
const SHAPE_RATIO_MIN = 3;

/** The paper below a picture is that of whoever shows it: GitHub's, here. */
describe.each([
  ['light', LIGHT, '#ffffff'],
  ['dark', DARK, '#0d1117'],
])('the %s colours of a chart', (_theme, style, paper) => {
  const grounds = [paper, colourOf(style, 'surface'), colourOf(style, 'inside')];

  test.each(['text', 'quiet', 'lit-text'])('[ID17] let the text %s be read', (name) => {
    for (const ground of grounds) {
      expect(contrast(colourOf(style, name), ground)).toBeGreaterThanOrEqual(TEXT_RATIO_MIN);
    }
  });

  test.each(['line', 'arrow', 'lit'])('[ID17] let the shape %s be seen', (name) => {
    for (const ground of grounds) {
      expect(contrast(colourOf(style, name), ground)).toBeGreaterThanOrEqual(SHAPE_RATIO_MIN);
    }
  });

  test('[ID17] let the name of an active state be read', () => {
    const ratio = contrast(colourOf(style, 'lit-text'), colourOf(style, 'lit-soft'));
    expect(ratio).toBeGreaterThanOrEqual(TEXT_RATIO_MIN);
  });
});

function colourOf(style: string, name: string): string {
  const colour = new RegExp(`--chart-${name}: (#[0-9a-f]{6});`).exec(style)?.[1];
  if (colour === undefined) throw new Error(`the style has no colour "${name}"`);
  return colour;
}

function contrast(one: string, other: string): number {
  const [dark = 0, light = 0] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

/** Relative luminance, as WCAG defines it. */
function luminance(colour: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(colour.slice(at, at + 2), 16) / 255)
    .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
