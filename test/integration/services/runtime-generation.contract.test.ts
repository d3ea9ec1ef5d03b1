import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RuntimeHandle } from '../../../policies/runtime-adapter.ts';
import type { Runtime } from '../../../services/runtime.ts';
import { ask, NEVER, readAll, spawnModel } from '../../doubles/runtime-reader.ts';
import {
  ANSWER,
  longPrompt,
  NATIVE_MS_MAX,
  QUESTION,
  RUNTIME_SUBJECTS,
} from '../../doubles/runtime-subjects.ts';

describe.each(RUNTIME_SUBJECTS)('generating with $name', ({ create, modelPath }) => {
  let runtime: Runtime;
  let handle: RuntimeHandle;

  beforeAll(async () => {
    runtime = create();
    handle = await spawnModel(runtime, modelPath);
  }, NATIVE_MS_MAX);
  afterAll(() => runtime.shutdown());

  const generate = (...args: Parameters<typeof ask>) => runtime.generate(handle, ask(...args), NEVER);

  describe('generating', () => {
    test('[RT9] a chat is answered, and ends where the model ends its turn', async () => {
      const { text, summary } = await readAll(generate(QUESTION));
      expect(text).toBe(ANSWER);
      expect(summary).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    });

    test('[RT10] a plain prompt is continued', async () => {
      const { text, summary } = await readAll(generate('Once upon a time', { maxTokens: 6 }));
      expect(text.length).toBeGreaterThan(0);
      expect(summary).toMatchObject({ kind: 'completed', finishReason: 'length', outputTokens: 6 });
    });

    test.each([1, 2, 7])('[RT11] %d tokens are the most when so many were asked for', async (maxTokens) => {
      const { text, summary } = await readAll(generate(QUESTION, { maxTokens }));
      expect(summary).toMatchObject({ kind: 'completed', finishReason: 'length', outputTokens: maxTokens });
      expect(ANSWER.startsWith(text)).toBe(true);
      expect(text).not.toBe('');
    });

    test.each([
      ['within a word', 'quest'],
      ['over several tokens', 'is admitted while'],
      ['the first word', 'Drain'],
    ])('[RT12] a stop text ends the output before it: %s', async (_case, stop) => {
      const { text, summary } = await readAll(generate(QUESTION, { stop: ['never said', stop] }));
      expect(text).toBe(ANSWER.slice(0, ANSWER.indexOf(stop)));
      expect(summary).toMatchObject({ kind: 'completed', finishReason: 'stop_text' });
    });

    test('[RT13] a stop text that only begins changes nothing', async () => {
      const { text, summary } = await readAll(
        generate(QUESTION, { stop: ['deadline. And', 'nothing news'] }),
      );
      expect(text).toBe(ANSWER);
      expect(summary).toMatchObject({ finishReason: 'stop' });
    });

    test('[RT14] the chunks account for every token of a whole ANSWER', async () => {
      const { steps, summary } = await readAll(generate(QUESTION));
      const tokens = steps.map((step) => (step.kind === 'chunk' ? step.tokens : 0));
      expect(summary).toMatchObject({ outputTokens: tokens.reduce((a, b) => a + b, 0) });
    });

    test('[RT15] prompt steps rise to the whole prompt before the first chunk', async () => {
      const { steps, summary } = await readAll(generate(longPrompt(400), { maxTokens: 3 }));
      const prompt = steps.filter((step) => step.kind === 'prompt');
      const promptTokens = summary.kind === 'completed' ? summary.promptTokens : 0;
      expect(steps.slice(0, prompt.length)).toEqual(prompt);
      expect(prompt.length).toBeGreaterThanOrEqual(3);
      expect(prompt.every((step) => step.promptTokens === promptTokens)).toBe(true);
      const evaluated = prompt.map((step) => step.evaluatedTokens);
      expect(evaluated).toEqual([...new Set(evaluated)].sort((a, b) => a - b));
      expect(evaluated.at(-1)).toBe(promptTokens);
    });

    test.each([1, 2, 3])(
      '[RT16] chunks are whole characters, whatever is sampled (seed %d)',
      async (seed) => {
        const { steps } = await readAll(
          generate('🦙 é', { temperature: 50, topK: 0, topP: 1, seed, maxTokens: 40 }),
        );
        for (const step of steps) {
          if (step.kind === 'chunk') expect(step.text).not.toMatch(/^[\uDC00-\uDFFF]|[\uD800-\uDBFF]$/);
        }
      },
    );

    test('[RT17] temperature 0 says the same each time', async () => {
      const first = await readAll(generate('Tell me', { maxTokens: 12 }));
      const second = await readAll(generate('Tell me', { maxTokens: 12 }));
      expect(second.text).toBe(first.text);
    });

    test('[RT18] the same seed says the same each time', async () => {
      const options = { temperature: 50, topK: 0, topP: 1, minP: 0, seed: 42, maxTokens: 16 };
      const first = await readAll(generate('Tell me', options));
      const second = await readAll(generate('Tell me', options));
      expect(second.text).toBe(first.text);
    });

    test('[RT19] what a sequence read before is not read again', async () => {
      await readAll(generate(longPrompt(300), { maxTokens: 1 }));
      const { summary, steps } = await readAll(generate(`${longPrompt(300)} two`, { maxTokens: 1 }));
      if (summary.kind !== 'completed') throw new Error(summary.kind);
      expect(summary.cachedTokens).toBeGreaterThanOrEqual(290);
      expect(summary.cachedTokens).toBeLessThan(summary.promptTokens);
      expect(steps.filter((step) => step.kind === 'prompt')).toHaveLength(1);
    });

    test('[RT20] the same prompt again says the same from what was kept', async () => {
      await readAll(generate(QUESTION));
      const { text, summary } = await readAll(generate(QUESTION));
      expect(text).toBe(ANSWER);
      if (summary.kind === 'completed') expect(summary.cachedTokens).toBe(summary.promptTokens - 1);
    });

    test.each([
      ['an empty prompt', ''],
      ['a chat without messages', []],
    ])('[RT21] %s is refused', async (_case, input) => {
      const { steps, summary } = await readAll(generate(input));
      expect(summary).toEqual({ kind: 'denied', reason: 'prompt_empty' });
      expect(steps).toEqual([]);
    });

    test('[RT22] a prompt as long as the context is refused, one token less is not', async () => {
      // A template or a tokenizer may add tokens of its own: how many, a short prompt tells.
      const { summary: short } = await readAll(generate(longPrompt(10), { maxTokens: 1 }));
      const words = 1024 - ((short.kind === 'completed' ? short.promptTokens : 0) - 10);
      for (const tooMany of [words, words + 1, 5000]) {
        const { steps, summary } = await readAll(generate(longPrompt(tooMany)));
        expect(summary).toEqual({ kind: 'denied', reason: 'prompt_too_long' });
        expect(steps).toEqual([]);
      }
      const { summary } = await readAll(generate(longPrompt(words - 1)));
      expect(summary).toMatchObject({ finishReason: 'length', promptTokens: 1023, outputTokens: 1 });
      expect((await readAll(generate(QUESTION))).text).toBe(ANSWER);
    });

    test('[RT23] generation ends where the sequence is full', async () => {
      const { summary } = await readAll(generate(longPrompt(1012), { maxTokens: 500 }));
      if (summary.kind !== 'completed') throw new Error(summary.kind);
      expect(summary.finishReason).toBe('length');
      expect(summary.promptTokens + summary.outputTokens).toBe(1024);
    });
  });
});
