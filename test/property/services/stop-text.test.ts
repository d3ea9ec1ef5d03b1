import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createStopScanner } from '../../../services/stop-text.ts';

/** All that was handed on, and the stop text that ended it. */
function scan(pieces: readonly string[], stops: readonly string[]): { text: string; stop: string | null } {
  const scanner = createStopScanner(stops);
  let text = '';
  for (const piece of pieces) {
    const found = scanner.push(piece);
    text += found.text;
    if (found.stop !== null) return { text, stop: found.stop };
  }
  return { text: text + scanner.flush(), stop: null };
}

describe('the stop scanner, on any text', () => {
  test('[ST8] answers the same however the text was cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 40 });
    const stop = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 5 });
    const cuts = fc.array(fc.nat(40), { maxLength: 12 });
    fc.assert(
      fc.property(letters, fc.array(stop, { maxLength: 4 }), cuts, (whole, stops, at) => {
        const points = [0, ...at.sort((a, b) => a - b), whole.length];
        const pieces = points.map((point, i) => whole.slice(point, points[i + 1] ?? point));
        expect(scan(pieces, stops)).toEqual(scan([whole], stops));
      }),
      { numRuns: 1000 },
    );
  });

  test('[ST9] never lets a stop text through, and loses nothing before it', () => {
    const letters = fc.array(fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 6 }), { maxLength: 10 });
    const stop = fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(letters, fc.array(stop, { minLength: 1, maxLength: 3 }), (pieces, stops) => {
        const { text, stop: found } = scan(pieces, stops);
        for (const one of stops) expect(text).not.toContain(one);
        expect(pieces.join('').startsWith(text + (found ?? ''))).toBe(true);
        expect(found === null).toBe(text === pieces.join(''));
      }),
      { numRuns: 1000 },
    );
  });
});
