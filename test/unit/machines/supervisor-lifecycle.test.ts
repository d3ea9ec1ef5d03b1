import { describe, expect, test } from '@jest/globals';
import { stageChart } from '../../doubles/chart-stage.ts';

describe('the way up', () => {
  test('[CH1] begins stopped and idle, with nothing begun', () => {
    const stage = stageChart();
    expect(stage.value()).toEqual({ stopped: 'idle' });
    expect(stage.ports).toEqual(['+observeBackpressure#0']);
    expect(stage.clock.pending()).toBe(0);
  });

  test('[CH2] proves the file, loads it, decodes a token, and only then is ready', () => {
    const stage = stageChart();
    stage.start();
    expect(stage.value()).toEqual({ starting: 'acquiring' });
    stage.sampled();
    stage.acquired();
    expect(stage.value()).toEqual({ starting: 'loading' });
    stage.loaded();
    expect(stage.value()).toEqual({ starting: { probing: 'decoding' } });
    expect(stage.context().lifecycle.phase).toBe('starting');
    stage.probed();
    expect(stage.value()).toEqual({ ready: { pressure: 'nominal', health: 'healthy' } });
    expect(stage.context().runtime?.contextTokens).toBe(512);
  });

  test('[CH3] does not touch the runtime port before the file is proved', () => {
    const stage = stageChart();
    stage.start();
    stage.loaded();
    stage.probed();
    expect(stage.value()).toEqual({ starting: 'acquiring' });
    expect(stage.ports).not.toContain('+loadModel#1');
  });

  test('[CH4] warms the library up beside the verification', () => {
    const stage = stageChart();
    stage.start();
    expect(stage.ports).toContain('+prepareRuntime#1');
    expect(stage.ports).toContain('+acquireModel#1');
  });

  test('[CH5] is not ready before the machine was observed', () => {
    const stage = stageChart();
    stage.start();
    stage.acquired();
    stage.loaded();
    stage.probed();
    expect(stage.value()).toEqual({ starting: { probing: 'observing' } });
    stage.sampled();
    expect(stage.in('ready')).toBe(true);
  });

  test('[CH6] a second start while starting, and one while ready, change nothing', () => {
    const stage = stageChart();
    stage.start();
    stage.start();
    expect(stage.context().generation).toBe(1);
    expect(stage.ports.filter((port) => port.startsWith('+acquireModel'))).toHaveLength(1);
    stage.sampled();
    stage.acquired();
    stage.loaded();
    stage.probed();
    stage.start();
    expect(stage.in('ready')).toBe(true);
    expect(stage.context().generation).toBe(1);
  });
});

describe('a start that fails', () => {
  test.each([
    ['acquiring', 'digest_mismatch'],
    ['loading', 'runtime_out_of_memory'],
    ['probing', 'runtime_probe_failed'],
  ] as const)('[CH7] a first start that fails while %s is released and stays failed', (where, reason) => {
    const stage = stageChart();
    stage.start();
    if (where !== 'acquiring') stage.acquired();
    if (where === 'probing') {
      stage.loaded();
      stage.probed(false);
    } else {
      stage.send({ type: 'start.refused', generation: 1, reason, atMs: 0 });
    }
    expect(stage.value()).toEqual({ draining: 'releasing' });
    stage.released();
    expect(stage.value()).toEqual({ stopped: 'failed' });
    expect(stage.context().fault).toBe(reason);
    expect(stage.clock.pending()).toBe(0);
  });

  test('[CH8] a library that cannot be prepared fails the start while the file is still being proved', () => {
    const stage = stageChart();
    stage.start();
    stage.send({ type: 'start.refused', generation: 1, reason: 'runtime_unavailable', atMs: 5 });
    stage.released();
    expect(stage.value()).toEqual({ stopped: 'failed' });
    expect(stage.context().fault).toBe('runtime_unavailable');
  });

  test('[CH9] only a command leaves failed', async () => {
    const stage = stageChart();
    stage.start();
    stage.send({ type: 'start.refused', generation: 1, reason: 'digest_mismatch', atMs: 0 });
    stage.released();
    await stage.clock.advance(10_000_000);
    stage.sampled();
    stage.acquired();
    expect(stage.value()).toEqual({ stopped: 'failed' });
    stage.start();
    expect(stage.value()).toEqual({ starting: 'acquiring' });
    expect(stage.context()).toMatchObject({ fault: null, generation: 2 });
  });
});

