import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createLineSplitter } from '../../../inspector/page/source/line-splitter.ts';

const text = fc.array(fc.constantFrom('a', 'é', '\n', '\r', '\r\n', '{"x":1}'), { maxLength: 40 });

describe('lines of a text that comes in pieces', () => {
  test('[IP3] are the same wherever the text is cut', () => {
    fc.assert(
      fc.property(text, fc.array(fc.nat(80), { maxLength: 8 }), (parts, places) => {
        const whole = parts.join('');
        const cuts = [...new Set([0, ...places.filter((place) => place < whole.length), whole.length])].sort(
          (a, b) => a - b,
        );
        const splitter = createLineSplitter(1000);
        const lines = cuts.slice(1).flatMap((cut, n) => splitter.push(whole.slice(cuts[n], cut)));
        const expected = whole.split(/\r\n|\n|\r/);
        if (expected.at(-1) === '') expected.pop();
        expect([...lines, ...splitter.end()]).toEqual(expected);
      }),
    );
  });
});
