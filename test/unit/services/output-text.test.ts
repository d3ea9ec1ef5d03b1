import { describe, expect, test } from '@jest/globals';
import { createOutputText, type OutputRules } from '../../../services/output-text.ts';

const WORDS = ['', 'one', ' two', ' three', '\n', ' '];
const RULES: OutputRules = {
  decode: (tokens) => tokens.map((token) => WORDS[token] ?? '').join(''),
  promptTokens: [],
  tokensMax: 10,
  stop: [],
  turnEndTexts: [],
  trimStart: false,
};

describe('the text of an answer', () => {
  test('[TT9] counts every token, and hands on text with the tokens it took', () => {
    const output = createOutputText({ ...RULES, stop: [' two four'] });
    expect([output.take(1), output.take(2)]).toEqual([null, null]);
    expect(output.drain()).toEqual({ text: 'one', tokens: 2 });
    expect(output.drain()).toBeNull();
    output.take(3);
    expect(output.drain()).toEqual({ text: ' two three', tokens: 1 });
    expect(output.outputTokens).toBe(3);
  });

  test('[TT10] ends with the turn of the model, and gives out what was held back', () => {
    const output = createOutputText({ ...RULES, stop: ['one two!'] });
    output.take(1);
    expect(output.drain()).toBeNull();
    expect(output.take(null)).toBe('stop');
    expect(output.drain()).toEqual({ text: 'one', tokens: 1 });
    expect(output.outputTokens).toBe(1);
  });

  test('[TT11] tells a stop text of the request from one that ends the turn of the model', () => {
    const both = { ...RULES, stop: [' two'], turnEndTexts: [' three'] };
    const requested = createOutputText(both);
    expect([requested.take(1), requested.take(2)]).toEqual([null, 'stop_text']);
    const ended = createOutputText(both);
    expect([ended.take(1), ended.take(3)]).toEqual([null, 'stop']);
    expect(ended.drain()?.text).toBe('one');
  });

  test('[TT12] ends at the most tokens, and gives out what was held back', () => {
    const output = createOutputText({ ...RULES, tokensMax: 2, stop: [' two four'] });
    expect([output.take(1), output.take(2)]).toEqual([null, 'length']);
    expect(output.drain()).toEqual({ text: 'one two', tokens: 2 });
  });

  test('[TT13] leaves out white space at the beginning of a chat, and no other', () => {
    const chat = createOutputText({ ...RULES, trimStart: true });
    for (const token of [4, 5, 2, 4, 3]) chat.take(token);
    expect(chat.drain()?.text).toBe('two\n three');
    const plain = createOutputText(RULES);
    for (const token of [4, 2]) plain.take(token);
    expect(plain.drain()?.text).toBe('\n two');
  });
});
