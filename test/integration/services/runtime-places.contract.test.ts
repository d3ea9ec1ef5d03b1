import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RuntimeHandle } from '../../../policies/runtime-adapter.ts';
import type { Runtime } from '../../../services/runtime.ts';
import { ask, isPending, NEVER, readAll, readUntil, spawnModel } from '../../doubles/runtime-reader.ts';
import {
  ANSWER,
  longPrompt,
  NATIVE_MS_MAX,
  QUESTION,
  RUNTIME_SUBJECTS,
} from '../../doubles/runtime-subjects.ts';

describe.each(RUNTIME_SUBJECTS)('places, aborts and health of $name', ({ create, modelPath }) => {
  let runtime: Runtime;
  let handle: RuntimeHandle;

  beforeAll(async () => {
    runtime = create();
    handle = await spawnModel(runtime, modelPath);
  }, NATIVE_MS_MAX);
  afterAll(() => runtime.shutdown());

  const generate = (...args: Parameters<typeof ask>) => runtime.generate(handle, ask(...args), NEVER);

  describe('places', () => {
    test('[RT24] as many generations as there are places run at the same time', async () => {
      const one = generate(QUESTION);
      const other = generate(QUESTION);
      await Promise.all([readUntil(one, 'chunk'), readUntil(other, 'chunk')]);
      const both = await Promise.all([readAll(one), readAll(other)]);
      expect(both.map(({ summary }) => summary.kind)).toEqual(['completed', 'completed']);
    });

    test('[RT25] one more waits, and places are given in the order of asking', async () => {
      const running = [generate(QUESTION), generate(QUESTION)];
      for (const generation of running) await readUntil(generation, 'chunk');
      const waiting = [generate(QUESTION), generate(QUESTION)];
      const [first, second] = waiting.map((generation) => readAll(generation));
      expect(await isPending(first!)).toBe(true);

      const served: string[] = [];
      void first?.then(() => served.push('first'));
      void second?.then(() => served.push('second'));
      await running[0]?.return({ kind: 'aborted' });
      await Promise.all([first, second]);
      expect(served).toEqual(['first', 'second']);
      await running[1]?.return({ kind: 'aborted' });
    });

    test('[RT26] a reader that leaves early frees its place', async () => {
      for (let i = 0; i < 5; i += 1) {
        for await (const step of generate(QUESTION)) if (step.kind === 'chunk') break;
      }
      const both = await Promise.all([readAll(generate(QUESTION)), readAll(generate(QUESTION))]);
      expect(both.map(({ text }) => text)).toEqual([ANSWER, ANSWER]);
    });

    test('[RT27] a slow reader holds up nobody else', async () => {
      const slow = generate(QUESTION);
      await readUntil(slow, 'chunk');
      for (let i = 0; i < 3; i += 1) expect((await readAll(generate(QUESTION))).text).toBe(ANSWER);
      const rest = await readAll(slow);
      expect(rest.summary).toMatchObject({ kind: 'completed', finishReason: 'stop' });
    });
  });

  describe('aborting', () => {
    test('[RT28] before it began: no step', async () => {
      const { steps, summary } = await readAll(runtime.generate(handle, ask(QUESTION), AbortSignal.abort()));
      expect(summary).toEqual({ kind: 'aborted' });
      expect(steps).toEqual([]);
    });

    test('[RT29] while the prompt is read: at the next piece', async () => {
      const abort = new AbortController();
      const generation = runtime.generate(handle, ask(longPrompt(900, 'two')), abort.signal);
      await readUntil(generation, 'prompt');
      const next = generation.next();
      abort.abort();
      expect(await next).toEqual({ done: true, value: { kind: 'aborted' } });
    });

    test('[RT30] while it decodes: at the next token', async () => {
      const abort = new AbortController();
      const generation = runtime.generate(handle, ask(QUESTION), abort.signal);
      await readUntil(generation, 'chunk');
      const next = generation.next();
      abort.abort();
      expect(await next).toEqual({ done: true, value: { kind: 'aborted' } });
    });

    test('[RT31] while it waits for a place: those behind it move up', async () => {
      const running = [generate(QUESTION), generate(QUESTION)];
      for (const generation of running) await readUntil(generation, 'chunk');
      const abort = new AbortController();
      const leaving = readAll(runtime.generate(handle, ask(QUESTION), abort.signal));
      const staying = readAll(generate(QUESTION));
      abort.abort();
      expect((await leaving).summary).toEqual({ kind: 'aborted' });
      await running[0]?.return({ kind: 'aborted' });
      expect((await staying).text).toBe(ANSWER);
      await running[1]?.return({ kind: 'aborted' });
    });

    test('[RT32] while nobody reads: the place is free at once', async () => {
      const abort = new AbortController();
      const unread = [1, 2].map(() => runtime.generate(handle, ask(QUESTION), abort.signal));
      for (const generation of unread) await readUntil(generation, 'chunk');
      abort.abort();
      expect((await readAll(generate(QUESTION))).text).toBe(ANSWER);
      for (const generation of unread)
        expect((await readAll(generation)).summary).toEqual({ kind: 'aborted' });
    });

    test('[RT33] after it ended: nothing', async () => {
      const abort = new AbortController();
      const { summary } = await readAll(runtime.generate(handle, ask(QUESTION), abort.signal));
      abort.abort();
      expect(summary.kind).toBe('completed');
      expect((await readAll(generate(QUESTION))).text).toBe(ANSWER);
    });
  });

  describe('health', () => {
    test('[RT34] an idle runtime is healthy, and checks take nothing from what its sequences hold', async () => {
      const own = await spawnModel(runtime, modelPath, { contextTokens: 64, sequences: 1 });
      const first = await readAll(runtime.generate(own, ask(longPrompt(40), { maxTokens: 1 }), NEVER));
      for (let i = 0; i < 30; i += 1) {
        expect(await runtime.healthCheck(own, NEVER)).toEqual({ ok: true, reason: 'runtime_healthy' });
      }
      const { text, summary } = await readAll(
        runtime.generate(own, ask(longPrompt(40), { maxTokens: 1 }), NEVER),
      );
      expect(text).toBe(first.text);
      if (summary.kind !== 'completed') throw new Error(summary.kind);
      expect(summary.cachedTokens).toBe(summary.promptTokens - 1);
      await runtime.dispose(own);
    });

    test.each([
      ['reads a piece of a prompt', longPrompt(900, 'four'), 0],
      ['decodes a token', QUESTION, 1],
    ])('[RT35] a busy runtime is healthy when a running sequence %s', async (_case, input, stepsBefore) => {
      const running = [generate(input), generate(input)];
      for (const generation of running) {
        for (let step = 0; step < stepsBefore; step += 1) await generation.next();
      }
      const moving = running.map((generation) => generation.next());
      // Until both have their places and are at work.
      for (let turn = 0; turn < 20; turn += 1) await null;
      expect(await runtime.healthCheck(handle, NEVER)).toEqual({ ok: true, reason: 'runtime_healthy' });
      await Promise.all(moving);
      for (const generation of running) await generation.return({ kind: 'aborted' });
    });

    test('[RT36] slow readers that hold every place make no runtime sick', async () => {
      const running = [generate(QUESTION), generate(QUESTION)];
      for (const generation of running) await readUntil(generation, 'chunk');
      expect(await runtime.healthCheck(handle, NEVER)).toEqual({ ok: true, reason: 'runtime_healthy' });
      for (const generation of running) await generation.return({ kind: 'aborted' });
    });

    test('[RT37] a check that is aborted says so', async () => {
      expect(await runtime.healthCheck(handle, AbortSignal.abort())).toEqual({
        ok: false,
        reason: 'runtime_probe_timeout',
      });
    });
  });
});
