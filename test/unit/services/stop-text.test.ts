import { describe, expect, test } from '@jest/globals';
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

describe('the stop scanner', () => {
  test('[ST1] hands on every piece at once when there is nothing to look for', () => {
    const scanner = createStopScanner([]);
    expect(scanner.push('abc')).toEqual({ text: 'abc', stop: null });
    expect(scanner.flush()).toBe('');
  });

  test('[ST2] gives the text before a stop text, and not a character of it', () => {
    expect(scan(['one END two'], ['END'])).toEqual({ text: 'one ', stop: 'END' });
  });

  test('[ST3] finds a stop text that spans pieces', () => {
    expect(scan(['one E', 'N', 'D two'], ['END'])).toEqual({ text: 'one ', stop: 'END' });
  });

  test('[ST4] holds back only what could still become a stop text', () => {
    const scanner = createStopScanner(['END']);
    expect(scanner.push('one EN')).toEqual({ text: 'one ', stop: null });
    expect(scanner.push('E')).toEqual({ text: 'EN', stop: null });
    expect(scanner.push('X')).toEqual({ text: 'EX', stop: null });
  });

  test('[ST5] gives out at the end what it held back', () => {
    const scanner = createStopScanner(['END']);
    scanner.push('one EN');
    expect(scanner.flush()).toBe('EN');
    expect(scanner.flush()).toBe('');
  });

  test.each([
    ['the one that is completed first', 'xabcd', ['abcd', 'bc'], 'xa', 'bc'],
    ['of two that end together, the longer', 'xabc', ['bc', 'abc'], 'x', 'abc'],
    ['whatever their order', 'xabc', ['abc', 'bc'], 'x', 'abc'],
    ['one that overlaps itself', 'xaab', ['aab'], 'x', 'aab'],
    ['one that starts again within itself', 'ababac', ['abac'], 'ab', 'abac'],
  ])('[ST6] picks %s', (_case, whole, stops, text, stop) => {
    expect(scan([whole], stops)).toEqual({ text, stop });
    expect(scan([...whole], stops)).toEqual({ text, stop });
  });

  test.each([
    ['empty', ''],
    ['half a character at its start', '\uDE00a'],
    ['half a character at its end', 'a\uD83D'],
  ])('[ST7] never matches a stop text that is %s', (_case, stop) => {
    expect(scan(['a😀a'], [stop])).toEqual({ text: 'a😀a', stop: null });
  });
});
