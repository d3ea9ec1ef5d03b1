import type { SvgElement } from './render-chart.ts';

/**
 * A picture as the text of a file of its own. Everything that is not markup of ours is escaped.
 *
 * @param style A style sheet, put into the file; it must be trusted.
 */
export function svgText(picture: SvgElement, style: string): string {
  const attributes = { xmlns: 'http://www.w3.org/2000/svg', ...picture.attributes };
  const children = 'children' in picture ? picture.children : [];
  const inside = children.map((child) => `  ${markupOf(child)}\n`).join('');
  return `<svg${attributesOf(attributes)}>\n  <style>\n${style.trim()}\n  </style>\n${inside}</svg>\n`;
}

function markupOf(element: SvgElement): string {
  const inside = 'text' in element ? escaped(element.text) : element.children.map(markupOf).join('');
  return `<${element.tag}${attributesOf(element.attributes)}>${inside}</${element.tag}>`;
}

function attributesOf(attributes: SvgElement['attributes']): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escaped(String(value))}"`)
    .join('');
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}
