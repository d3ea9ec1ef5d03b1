import { describe, expect, test } from '@jest/globals';
import { PAGE } from '../../../models/page.ts';
import { createVocabulary } from '../../../models/vocabulary.ts';

const wordsOf = (text: string): number => text.split(/\s+/).length;

describe('the page', () => {
  test('[EM1] holds at least 40 questions and 8 passages of prose', () => {
    expect(PAGE.answers.length).toBeGreaterThanOrEqual(40);
    expect(PAGE.prose.length).toBeGreaterThanOrEqual(8);
    expect(PAGE.answers.map(({ question }) => question)).toContain('What is draining?');
  });

  test('[EM1] asks no question twice and opens no two passages alike', () => {
    const keys = [
      ...PAGE.answers.map(({ question }) => question),
      ...PAGE.prose.map(({ opening }) => opening),
    ];
    expect(keys.filter((key, at) => keys.indexOf(key) !== at)).toEqual([]);
  });

  test('[EM2] says every short answer in one sentence of 8 to 25 words', () => {
    const short = PAGE.answers.filter(
      ({ answer, refrain }) => refrain === undefined && wordsOf(answer) <= 60,
    );
    const wrong = short.filter(
      ({ answer }) => wordsOf(answer) < 8 || wordsOf(answer) > 25 || !/^[^.]+\.$/.test(answer),
    );
    expect(wrong).toEqual([]);
    expect(short.length).toBeGreaterThanOrEqual(40);
  });

  test('[EM2] has three tales of 120 tokens and more, a count of 300 and more, and one answer without end', () => {
    const vocabulary = createVocabulary(PAGE, 2048);
    const sizes = PAGE.answers.map(({ answer }) => vocabulary.encode(answer).length);
    expect(sizes.filter((tokens) => tokens >= 120).length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...sizes)).toBeGreaterThanOrEqual(300);
    expect(PAGE.answers.filter(({ refrain }) => refrain !== undefined)).toHaveLength(1);
  });
});