describe('deadlines', () => {
  test.each([
    ['acquiring', 'acquireStallMsMax', 'acquire_timeout'],
    ['loading', 'loadStallMsMax', 'runtime_load_timeout'],
    ['probing', 'probeMsMax', 'runtime_probe_timeout'],
    ['observing', 'probeMsMax', 'observation_missing'],
  ] as const)('[CH10] %s without a sign of life ends after %s', async (where, limit, reason) => {
    const stage = stageChart({ [limit]: 1000, observationAgeMsMax: 1000 });
    stage.start();
    if (where !== 'acquiring') stage.acquired();
    if (where === 'probing' || where === 'observing') stage.loaded();
    if (where === 'observing') stage.probed();
    await stage.clock.advance(999);
    expect(stage.in('starting')).toBe(true);
    await stage.clock.advance(1);
    expect(stage.value()).toEqual({ draining: 'releasing' });
    expect(stage.context().fault).toBe(reason);
  });

  test.each([
    ['acquiring', { acquireStallMsMax: 1000, acquireMsMax: 3500 }, 'acquire_timeout'],
    ['loading', { loadStallMsMax: 1000, loadMsMax: 3500 }, 'runtime_load_timeout'],
  ] as const)(
    '[CH11] progress of %s extends its deadline, up to the absolute one',
    async (phase, limits, reason) => {
      const stage = stageChart(limits);
      stage.start();
      if (phase === 'loading') stage.acquired();
      for (const ratio of [0.1, 0.2, 0.3]) {
        await stage.clock.advance(900);
        stage.send({ type: 'start.progressed', generation: 1, phase, ratio, atMs: stage.clock.nowMs() });
      }
      expect(stage.in(`starting.${phase}`)).toBe(true);
      await stage.clock.advance(799);
      expect(stage.in(`starting.${phase}`)).toBe(true);
      await stage.clock.advance(1);
      expect(stage.context().fault).toBe(reason);
    },
  );

  test('[CH12] progress never runs backwards and starts anew with each phase', () => {
    const stage = stageChart();
    stage.start();
    const told = (ratio: number, phase: 'acquiring' | 'loading') => {
      stage.send({ type: 'start.progressed', generation: 1, phase, ratio, atMs: 0 });
      return stage.context().progress;
    };
    expect(told(0.5, 'acquiring')).toEqual({ phase: 'acquiring', ratio: 0.5 });
    expect(told(0.2, 'acquiring')).toEqual({ phase: 'acquiring', ratio: 0.5 });
    stage.acquired();
    expect(told(0.1, 'loading')).toEqual({ phase: 'loading', ratio: 0.1 });
  });

  test('[CH13] a release that never ends is left behind after its deadline, and said', async () => {
    const stage = stageChart({ releaseMsMax: 700 });
    stage.makeReady();
    stage.stop();
    expect(stage.value()).toEqual({ draining: 'releasing' });
    await stage.clock.advance(700);
    expect(stage.value()).toEqual({ stopped: 'idle' });
    expect(stage.context().fault).toBe('runtime_release_timeout');
  });
});

