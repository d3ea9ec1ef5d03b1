import { describe, expect, test } from '@jest/globals';
import { decodeBpe, encodeBpe, learnBpe } from '../../../models/bpe.ts';
import { byteSymbols } from '../../../models/byte-symbols.ts';
import { PAGE } from '../../../models/page.ts';

const texts = PAGE.answers.map(({ answer }) => answer);

describe('the byte-level BPE', () => {
  test('[EM3] has a different printable symbol for each of the 256 bytes', () => {
    expect(new Set(byteSymbols()).size).toBe(256);
    expect(byteSymbols().filter((symbol) => /[\s\p{Cc}]/u.test(symbol))).toEqual([]);
  });

  test.each([
    ['a sentence of the page', texts[0]!],
    ['nothing', ''],
    ['spaces and lines', '  two  spaces\n\nand lines \t'],
    ['letters beyond ASCII', 'Größe, naïve, 日本語, 🐈‍⬛'],
    ['numbers and marks', "don't 12.5% (x=1); #!"],
  ])('[EM3] gives a text back unchanged: %s', (_, text) => {
    const bpe = learnBpe(texts, 900);
    expect(decodeBpe(bpe, encodeBpe(bpe, text))).toBe(text);
  });

  test('[EM4] joins the most frequent pair first, and of equals the first in order', () => {
    expect(learnBpe(['ab ab ab cd cd'], 300).merges.slice(0, 3)).toEqual([
      ['a', 'b'],
      ['c', 'd'],
      ['Ġ', 'ab'],
    ]);
    expect(learnBpe(['zx', 'by'], 257).merges).toEqual([['b', 'y']]);
  });

  test('[EM4] learns the same from the same texts, and stops at the bound', () => {
    expect(learnBpe(texts, 400)).toEqual(learnBpe(texts, 400));
    expect(learnBpe(texts, 400).symbols).toHaveLength(400);
  });

  test('[EM4] makes every word of its texts one token when there is room', () => {
    const bpe = learnBpe(texts, 5000);
    expect(encodeBpe(bpe, 'A guard asks a policy').map((token) => bpe.symbols[token])).toEqual([
      'A',
      'Ġguard',
      'Ġasks',
      'Ġa',
      'Ġpolicy',
    ]);
  });
});
