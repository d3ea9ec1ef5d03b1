import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createTokenText } from '../../../services/token-text.ts';

describe('the text of tokens, for any text', () => {
  test('[TT8] adds up to the whole text, in whole characters, however it is cut into tokens', () => {
    const cut = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 60 });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), cut, (whole, sizes) => {
        fc.pre(!whole.endsWith('\uFFFD'));
        const bytes = new TextEncoder().encode(whole);
        const vocabulary: Uint8Array[] = [];
        for (let at = 0, i = 0; at < bytes.length; i += 1) {
          const size = sizes[i % sizes.length]!;
          vocabulary.push(bytes.subarray(at, at + size));
          at += size;
        }
        const text = createTokenText((tokens) =>
          new TextDecoder('utf-8', { ignoreBOM: true }).decode(
            Buffer.concat(tokens.map((token) => vocabulary[token] ?? new Uint8Array())),
          ),
        );
        const given = vocabulary.map((_bytes, token) => text.push(token));
        expect(given.join('')).toBe(whole);
        for (const piece of given) expect(piece).not.toMatch(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/);
      }),
      { numRuns: 500 },
    );
  });
});
