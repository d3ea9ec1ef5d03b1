import { describe, expect, test } from '@jest/globals';
import { lookBackQuery } from '../../../models/look-back.ts';
import { CODE_CORRELATION_MAX, CODE_COUNT, tokenCode } from '../../../models/token-codes.ts';

describe('token codes', () => {
  test('[EM8] of two different tokens never agree by more than 8 of 32', () => {
    const codes = Array.from({ length: CODE_COUNT }, (_, token) => tokenCode(token));
    let most = 0;
    for (const [one, left] of codes.entries()) {
      for (let two = 0; two < one; two += 1) {
        const right = codes[two]!;
        let product = 0;
        for (let place = 0; place < 32; place += 1) product += left[place]! * right[place]!;
        if (product > most) most = product;
      }
    }
    expect(most).toBe(CODE_CORRELATION_MAX);
  });

  test.each([[-1], [2048], [0.5], [Number.NaN]])('[EM8] exist for no token but 0 to 2047: %s', (token) => {
    expect(() => tokenCode(token)).toThrow(RangeError);
  });
});

describe('the look-back query', () => {
  test.each([[1], [4], [7]])(
    '[EM9] scores highest exactly %s places back, within the whole context',
    (tokensBack) => {
      const query = lookBackQuery(tokensBack);
      const score = (distance: number): number => {
        let sum = 0;
        for (let pair = 0; pair < 16; pair += 1) {
          const angle = distance * 2 ** (-pair / 16);
          sum += Math.cos(angle) * query[2 * pair]! - Math.sin(angle) * query[2 * pair + 1]!;
        }
        return sum;
      };
      expect(score(tokensBack)).toBeCloseTo(16, 9);
      const others = Array.from({ length: 8192 }, (_, distance) => distance).filter(
        (distance) => distance !== tokensBack,
      );
      expect(Math.max(...others.map(score))).toBeLessThan(11.8);
    },
  );
});
