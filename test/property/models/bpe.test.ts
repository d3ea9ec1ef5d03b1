import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { decodeBpe, encodeBpe, learnBpe } from '../../../models/bpe.ts';
import { PAGE } from '../../../models/page.ts';

describe('the byte-level BPE', () => {
  const bpe = learnBpe(
    PAGE.prose.map(({ opening, rest }) => opening + rest),
    600,
  );

  test('[EM3] gives any text back unchanged', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), (text) => {
        expect(decodeBpe(bpe, encodeBpe(bpe, text))).toBe(text);
      }),
      { numRuns: 200 },
    );
  });
});
