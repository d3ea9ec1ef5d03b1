import { describe, expect, test } from '@jest/globals';
import { createLineSplitter } from '../../../../inspector/page/source/line-splitter.ts';

describe('lines of a text that comes in pieces', () => {
  test('[IP3] gives what stands behind the last line end only at the end', () => {
    const splitter = createLineSplitter(10);
    expect(splitter.push('a\nb')).toEqual(['a']);
    expect(splitter.push('')).toEqual([]);
    expect(splitter.push('c')).toEqual([]);
    expect(splitter.end()).toEqual(['bc']);
    expect(splitter.end()).toEqual([]);
  });

  test('[IP4] keeps of a line without end little more than shows that it is too long', () => {
    const splitter = createLineSplitter(10);
    for (let n = 0; n < 1000; n += 1) splitter.push('12345678');
    const [line] = splitter.push('\nnext\n');
    expect(line?.length).toBeGreaterThan(10);
    expect(line?.length).toBeLessThan(30);
  });
});
