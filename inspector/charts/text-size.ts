/** Height of a line of an arrow's text, in px. */
export const LINE_PX = 14;

/**
 * How wide a text of 13 px is at most in the fonts that systems use for their own surface, in px: a chart is laid out
 * where nothing can measure it.
 */
export function textWidthPx(text: string): number {
  let width = 0;
  for (const glyph of text) width += NARROW.has(glyph) ? 5 : WIDE.has(glyph) ? 11.5 : 7.6;
  return Math.ceil(width);
}

/** The same of the text of an arrow, which is 11.5 px. */
export function labelWidthPx(text: string): number {
  return Math.ceil((textWidthPx(text) * 11.5) / 13);
}

const NARROW = new Set("ijltfr.,:;'|!() ");
const WIDE = new Set('mwMW');

/** Breaks a text between words into lines of at most so many characters, where its words let it. */
export function wrapText(text: string, charsMax: number): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= charsMax)
      lines[lines.length - 1] = `${last} ${word}`;
    else lines.push(word);
  }
  return lines;
}