describe('generations', () => {
  test('[CH14] completions of an earlier start change nothing', () => {
    const stage = stageChart();
    stage.start();
    stage.stop();
    stage.released();
    stage.start();
    expect(stage.context().generation).toBe(2);
    const before = JSON.stringify([stage.value(), stage.context()]);
    stage.acquired(1);
    stage.loaded(1);
    stage.probed(true, 1);
    stage.probed(false, 1);
    stage.send({ type: 'acquisition.progressed', generation: 1, progress: SOME_PROGRESS, atMs: 0 });
    stage.released(1);
    stage.send({ type: 'start.refused', generation: 1, reason: 'digest_mismatch', atMs: 0 });
    stage.send({ type: 'start.progressed', generation: 1, phase: 'acquiring', ratio: 1, atMs: 0 });
    expect(JSON.stringify([stage.value(), stage.context()])).toBe(before);
  });

  test('[CH14] a probe of the start before neither makes this one ready nor takes it down', () => {
    const stage = stageChart();
    stage.start();
    stage.stop();
    stage.released();
    stage.start();
    stage.sampled();
    stage.acquired();
    stage.loaded();
    stage.probed(true, 1);
    stage.probed(false, 1);
    expect(stage.value()).toEqual({ starting: { probing: 'decoding' } });
    stage.probed(true, 2);
    expect(stage.in('ready')).toBe(true);
  });
});

const SOME_PROGRESS = {
  step: 'streaming',
  receivedBytes: 1,
  totalBytes: 2,
  ratio: 0.5,
  bytesPerSecond: null,
  remainingMs: null,
  mirror: 0,
  attempt: 1,
  reason: null,
} as const;

describe('a download', () => {
  test('[CH30] is kept in the context until the next start, and ends the watch over the progress of the start', async () => {
    const stage = stageChart({ acquireStallMsMax: 100, acquireMsMax: 10_000 });
    stage.start();
    const told = (ratio: number) =>
      stage.send({
        type: 'acquisition.progressed',
        generation: 1,
        progress: { ...SOME_PROGRESS, ratio },
        atMs: stage.clock.nowMs(),
      });
    told(0.5);
    told(0.25);
    expect(stage.context()).toMatchObject({
      acquisition: { step: 'streaming', ratio: 0.25 },
      progress: { phase: 'acquiring', ratio: 0.5 },
    });
    await stage.clock.advance(9_999);
    expect(stage.value()).toEqual({ starting: 'acquiring' });
    await stage.clock.advance(1);
    expect(stage.context().fault).toBe('acquire_timeout');
    stage.released();
    expect(stage.context().acquisition).not.toBeNull();
    stage.start();
    expect(stage.context().acquisition).toBeNull();
  });
});

type Stage = ReturnType<typeof stageChart>;

/** How each state is reached: from the way before it. */
const after = (way: () => Stage, then: (stage: Stage) => void) => (): Stage => {
  const stage = way();
  then(stage);
  return stage;
};
const fresh = () => stageChart();
const acquiring = after(fresh, (stage) => stage.start());
const loading = after(acquiring, (stage) => stage.acquired());
const ready = after(fresh, (stage) => stage.makeReady());
const suspect = after(ready, (stage) => {
  stage.submit();
  stage.settled('r1', 'failed', 'generation_failed');
});
const WAYS = {
  idle: fresh,
  acquiring,
  loading,
  probing: after(loading, (stage) => stage.loaded()),
  ready,
  suspect,
  settling: after(ready, (stage) => {
    stage.submit();
    stage.drain();
  }),
  aborting: after(ready, (stage) => {
    stage.submit();
    stage.stop();
  }),
  releasing: after(ready, (stage) => stage.stop()),
  backingOff: after(suspect, (stage) => {
    stage.probed(false);
    stage.released();
  }),
  failed: after(acquiring, (stage) => {
    stage.send({ type: 'start.refused', generation: 1, reason: 'digest_mismatch', atMs: 0 });
    stage.released();
  }),
} as const;
type Way = keyof typeof WAYS;
const ways = Object.keys(WAYS) as Way[];

/** Answers whatever `draining` waits for. */
function settleDown(stage: Stage) {
  if (stage.in('draining.aborting'))
    for (const { requestId } of stage.context().running)
      stage.settled(requestId, 'cancelled', 'cancelled_by_stop');
  if (stage.in('draining.releasing')) stage.released();
}

