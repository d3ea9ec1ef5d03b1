import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RuntimeHandle } from '../../../policies/runtime-adapter.ts';
import type { Runtime } from '../../../services/runtime.ts';
import { ask, isPending, NEVER, readAll, readUntil, spawnModel } from '../../doubles/runtime-reader.ts';
import { ANSWER, NATIVE_MS_MAX, QUESTION, RUNTIME_SUBJECTS } from '../../doubles/runtime-subjects.ts';

describe.each(RUNTIME_SUBJECTS)('the life of $name', ({ create, modelPath }) => {
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
      expect(text).toBe(ANSWER);
      await other.shutdown();
    });

    test('[RT8] a file that is not there is a failed load, and the next one works', async () => {
      const missing = { modelPath: '/nowhere/missing.gguf', contextTokens: 256, sequences: 1, signal: NEVER };
      expect(await runtime.spawn(missing)).toEqual({ ok: false, reason: 'runtime_load_failed' });
      const next = await spawnModel(runtime, modelPath);
      await runtime.dispose(next);
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
      expect((await readAll(runtime.generate(next, ask(QUESTION), NEVER))).text).toBe(ANSWER);
      await runtime.dispose(next);
    });

    test('[RT42] shutdown frees what is loaded, may be called again, and a spawn starts anew', async () => {
      const own = create();
      const before = await spawnModel(own, modelPath);
      await Promise.all([own.shutdown(), own.shutdown()]);
      await own.shutdown();
      expect((await readAll(own.generate(before, ask(QUESTION), NEVER))).summary.kind).toBe('failed');
      const next = await spawnModel(own, modelPath);
      expect((await readAll(own.generate(next, ask(QUESTION), NEVER))).text).toBe(ANSWER);
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
      expect((await readAll(generate(QUESTION))).text).toBe(ANSWER);
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
