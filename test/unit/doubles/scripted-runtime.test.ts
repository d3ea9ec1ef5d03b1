import { describe, expect, test } from '@jest/globals';
import { createScriptedRuntime } from '../../../testing/scripted-runtime.ts';
import { ask, isPending, NEVER, readAll, readUntil, spawnModel } from '../../doubles/runtime-reader.ts';

describe('the scripted runtime', () => {
  test('[RT60] lets each piece and token come when a test says so', async () => {
    const runtime = createScriptedRuntime({ answer: () => 'a b c' });
    const handle = await spawnModel(runtime, 'scripted');
    runtime.controls.hold();
    const steps: string[] = [];
    const whole = (async () => {
      for await (const step of runtime.generate(handle, ask('x'), NEVER)) steps.push(step.kind);
    })();
    expect(await isPending(whole)).toBe(true);
    expect(steps).toEqual([]);
    expect(runtime.controls.waitingSteps).toBe(1);
    runtime.controls.step(3);
    expect(await isPending(whole)).toBe(true);
    expect(steps).toEqual(['prompt', 'chunk', 'chunk']);
    runtime.controls.release();
    await whole;
    expect(steps).toEqual(['prompt', 'chunk', 'chunk', 'chunk']);
  });

  test('[RT61] holds a load, reports its progress when told, and obeys its abort', async () => {
    const runtime = createScriptedRuntime();
    runtime.controls.holdLoad();
    const ratios: number[] = [];
    const abort = new AbortController();
    const load = (signal = NEVER) =>
      runtime.spawn({
        modelPath: 'scripted',
        contextTokens: 64,
        sequences: 1,
        signal,
        onProgress: (ratio) => ratios.push(ratio),
      });
    const aborted = load(abort.signal);
    expect(await isPending(aborted)).toBe(true);
    for (const ratio of [0.2, 0.1, 0.7]) runtime.controls.loadProgress(ratio);
    expect(ratios).toEqual([0.2, 0.7]);
    abort.abort();
    expect(await aborted).toEqual({ ok: false, reason: 'start_superseded' });
    const finished = load();
    runtime.controls.finishLoad();
    expect((await finished).ok).toBe(true);
    expect(runtime.controls).toMatchObject({ spawned: 1, alive: 1 });
  });

  test('[RT62] fails the next call of a kind with the reason given, and the one after not', async () => {
    const runtime = createScriptedRuntime({ answer: () => 'fine' });
    const { controls } = runtime;
    controls.failNext('prepare', 'runtime_unavailable');
    expect(await runtime.prepare()).toEqual({ ok: false, reason: 'runtime_unavailable' });
    controls.failNext('spawn', 'runtime_out_of_memory');
    await expect(spawnModel(runtime, 'scripted')).rejects.toThrow('runtime_out_of_memory');
    const handle = await spawnModel(runtime, 'scripted');
    controls.failNext('generate', 'runtime_out_of_memory');
    const failed = await readAll(runtime.generate(handle, ask('x'), NEVER));
    expect(failed.summary).toEqual({ kind: 'failed', reason: 'runtime_out_of_memory' });
    controls.failNext('healthCheck', 'runtime_probe_failed');
    expect((await runtime.healthCheck(handle, NEVER)).ok).toBe(false);
    expect((await runtime.healthCheck(handle, NEVER)).ok).toBe(true);
    controls.failNext('dispose', 'runtime_release_timeout');
    await expect(runtime.dispose(handle)).rejects.toThrow('runtime_release_timeout');
    expect((await readAll(runtime.generate(handle, ask('x'), NEVER))).text).toBe('fine');
  });

  test.each(['prepare', 'spawn', 'healthCheck', 'dispose', 'shutdown'] as const)(
    '[RT63] hangs in %s, deaf to aborts, until it is unwedged',
    async (call) => {
      const runtime = createScriptedRuntime();
      const handle = await spawnModel(runtime, 'scripted');
      runtime.controls.wedge(call);
      const abort = new AbortController();
      const run: Record<typeof call, () => Promise<unknown>> = {
        prepare: () => runtime.prepare(),
        spawn: () =>
          runtime.spawn({ modelPath: 'scripted', contextTokens: 8, sequences: 1, signal: abort.signal }),
        healthCheck: () => runtime.healthCheck(handle, abort.signal),
        dispose: () => runtime.dispose(handle),
        shutdown: () => runtime.shutdown(),
      };
      const stuck = run[call]();
      abort.abort();
      expect(await isPending(stuck)).toBe(true);
      runtime.controls.unwedge(call);
      await stuck;
    },
  );

  test('[RT64] ignores the abort of a generation while that is wedged, and obeys it afterwards', async () => {
    const runtime = createScriptedRuntime({ answer: () => 'a b c d e f' });
    const handle = await spawnModel(runtime, 'scripted');
    runtime.controls.hold();
    runtime.controls.wedge('abort');
    const abort = new AbortController();
    const whole = readAll(runtime.generate(handle, ask('x'), abort.signal));
    expect(await isPending(whole)).toBe(true);
    abort.abort();
    runtime.controls.step(2);
    expect(await isPending(whole)).toBe(true);
    expect(runtime.controls.generating).toBe(1);
    runtime.controls.unwedge('abort');
    const { summary, text } = await whole;
    expect(summary).toEqual({ kind: 'aborted' });
    expect(text).toBe('a');
    expect(runtime.controls.generating).toBe(0);
  });

  test('[RT65] counts what it did, and keeps the order of the calls', async () => {
    const runtime = createScriptedRuntime();
    await runtime.prepare();
    const handle = await spawnModel(runtime, 'scripted');
    const running = [1, 2].map(() => runtime.generate(handle, ask('x'), NEVER));
    for (const generation of running) await readUntil(generation, 'chunk');
    expect(runtime.controls).toMatchObject({ generating: 2, generatingMax: 2, alive: 1, prepareCalls: 1 });
    for (const generation of running) await readAll(generation);
    await runtime.healthCheck(handle, NEVER);
    await runtime.dispose(handle);
    await runtime.shutdown();
    expect(runtime.controls).toMatchObject({
      generating: 0,
      generatingMax: 2,
      alive: 0,
      spawned: 1,
      disposed: 1,
    });
    expect(runtime.controls.calls).toEqual([
      'prepare',
      'spawn',
      'generate',
      'generate',
      'healthCheck',
      'dispose',
      'shutdown',
    ]);
  });

  test('[RT66] tells the usage it was given', async () => {
    const runtime = createScriptedRuntime();
    const usage = { runtimeRamBytes: 1, runtimeVramBytes: 2, vramTotalBytes: 10, vramUsedBytes: 9 };
    runtime.controls.setUsage(usage);
    expect(await runtime.statResources(null)).toEqual(usage);
  });
});