describe('stop and drain', () => {
  test.each(ways)('[CH15] stop leads from %s to idle', (way) => {
    const stage = WAYS[way]();
    stage.stop();
    settleDown(stage);
    expect(stage.value()).toEqual({ stopped: 'idle' });
    expect(stage.context().running).toEqual([]);
    expect(stage.clock.pending()).toBe(0);
    expect(stage.errors).toEqual([]);
  });

  test.each(ways)('[CH16] whatever was begun from %s is released once, and its ports are left', (way) => {
    const stage = WAYS[way]();
    stage.stop();
    settleDown(stage);
    const open = stage.ports.filter(
      (port) => port.startsWith('+') && !stage.ports.includes(`-${port.slice(1)}`),
    );
    expect(open).toEqual(['+observeBackpressure#0']);
    const { generation } = stage.context();
    expect(stage.ports.filter((port) => port === `+releaseRuntime#${generation}`)).toHaveLength(generation);
  });

  test.each(ways)('[CH17] a start after a stop from %s comes up', (way) => {
    const stage = WAYS[way]();
    stage.stop();
    stage.start();
    settleDown(stage);
    expect(stage.in('starting')).toBe(true);
    stage.sampled();
    stage.acquired();
    stage.loaded();
    stage.probed();
    expect(stage.in('ready')).toBe(true);
  });

  test.each(ways)('[CH18] drain leads from %s to idle once running work has ended', (way) => {
    const stage = WAYS[way]();
    stage.drain();
    for (const { requestId } of stage.context().running) stage.settled(requestId);
    settleDown(stage);
    expect(stage.value()).toEqual({ stopped: 'idle' });
  });

  test('[CH19] a drain admits nothing, lets running work go on, and sheds the queue', () => {
    const stage = stageChart({ maxInFlight: 1 });
    stage.makeReady();
    stage.submit();
    stage.submit();
    stage.drain();
    expect(stage.value()).toEqual({ draining: 'settling' });
    expect(stage.effects).toEqual([
      { type: 'request.run', requestId: 'r1', generation: 1 },
      { type: 'request.conclude', requestId: 'r2', outcome: 'denied', reason: 'lifecycle_draining' },
    ]);
    expect(stage.submit().verdict).toEqual({ ok: false, reason: 'lifecycle_draining' });
    stage.settled('r1');
    stage.released();
    expect(stage.context().drain).toEqual({ finished: 1, aborted: 0, abandoned: 0, shed: 1 });
  });

  test('[CH20] a drain past its deadline aborts what runs, and abandons what does not obey', async () => {
    const stage = stageChart({ maxInFlight: 2, abortMsMax: 100 });
    stage.makeReady();
    stage.submit();
    stage.submit();
    stage.drain(500);
    await stage.clock.advance(499);
    expect(stage.value()).toEqual({ draining: 'settling' });
    await stage.clock.advance(1);
    expect(stage.value()).toEqual({ draining: 'aborting' });
    expect(stage.effects.filter(({ type }) => type === 'request.abort')).toHaveLength(2);
    stage.settled('r1', 'cancelled', 'cancelled_by_stop');
    await stage.clock.advance(200);
    expect(stage.value()).toEqual({ draining: 'releasing' });
    stage.released();
    expect(stage.context().drain).toEqual({ finished: 0, aborted: 1, abandoned: 1, shed: 0 });
  });

  test('[CH21] the drain deadline is the limit unless the command names one', async () => {
    const stage = stageChart({ drainMsMax: 250 });
    stage.makeReady();
    stage.submit();
    stage.drain();
    await stage.clock.advance(250);
    expect(stage.value()).toEqual({ draining: 'aborting' });
  });

  test('[CH22] stop ends a drain that waits', () => {
    const stage = WAYS.settling();
    stage.stop();
    expect(stage.value()).toEqual({ draining: 'aborting' });
    expect(stage.effects.at(-1)).toEqual({
      type: 'request.abort',
      requestId: 'r1',
      outcome: 'cancelled',
      reason: 'cancelled_by_stop',
    });
  });
});

