import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { embeddedModelPath } from '../../../models/embedded.ts';
import type { RuntimeHandle } from '../../../policies/runtime-adapter.ts';
import { createLlamaRuntime } from '../../../services/llama-runtime.ts';
import { silentLogger } from '../../../services/logger.ts';
import type { Runtime } from '../../../services/runtime.ts';
import { ask, isPending, NEVER, readAll, readUntil, spawnModel, user } from '../../doubles/runtime-reader.ts';
import { createScriptedRuntime } from '../../doubles/scripted-runtime.ts';

interface Subject {
  readonly name: string;
  readonly create: () => Runtime;
  readonly modelPath: string;
  /** What both are asked, and what each says to it. */
  readonly answer: string;
}

/** The native library loads in half a second, on an idle machine. */
const NATIVE_MS_MAX = 60_000;
const QUESTION = user('What is draining?');
const REAL: Subject = {
  name: 'the real runtime',
  create: () => createLlamaRuntime({ gpu: false, logger: silentLogger }),
  modelPath: embeddedModelPath(),
  answer:
    'Draining means that nothing new is admitted while the requests that are running may finish before the deadline.',
};
const DOUBLE: Subject = {
  name: 'the scripted runtime',
  create: () => createScriptedRuntime({ answer: () => REAL.answer }),
  modelPath: 'scripted',
  answer: REAL.answer,
};

/** A prompt of about this many tokens, for either: a short word is one token. */
const longPrompt = (tokens: number): string => 'one '.repeat(tokens).trim();

