import { describe, expect, test } from '@jest/globals';
import { type CancelSignal, SupervisorError } from '../../../index.ts';
import { NOTHING_LEFT, recordStates, settled, stageSupervisor } from '../../doubles/supervisor-stage.ts';

describe('start', () => {
  test('[SV1] makes nothing before it is called', async () => {
    const { supervisor, controls, clock, openProbes } = stageSupervisor();
    await clock.advance(60_000);
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'stopped', substate: 'idle', generation: 0 });
    expect(controls.calls).toEqual([]);
    expect(openProbes()).toBe(0);
    expect(clock.pending()).toBe(0);
  });

  test('[SV2] ends ready, with the facts of the runtime', async () => {
    const { supervisor, ready, controls } = stageSupervisor({ limits: { maxInFlight: 3 } });
    await ready();
    expect(supervisor.getSnapshot()).toMatchObject({
      state: 'ready',
      substate: 'healthy',
      generation: 1,
      fault: null,
      runtime: { sequences: 3, contextTokens: 4096, backend: 'cpu' },
    });
    expect(controls).toMatchObject({ prepareCalls: 1, spawned: 1, alive: 1 });
  });

  test('[SV3] passes the states in order', async () => {
    const stage = stageSupervisor();
    const { states } = recordStates(stage.supervisor);
    await stage.ready();
    const stopped = stage.supervisor.stop();
    await stage.settle();
    await stopped;
    await stage.settle();
    expect(states).toEqual(['stopped', 'starting', 'ready', 'draining', 'stopped']);
  });

  test('[SV4] joins a start that is under way, and is nothing when ready', async () => {
    const { supervisor, clock, controls } = stageSupervisor();
    const starts = [supervisor.start(), supervisor.start()];
    await clock.advance(1);
    await Promise.all(starts);
    await supervisor.start();
    expect(controls.spawned).toBe(1);
    expect(supervisor.getSnapshot().generation).toBe(1);
  });

  test('[SV5] while draining starts once the drain is done', async () => {
    const { supervisor, ready, clock, controls, state } = stageSupervisor();
    await ready();
    controls.hold();
    const running = supervisor.submit({ prompt: 'hello' });
    const drained = supervisor.drain();
    const started = supervisor.start();
    await clock.advance(10);
    expect(state()).toBe('draining');
    controls.release();
    await clock.advance(10);
    await started;
    expect((await running.result).outcome).toBe('completed');
    expect(state()).toBe('ready');
    expect(await drained).toEqual({ finished: 1, aborted: 0, abandoned: 0, shed: 0 });
    expect(controls).toMatchObject({ spawned: 2, disposed: 1, alive: 1 });
  });

  test('[SV6] after a stop starts anew, and serves', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor();
    await ready();
    const stopped = supervisor.stop();
    await settle();
    await stopped;
    await ready();
    const { result } = supervisor.submit({ prompt: 'again' });
    await settle();
    expect((await result).text).toBe('Echo of again');
    expect(controls).toMatchObject({ spawned: 2, disposed: 1, alive: 1 });
    expect(supervisor.getSnapshot().generation).toBe(2);
  });

  test('[SV7] that another command overtakes rejects with start_superseded', async () => {
    const { supervisor, controls, clock, leftovers } = stageSupervisor();
    controls.holdLoad();
    const started = settled(supervisor.start());
    await clock.advance(1);
    const stopped = supervisor.stop();
    await clock.advance(1);
    await stopped;
    const { error } = await started;
    expect(error).toMatchObject({ code: 'start_failed', reason: 'start_superseded' });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test.each([
    ['prepare', 'runtime_unavailable'],
    ['spawn', 'runtime_load_failed'],
    ['spawn', 'runtime_out_of_memory'],
    ['healthCheck', 'runtime_probe_failed'],
  ] as const)('[SV8] whose %s is refused rejects with %s and releases everything', async (call, reason) => {
    const { supervisor, controls, clock, leftovers, ready } = stageSupervisor();
    controls.failNext(call, reason);
    const started = settled(supervisor.start());
    await clock.advance(1);
    const { error } = await started;
    expect(SupervisorError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'start_failed', reason });
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'stopped', substate: 'failed', fault: reason });
    expect(leftovers()).toEqual(NOTHING_LEFT);
    await ready();
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', fault: null });
  });

  test.each([
    ['spawn', 'loadStallMsMax', 'runtime_load_timeout'],
    ['healthCheck', 'probeMsMax', 'runtime_probe_timeout'],
  ] as const)('[SV9] whose %s hangs rejects within %s', async (call, limit, reason) => {
    const { supervisor, controls, clock, leftovers } = stageSupervisor({
      limits: { [limit]: 700, releaseMsMax: 300 },
    });
    controls.wedge(call);
    const started = settled(supervisor.start());
    await clock.advance(1000);
    const { error } = await started;
    expect(error).toMatchObject({ code: 'start_failed', reason });
    controls.unwedge(call);
    await clock.advance(1);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test.each([
    ['obeys its abort', (signal: CancelSignal) => signal, 0],
    ['does not, and is waited for as long as a release may take', () => null, 2000],
  ] as const)(
    '[SV10] whose file is not verified in time, by a source that %s, rejects with acquire_timeout',
    async (_what, signalOf, releaseMs) => {
      const { supervisor, clock, controls, leftovers } = stageSupervisor({
        download: ({ signal }) =>
          new Promise((resolve) => {
            signalOf(signal)?.addEventListener('abort', () =>
              resolve({ ok: false, reason: 'start_superseded' }),
            );
          }),
        limits: { acquireStallMsMax: 500, releaseMsMax: 2000 },
      });
      const started = settled(supervisor.start());
      await clock.advance(500);
      await clock.advance(releaseMs);
      expect((await started).error).toMatchObject({ code: 'start_failed', reason: 'acquire_timeout' });
      expect(controls.spawned).toBe(0);
      expect(leftovers()).toEqual(NOTHING_LEFT);
    },
  );

  test('[SV11] is not ready before the machine was observed', async () => {
    const { supervisor, clock, observe } = stageSupervisor({ limits: { probeMsMax: 2000 } });
    observe({ memoryAvailableBytes: null });
    const started = settled(supervisor.start());
    await clock.advance(1000);
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'starting', substate: 'probing' });
    await clock.advance(1000);
    expect((await started).error).toMatchObject({ reason: 'observation_missing' });
  });

  test('[SV12] whose port rejects or throws, as no port may, fails with internal_error', async () => {
    for (const download of [
      async () => {
        throw new Error('no port rejects');
      },
      () => {
        throw new Error('no port throws');
      },
    ]) {
      const { supervisor, clock, leftovers } = stageSupervisor({ download });
      const started = settled(supervisor.start());
      await clock.advance(1);
      expect((await started).error).toMatchObject({ code: 'start_failed', reason: 'internal_error' });
      expect(leftovers()).toEqual(NOTHING_LEFT);
    }
  });

  test('[SV13] tells how far it is', async () => {
    const { supervisor, clock, controls } = stageSupervisor();
    controls.holdLoad();
    const started = supervisor.start();
    await clock.advance(1);
    controls.loadProgress(0.4);
    expect(supervisor.getSnapshot().progress).toEqual({ phase: 'loading', ratio: 0.4 });
    controls.finishLoad();
    await clock.advance(1);
    await started;
    expect(supervisor.getSnapshot().progress).toBeNull();
  });
});