describe('restarts', () => {
  test('[CH23] a transient fault of a ready runtime is tried again after a delay', async () => {
    const stage = stageChart({ backoffMsMin: 1000, backoffJitterRatio: 0 });
    stage.makeReady();
    stage.submit();
    stage.settled('r1', 'failed', 'generation_failed');
    stage.probed(false);
    stage.released();
    expect(stage.value()).toEqual({ stopped: 'backingOff' });
    await stage.clock.advance(999);
    expect(stage.value()).toEqual({ stopped: 'backingOff' });
    await stage.clock.advance(1);
    expect(stage.value()).toEqual({ starting: 'acquiring' });
    expect(stage.context()).toMatchObject({ generation: 2, restarts: [0] });
  });

  test('[CH24] one restart more than the intensity allows stays failed', async () => {
    const stage = stageChart({ restartsMax: 2, backoffMsMin: 10, backoffMsMax: 20 });
    stage.makeReady();
    for (let round = 0; round < 2; round += 1) {
      stage.submit();
      stage.settled(stage.context().running[0]!.requestId, 'failed', 'generation_failed');
      stage.probed(false);
      stage.released();
      expect(stage.value()).toEqual({ stopped: 'backingOff' });
      await stage.clock.advance(100);
      stage.sampled();
      stage.acquired();
      stage.loaded();
      stage.probed();
      expect(stage.in('ready')).toBe(true);
    }
    stage.submit();
    stage.settled(stage.context().running[0]!.requestId, 'failed', 'generation_failed');
    stage.probed(false);
    stage.released();
    expect(stage.value()).toEqual({ stopped: 'failed' });
    expect(stage.context().fault).toBe('restart_intensity_exceeded');
  });

  test('[CH25] a restart whose load fails is a further restart, not a failed first start', async () => {
    const stage = WAYS.backingOff();
    await stage.clock.advance(1_500);
    stage.send({
      type: 'start.refused',
      generation: 2,
      reason: 'runtime_load_failed',
      atMs: stage.clock.nowMs(),
    });
    stage.released();
    expect(stage.value()).toEqual({ stopped: 'backingOff' });
    expect(stage.context().restarts).toHaveLength(2);
  });

  test('[CH26] a permanent fault of a restart stays down', async () => {
    const stage = WAYS.backingOff();
    await stage.clock.advance(1_500);
    stage.send({
      type: 'start.refused',
      generation: 2,
      reason: 'digest_mismatch',
      atMs: stage.clock.nowMs(),
    });
    stage.released();
    expect(stage.value()).toEqual({ stopped: 'failed' });
  });

  test('[CH27] start in backingOff begins at once and forgets earlier restarts', () => {
    const stage = WAYS.backingOff();
    stage.start();
    expect(stage.value()).toEqual({ starting: 'acquiring' });
    expect(stage.context().restarts).toEqual([]);
    expect(stage.clock.pending()).toBe(2);
  });

  test('[CH28] a stop while a fault is being drained cancels the restart', () => {
    const stage = WAYS.suspect();
    stage.submit();
    stage.probed(false);
    stage.stop();
    settleDown(stage);
    expect(stage.value()).toEqual({ stopped: 'idle' });
  });

  test('[CH29] the same seed gives the same delays', () => {
    const delays = [7, 7, 4_000_000_000].map((jitterSeed) => {
      const stage = stageChart({}, { jitterSeed });
      stage.makeReady();
      stage.submit();
      stage.settled('r1', 'failed', 'generation_failed');
      stage.probed(false);
      return stage.context().restartDelayMs;
    });
    expect(delays[0]).toBe(delays[1]);
    expect(delays[0]).not.toBe(delays[2]);
  });
});