describe.each([DOUBLE, REAL])('the contract of a runtime, kept by $name', ({ create, modelPath, answer }) => {
  let runtime: Runtime;
  let handle: RuntimeHandle;

  beforeAll(async () => {
    runtime = create();
    handle = await spawnModel(runtime, modelPath);
  }, NATIVE_MS_MAX);
  afterAll(() => runtime.shutdown());

  const generate = (...args: Parameters<typeof ask>) => runtime.generate(handle, ask(...args), NEVER);

  describe('preparing and spawning', () => {
    test('[RT1] prepare may be called again, also at the same time', async () => {
      const other = create();
      const both = await Promise.all([other.prepare(), other.prepare()]);
      expect([...both, await other.prepare()]).toEqual(Array(3).fill({ ok: true, value: null }));
      await other.shutdown();
    });

    test('[RT2] a loaded model tells its facts', () => {
      expect(handle.facts).toEqual({
        contextTokens: 1024,
        sequences: 2,
        threads: expect.any(Number),
        backend: 'cpu',
        modelBytes: expect.any(Number),
      });
      expect(handle.facts.threads).toBeGreaterThanOrEqual(1);
      expect(handle.facts.modelBytes).toBeGreaterThan(0);
    });

    test('[RT3] a context longer than the model was trained for is cut to that', async () => {
      const long = await spawnModel(runtime, modelPath, { contextTokens: 1_000_000, sequences: 1 });
      expect(long.facts.contextTokens).toBe(8192);
      await runtime.dispose(long);
    });

    test('[RT4] progress rises and ends at 1', async () => {
      const ratios: number[] = [];
      const onProgress = (ratio: number): void => void ratios.push(ratio);
      const spawned = await runtime.spawn({
        modelPath,
        contextTokens: 256,
        sequences: 1,
        signal: NEVER,
        onProgress,
      });
      expect(ratios.length).toBeGreaterThan(1);
      expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
      expect(ratios[0]).toBeGreaterThan(0);
      expect(ratios.at(-1)).toBe(1);
      if (spawned.ok) await runtime.dispose(spawned.value);
    });

    test('[RT5] a progress callback that throws does not harm the load', async () => {
      const onProgress = (): never => {
        throw new Error('of the host');
      };
      const spawned = await runtime.spawn({
        modelPath,
        contextTokens: 256,
        sequences: 1,
        signal: NEVER,
        onProgress,
      });
      expect(spawned.ok).toBe(true);
      if (spawned.ok) await runtime.dispose(spawned.value);
    });

    test('[RT6] a spawn that is aborted already loads nothing', async () => {
      const signal = AbortSignal.abort();
      const spawned = await runtime.spawn({ modelPath, contextTokens: 256, sequences: 1, signal });
      expect(spawned).toEqual({ ok: false, reason: 'start_superseded' });
    });

    test('[RT7] a spawn that is aborted on its way leaves nothing, and the next one works', async () => {
      const other = create();
      await other.prepare();
      const before = (await other.statResources(null)).runtimeRamBytes;
      const abort = new AbortController();
      const spawning = other.spawn({ modelPath, contextTokens: 256, sequences: 1, signal: abort.signal });
      abort.abort();
      expect(await spawning).toEqual({ ok: false, reason: 'start_superseded' });
      expect((await other.statResources(null)).runtimeRamBytes).toBe(before);
      const next = await spawnModel(other, modelPath);
      const { text } = await readAll(other.generate(next, ask(QUESTION), NEVER));
      expect(text).toBe(answer);
      await other.shutdown();
    });

    test('[RT8] a file that is not there is a failed load, and the next one works', async () => {
      const missing = { modelPath: '/nowhere/missing.gguf', contextTokens: 256, sequences: 1, signal: NEVER };
      expect(await runtime.spawn(missing)).toEqual({ ok: false, reason: 'runtime_load_failed' });
      const next = await spawnModel(runtime, modelPath);
      await runtime.dispose(next);
    });
  });

  describe('generating', () => {
    test('[RT9] a chat is answered, and ends where the model ends its turn', async () => {
      const { text, summary } = await readAll(generate(QUESTION));
      expect(text).toBe(answer);
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
      expect(answer.startsWith(text)).toBe(true);
      expect(text).not.toBe('');
    });

    test.each([
      ['within a word', 'quest'],
      ['over several tokens', 'is admitted while'],
      ['the first word', 'Drain'],
    ])('[RT12] a stop text ends the output before it: %s', async (_case, stop) => {
      const { text, summary } = await readAll(generate(QUESTION, { stop: ['never said', stop] }));
      expect(text).toBe(answer.slice(0, answer.indexOf(stop)));
      expect(summary).toMatchObject({ kind: 'completed', finishReason: 'stop_text' });
    });

    test('[RT13] a stop text that only begins changes nothing', async () => {
      const { text, summary } = await readAll(
        generate(QUESTION, { stop: ['deadline. And', 'nothing news'] }),
      );
      expect(text).toBe(answer);
      expect(summary).toMatchObject({ finishReason: 'stop' });
    });

    test('[RT14] the chunks account for every token of a whole answer', async () => {
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
          generate('🦙 é', { temperature: 4, topK: 0, topP: 1, seed, maxTokens: 40 }),
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
      const options = { temperature: 1.5, topK: 50, topP: 0.99, minP: 0, seed: 42, maxTokens: 16 };
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
      expect(text).toBe(answer);
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

    test.each([1024, 1500, 5000])(
      '[RT22] a prompt of %d tokens is too long for 1024, and the next one works',
      async (tokens) => {
        const { steps, summary } = await readAll(generate(longPrompt(tokens)));
        expect(summary).toEqual({ kind: 'denied', reason: 'prompt_too_long' });
        expect(steps).toEqual([]);
        expect((await readAll(generate(QUESTION))).text).toBe(answer);
      },
    );

    test('[RT23] generation ends where the sequence is full', async () => {
      const { summary } = await readAll(generate(longPrompt(1012), { maxTokens: 500 }));
      if (summary.kind !== 'completed') throw new Error(summary.kind);
      expect(summary.finishReason).toBe('length');
      expect(summary.promptTokens + summary.outputTokens).toBe(1024);
    });
  });

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
      expect(both.map(({ text }) => text)).toEqual([answer, answer]);
    });

    test('[RT27] a slow reader holds up nobody else', async () => {
      const slow = generate(QUESTION);
      await readUntil(slow, 'chunk');
      for (let i = 0; i < 3; i += 1) expect((await readAll(generate(QUESTION))).text).toBe(answer);
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
      const generation = runtime.generate(
        handle,
        ask(longPrompt(900).replaceAll('one', 'two')),
        abort.signal,
      );
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
      expect((await staying).text).toBe(answer);
      await running[1]?.return({ kind: 'aborted' });
    });

    test('[RT32] while nobody reads: the place is free at once', async () => {
      const abort = new AbortController();
      const unread = [1, 2].map(() => runtime.generate(handle, ask(QUESTION), abort.signal));
      for (const generation of unread) await readUntil(generation, 'chunk');
      abort.abort();
      expect((await readAll(generate(QUESTION))).text).toBe(answer);
      for (const generation of unread)
        expect((await readAll(generation)).summary).toEqual({ kind: 'aborted' });
    });

    test('[RT33] after it ended: nothing', async () => {
      const abort = new AbortController();
      const { summary } = await readAll(runtime.generate(handle, ask(QUESTION), abort.signal));
      abort.abort();
      expect(summary.kind).toBe('completed');
      expect((await readAll(generate(QUESTION))).text).toBe(answer);
    });
  });

  describe('health', () => {
    test('[RT34] an idle runtime is healthy, and what its sequences hold is kept', async () => {
      await readAll(generate(QUESTION));
      for (let i = 0; i < 3; i += 1) {
        expect(await runtime.healthCheck(handle, NEVER)).toEqual({ ok: true, reason: 'runtime_healthy' });
      }
      const { text, summary } = await readAll(generate(QUESTION));
      expect(text).toBe(answer);
      if (summary.kind === 'completed') expect(summary.cachedTokens).toBe(summary.promptTokens - 1);
    });

    test('[RT35] a busy runtime is healthy when a running sequence moves', async () => {
      const running = [generate(longPrompt(700)), generate(longPrompt(600))];
      const moving = running.map((generation) => generation.next());
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

  describe('the end', () => {
    test('[RT38] dispose waits for what runs', async () => {
      const own = await spawnModel(runtime, modelPath);
      const generation = runtime.generate(own, ask(QUESTION), NEVER);
      await readUntil(generation, 'chunk');
      const disposing = runtime.dispose(own);
      expect(await isPending(disposing)).toBe(true);
      expect((await readAll(generation)).summary).toMatchObject({ kind: 'completed', finishReason: 'stop' });
      await disposing;
    });

    test('[RT39] dispose turns away those who wait for a place', async () => {
      const own = await spawnModel(runtime, modelPath, { sequences: 1 });
      const generation = runtime.generate(own, ask(QUESTION), NEVER);
      await readUntil(generation, 'chunk');
      const waiting = readAll(runtime.generate(own, ask(QUESTION), NEVER));
      expect(await isPending(waiting)).toBe(true);
      const disposing = runtime.dispose(own);
      expect((await waiting).summary).toEqual({ kind: 'failed', reason: 'generation_failed' });
      await generation.return({ kind: 'aborted' });
      await disposing;
    });

    test('[RT40] dispose may be called again, also at the same time', async () => {
      const own = await spawnModel(runtime, modelPath);
      await Promise.all([runtime.dispose(own), runtime.dispose(own)]);
      await expect(runtime.dispose(own)).resolves.toBeUndefined();
    });

    test('[RT41] a model that was disposed serves nobody, and the next one does', async () => {
      const own = await spawnModel(runtime, modelPath);
      await runtime.dispose(own);
      const { summary } = await readAll(runtime.generate(own, ask(QUESTION), NEVER));
      expect(summary).toEqual({ kind: 'failed', reason: 'generation_failed' });
      expect(await runtime.healthCheck(own, NEVER)).toEqual({ ok: false, reason: 'runtime_probe_failed' });
      const next = await spawnModel(runtime, modelPath);
      expect((await readAll(runtime.generate(next, ask(QUESTION), NEVER))).text).toBe(answer);
      await runtime.dispose(next);
    });

    test('[RT42] shutdown frees what is loaded, may be called again, and a spawn starts anew', async () => {
      const own = create();
      const before = await spawnModel(own, modelPath);
      await Promise.all([own.shutdown(), own.shutdown()]);
      await own.shutdown();
      expect((await readAll(own.generate(before, ask(QUESTION), NEVER))).summary.kind).toBe('failed');
      const next = await spawnModel(own, modelPath);
      expect((await readAll(own.generate(next, ask(QUESTION), NEVER))).text).toBe(answer);
      await own.shutdown();
    });

    test('[RT43] shutdown waits for a spawn on its way and frees what it made', async () => {
      const own = create();
      const spawning = own.spawn({ modelPath, contextTokens: 256, sequences: 1, signal: NEVER });
      await own.shutdown();
      const spawned = await spawning;
      if (!spawned.ok) throw new Error(spawned.reason);
      expect((await readAll(own.generate(spawned.value, ask(QUESTION), NEVER))).summary.kind).toBe('failed');
    });

    test('[RT44] the end of one runtime is not the end of another', async () => {
      const own = create();
      await spawnModel(own, modelPath);
      await own.shutdown();
      expect((await readAll(generate(QUESTION))).text).toBe(answer);
    });
  });

  describe('memory', () => {
    test('[RT45] usage is bytes or null, before anything is loaded too', async () => {
      const own = create();
      const shape = (value: unknown): boolean =>
        value === null || (Number.isInteger(value) && Number(value) >= 0);
      expect(Object.values(await own.statResources(null)).every(shape)).toBe(true);
      const usage = await runtime.statResources(handle);
      expect(Object.keys(usage).sort()).toEqual([
        'runtimeRamBytes',
        'runtimeVramBytes',
        'vramTotalBytes',
        'vramUsedBytes',
      ]);
      expect(Object.values(usage).every(shape)).toBe(true);
      expect(usage.runtimeRamBytes).toBeGreaterThan(0);
      await own.shutdown();
    });

    test('[RT46] what a model took is given back', async () => {
      const before = (await runtime.statResources(handle)).runtimeRamBytes ?? 0;
      const own = await spawnModel(runtime, modelPath);
      expect((await runtime.statResources(own)).runtimeRamBytes).toBeGreaterThan(before);
      await runtime.dispose(own);
      expect((await runtime.statResources(handle)).runtimeRamBytes).toBe(before);
    });
  });
});
