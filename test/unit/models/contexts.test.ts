import { describe, expect, test } from '@jest/globals';
import { AmbiguousPageError, type Context, findContexts, type Passage } from '../../../models/contexts.ts';
import { WINDOW_TOKENS } from '../../../models/embedded-gguf.ts';
import { PAGE } from '../../../models/page.ts';
import { passagesOf } from '../../../models/passages.ts';
import { createVocabulary } from '../../../models/vocabulary.ts';

const plain = (title: string, tokens: number[], writtenFrom = 1): Passage => ({
  title,
  tokens,
  writtenFrom,
  needsAllGiven: false,
});
const asked = (title: string, tokens: number[], writtenFrom: number): Passage => ({
  title,
  tokens,
  writtenFrom,
  needsAllGiven: true,
});

const fitting = (contexts: readonly Context[], history: readonly number[]): Context[] =>
  contexts.filter(
    ({ tokens }) => tokens.join() === history.slice(-tokens.length).join() && tokens.length <= history.length,
  );

describe('contexts', () => {
  test('[EM5] are as short as they can be', () => {
    expect(findContexts([plain('one', [1, 2, 3]), plain('two', [4, 2, 5])], 4)).toEqual([
      { tokens: [1], next: 2 },
      { tokens: [4], next: 2 },
      { tokens: [1, 2], next: 3 },
      { tokens: [4, 2], next: 5 },
    ]);
  });

  test('[EM5] of the page: at every written place exactly one fits, and it says what the page says', () => {
    const passages = passagesOf(PAGE, createVocabulary(PAGE, 2048), WINDOW_TOKENS);
    const contexts = findContexts(passages, WINDOW_TOKENS);
    const wrong = passages.flatMap(({ title, tokens, writtenFrom }) =>
      tokens.flatMap((token, at) => {
        if (at < writtenFrom) return [];
        const found = fitting(contexts, tokens.slice(Math.max(0, at - WINDOW_TOKENS), at));
        return found.length === 1 && found[0]!.next === token ? [] : [`${title} @${at}: ${found.length}`];
      }),
    );
    expect(wrong).toEqual([]);
  });

  test('[EM6] of a question are all of its tokens, or as many as the window holds', () => {
    const contexts = findContexts(
      [asked('short', [1, 2, 9, 5], 3), asked('long', [3, 4, 6, 7, 8, 9, 5], 6)],
      4,
    );
    expect(contexts.slice(0, 2)).toEqual([
      { tokens: [1, 2, 9], next: 5 },
      { tokens: [6, 7, 8, 9], next: 5 },
    ]);
  });

  test.each([
    [
      'beyond the window',
      [plain('First sentence.', [1, 2, 3, 4, 5], 3), plain('Second sentence.', [9, 2, 3, 4, 6], 3)],
      3,
    ],
    [
      'at the start of a passage',
      [plain('First sentence.', [2, 3, 5], 2), plain('Second sentence.', [7, 2, 3, 6], 3)],
      8,
    ],
    ['in one and the same opening', [plain('First sentence.', [1, 2]), plain('Second sentence.', [1, 3])], 8],
  ])('[EM7] that cannot be told apart name both sentences: %s', (_, passages, windowTokens) => {
    const compile = () => findContexts(passages, windowTokens);
    expect(compile).toThrow(AmbiguousPageError);
    expect(compile).toThrow(/First sentence\.\n.*Second sentence\./);
  });

  test.each([
    ['one is the end of the other', [asked('Why?', [2, 9, 5], 2), asked('And why?', [1, 2, 9, 6], 3)], 8],
    [
      'they differ only beyond the window',
      [asked('Why?', [1, 2, 3, 9, 5], 4), asked('And why?', [4, 2, 3, 9, 6], 4)],
      3,
    ],
    ['they are the same', [asked('Why?', [2, 9, 5], 2), asked('And why?', [2, 9, 6], 2)], 8],
  ])('[EM7] refuse two questions that end alike: %s', (_, passages, windowTokens) => {
    expect(() => findContexts(passages, windowTokens)).toThrow(/1: (And )?[Ww]hy\?\n.*2: (And )?[Ww]hy\?/);
  });
});
