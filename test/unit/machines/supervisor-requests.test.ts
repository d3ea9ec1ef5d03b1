import { describe, expect, test } from '@jest/globals';
import { stageChart } from '../../doubles/chart-stage.ts';

/** The way of requests through the chart: gate, queue, settlement, pressure, health. */
type Stage = ReturnType<typeof stageChart>;

function ready(limits: Parameters<typeof stageChart>[0] = {}) {
  const stage = stageChart(limits);
  stage.makeReady();
  return stage;
}

describe('the gate', () => {
  test('[CQ1] admits while a slot is free, queues while there is room, refuses after', () => {
    const stage = ready({ maxInFlight: 1, queueBound: 2 });
    expect(stage.submit()).toMatchObject({
      disposition: 'admitted',
      verdict: { ok: true, reason: 'admitted' },
      place: 0,
    });
    expect(stage.submit()).toMatchObject({
      disposition: 'queued',
      verdict: { reason: 'at_capacity' },
      place: 1,
    });
    expect(stage.submit()).toMatchObject({ disposition: 'queued', place: 2 });
    expect(stage.submit()).toMatchObject({
      disposition: 'refused',
      verdict: { reason: 'queue_full' },
      place: 0,
    });
    expect(stage.context().admission).toEqual({ maxInFlight: 1, queueBound: 2, inFlight: 1, queued: 2 });
  });

  test('[CQ2] refuses at capacity when the caller does not want to wait', () => {
    const stage = ready({ maxInFlight: 1 });
    stage.submit();
    expect(stage.submit({ prompt: 'x' }, false)).toMatchObject({
      disposition: 'refused',
      verdict: { ok: false, reason: 'at_capacity' },
    });
    expect(stage.context().queue).toEqual([]);
  });

  test.each([
    ['stopped', 'lifecycle_stopped', () => stageChart()],
    [
      'starting',
      'lifecycle_starting',
      () => {
        const stage = stageChart();
        stage.start();
        return stage;
      },
    ],
    [
      'draining',
      'lifecycle_draining',
      () => {
        const stage = ready();
        stage.submit();
        stage.drain();
        return stage;
      },
    ],
  ] as const)('[CQ3] refuses while %s', (_state, reason, make) => {
    const stage = make();
    const runs = stage.effects.length;
    expect(stage.submit()).toMatchObject({ disposition: 'refused', verdict: { ok: false, reason } });
    expect(stage.effects).toHaveLength(runs);
  });

  test('[CQ4] judges the shape of a request before its chances', () => {
    const stage = stageChart();
    expect(stage.submit({ prompt: '' }).verdict.reason).toBe('prompt_empty');
    expect(stage.submit({ prompt: 'x', maxTokens: -1 }).verdict.reason).toBe('max_tokens_invalid');
    expect(stage.submit(null).verdict.reason).toBe('request_malformed');
  });

  test.each([
    ['memory_exceeded', { memoryAvailableBytes: 1 }],
    ['observation_malformed', { memoryAvailableBytes: -1 }],
    ['vram_exceeded', { vramTotalBytes: 100, vramUsedBytes: 96 }],
    ['process_memory_exceeded', { processBytes: 5000 }],
    ['cpu_exceeded', { cpuLoadRatio: 0.96 }],
  ] as const)('[CQ5] refuses with %s when the machine says so', (reason, sample) => {
    const stage = ready({
      memoryUsedRatioHard: 0.95,
      vramUsedRatioHard: 0.95,
      vramUsedRatioSoft: 0.9,
      processBytesHard: 4000,
      cpuLoadRatioSoft: 0.9,
      cpuLoadRatioHard: 0.95,
    });
    stage.sampled(sample);
    expect(stage.submit().verdict).toEqual({ ok: false, reason });
    stage.sampled();
    expect(stage.submit().verdict.ok).toBe(true);
  });

  test('[CQ6] refuses on a sample that is too old', async () => {
    const stage = ready({ observationAgeMsMax: 5000 });
    await stage.clock.advance(5000);
    expect(stage.submit().verdict.ok).toBe(true);
    await stage.clock.advance(1);
    expect(stage.submit().verdict).toEqual({ ok: false, reason: 'observation_stale' });
  });

  test('[CQ7] keeps the last verdict in the snapshot, with the request it was for', () => {
    const stage = ready();
    stage.submit({ prompt: '' });
    expect(stage.context().lastArrival).toEqual({
      requestId: 'r1',
      verdict: { ok: false, reason: 'prompt_empty' },
      facts: { lifecycle: 'ready', suspect: false, inFlight: 0, queued: 0, observationAgeMs: 0 },
      disposition: 'refused',
      place: 0,
    });
  });

  test('[CQ26] keeps the last decision for the head of the queue, with its facts', () => {
    const stage = ready({ maxInFlight: 1, memoryUsedRatioHard: 0.95 });
    stage.submit();
    stage.submit();
    stage.sampled({ memoryAvailableBytes: 1 });
    stage.settled('r1');
    expect(stage.context().lastDispatch).toEqual({
      requestId: 'r2',
      verdict: { ok: false, reason: 'memory_exceeded' },
      facts: { lifecycle: 'ready', suspect: false, inFlight: 0, queued: 0, observationAgeMs: 0 },
    });
  });
});

describe('the queue', () => {
  test('[CQ8] runs waiting requests in the order they came', () => {
    const stage = ready({ maxInFlight: 1 });
    for (let i = 0; i < 4; i += 1) stage.submit();
    for (const id of ['r1', 'r2', 'r3']) stage.settled(id);
    expect(stage.effects.map(({ requestId }) => requestId)).toEqual(['r1', 'r2', 'r3', 'r4']);
    expect(stage.context().queue).toEqual([]);
  });

  test('[CQ9] a newcomer never overtakes one that waits', () => {
    const stage = ready({ maxInFlight: 2, memoryUsedRatioHard: 0.95 });
    stage.submit();
    stage.submit();
    stage.submit();
    // The machine is short of memory: the free slot stays empty, and the next arrival joins the queue.
    stage.sampled({ memoryAvailableBytes: 1 });
    stage.settled('r1');
    expect(stage.context().queue.map(({ requestId }) => requestId)).toEqual(['r3']);
    stage.submit();
    stage.sampled();
    expect(stage.effects.map(({ requestId }) => requestId)).toEqual(['r1', 'r2', 'r3']);
    expect(stage.context().queue.map(({ requestId }) => requestId)).toEqual(['r4']);
  });

  test('[CQ10] a waiting request passes the gate again before it runs', () => {
    const stage = ready({ maxInFlight: 1, memoryUsedRatioHard: 0.95 });
    stage.submit();
    stage.submit();
    stage.sampled({ memoryAvailableBytes: 1 });
    stage.settled('r1');
    expect(stage.effects).toHaveLength(1);
    stage.sampled();
    expect(stage.effects.at(-1)).toEqual({ type: 'request.run', requestId: 'r2', generation: 1 });
  });

  test('[CQ11] a wait ends at queueMsMax, each at its own time', async () => {
    const stage = ready({ maxInFlight: 1, queueMsMax: 1000, observationAgeMsMax: 60_000 });
    stage.submit();
    stage.submit();
    await stage.clock.advance(400);
    stage.submit();
    await stage.clock.advance(600);
    expect(stage.effects.at(-1)).toEqual({
      type: 'request.conclude',
      requestId: 'r2',
      outcome: 'expired',
      reason: 'queue_wait_exceeded',
    });
    expect(stage.context().queue.map(({ requestId }) => requestId)).toEqual(['r3']);
    await stage.clock.advance(400);
    expect(stage.effects.at(-1)).toMatchObject({ requestId: 'r3', outcome: 'expired' });
    expect(stage.context().admission.queued).toBe(0);
    expect(stage.clock.pending()).toBe(0);
  });

  test('[CQ12] a deadline of the request itself can end the wait sooner', async () => {
    const stage = ready({ maxInFlight: 1, queueMsMax: 1000 });
    stage.submit();
    stage.submit();
    stage.submit({ prompt: 'x', deadlineMs: 100 });
    await stage.clock.advance(100);
    expect(stage.effects.at(-1)).toMatchObject({
      requestId: 'r3',
      outcome: 'expired',
      reason: 'request_deadline_exceeded',
    });
    expect(stage.context().queue.map(({ requestId }) => requestId)).toEqual(['r2']);
  });

  test('[CQ13] cancelling a queued request frees its place and touches no running one', () => {
    const stage = ready({ maxInFlight: 1, queueBound: 1 });
    stage.submit();
    stage.submit();
    stage.send({ type: 'request.cancel', requestId: 'r2', atMs: 0 });
    expect(stage.effects.slice(1)).toEqual([
      { type: 'request.conclude', requestId: 'r2', outcome: 'cancelled', reason: 'cancelled_by_caller' },
    ]);
    expect(stage.context().running).toEqual([{ requestId: 'r1', generation: 1, aborting: false }]);
    expect(stage.submit().disposition).toBe('queued');
  });

  test('[CQ14] cancelling a running request aborts it once; its slot is free when the runtime gave it back', () => {
    const stage = ready({ maxInFlight: 1 });
    stage.submit();
    stage.submit();
    stage.send({ type: 'request.cancel', requestId: 'r1', atMs: 0 });
    stage.send({ type: 'request.cancel', requestId: 'r1', atMs: 0 });
    expect(stage.effects.filter(({ type }) => type === 'request.abort')).toHaveLength(1);
    expect(stage.context().admission.inFlight).toBe(1);
    stage.settled('r1', 'cancelled', 'cancelled_by_caller');
    expect(stage.effects.at(-1)).toMatchObject({ type: 'request.run', requestId: 'r2' });
  });

  test('[CQ15] cancelling an unknown or settled request changes nothing', () => {
    const stage = ready();
    stage.submit();
    stage.settled('r1');
    const before = JSON.stringify(stage.context());
    stage.send({ type: 'request.cancel', requestId: 'r1', atMs: 0 });
    stage.send({ type: 'request.cancel', requestId: 'never', atMs: 0 });
    expect(JSON.stringify(stage.context())).toBe(before);
  });

  test('[CQ16] a settlement that is stale, unknown or told twice is booked once', () => {
    const stage = ready({ maxInFlight: 2 });
    stage.submit();
    stage.submit();
    stage.settled('r1', 'completed', 'generation_completed', 0);
    expect(stage.context().admission.inFlight).toBe(2);
    stage.settled('r1');
    stage.settled('r1');
    stage.settled('r9');
    expect(stage.context().admission.inFlight).toBe(1);
    expect(stage.context().running.map(({ requestId }) => requestId)).toEqual(['r2']);
  });
});

describe('pressure', () => {
  const limits = { memoryUsedRatioSoft: 0.8, memoryUsedRatioHard: 0.9, pressureClearRatio: 0.05 };
  const level = (stage: ReturnType<typeof ready>) =>
    (stage.value() as { ready: { pressure: string } }).ready.pressure;

  test('[CQ17] follows the samples up at once, and down only past the hysteresis', () => {
    const stage = ready(limits);
    const seen = [850, 770, 740, 950, 870, 840, 740].map((used) => {
      stage.sampled({ memoryAvailableBytes: 1000 - used });
      return level(stage);
    });
    expect(seen).toEqual(['elevated', 'elevated', 'nominal', 'critical', 'critical', 'elevated', 'nominal']);
  });

  test('[CQ18] begins at the level that the samples of the start left', () => {
    const stage = stageChart(limits);
    stage.start();
    stage.sampled({ memoryAvailableBytes: 150 });
    stage.acquired();
    stage.loaded();
    stage.probed();
    expect(level(stage)).toBe('elevated');
  });

  test('[CQ19] a reading that failed counts as critical', () => {
    const stage = ready();
    stage.sampled({ cpuLoadRatio: -1 });
    expect(level(stage)).toBe('critical');
  });
});

describe('health', () => {
  test.each([
    ['failed', 'generation_failed'],
    ['expired', 'first_token_deadline_exceeded'],
    ['expired', 'stall_deadline_exceeded'],
    ['failed', 'abandoned_by_runtime'],
  ] as const)('[CQ20] a request that %s with %s makes the runtime suspect', (outcome, reason) => {
    const stage = ready();
    stage.submit();
    stage.settled('r1', outcome, reason);
    expect(stage.in('ready.health.suspect')).toBe(true);
    expect(stage.submit().verdict).toEqual({ ok: false, reason: 'runtime_suspect' });
    expect(stage.ports.at(-1)).toBe('+probeRuntime#1');
  });

  test.each([
    ['completed', 'generation_completed'],
    ['cancelled', 'cancelled_by_caller'],
    ['expired', 'reader_deadline_exceeded'],
    ['expired', 'request_deadline_exceeded'],
  ] as const)('[CQ21] a request that %s with %s says nothing against the runtime', (outcome, reason) => {
    const stage = ready();
    stage.submit();
    stage.settled('r1', outcome, reason);
    expect(stage.in('ready.health.healthy')).toBe(true);
  });

  test('[CQ22] one decoded token clears the suspicion, and those who wait run', () => {
    const stage = ready({ maxInFlight: 1 });
    stage.submit();
    stage.submit();
    stage.settled('r1', 'failed', 'generation_failed');
    expect(stage.effects).toHaveLength(1);
    stage.probed();
    expect(stage.in('ready.health.healthy')).toBe(true);
    expect(stage.effects.at(-1)).toMatchObject({ type: 'request.run', requestId: 'r2' });
  });

  test('[CQ23] a probe that fails, or does not answer, takes the runtime down in order', async () => {
    const stage = ready({ maxInFlight: 2, probeMsMax: 50 });
    stage.submit();
    stage.submit();
    stage.settled('r1', 'failed', 'generation_failed');
    await stage.clock.advance(50);
    expect(stage.value()).toEqual({ draining: 'aborting' });
    expect(stage.context().fault).toBe('runtime_unresponsive');
    expect(stage.effects.at(-1)).toMatchObject({ type: 'request.abort', requestId: 'r2' });
  });

  test('[CQ27] silence in too many requests in a row takes the runtime down, though it answers its probe', () => {
    const stage = ready({ silencesMax: 3 });
    for (const reason of ['stall_deadline_exceeded', 'first_token_deadline_exceeded'] as const) {
      const { requestId } = stage.submit();
      stage.settled(requestId, 'expired', reason);
      stage.probed();
      expect(stage.in('ready.health.healthy')).toBe(true);
    }
    const { requestId } = stage.submit();
    stage.settled(requestId, 'failed', 'abandoned_by_runtime');
    expect(stage.in('draining')).toBe(true);
    expect(stage.context()).toMatchObject({ fault: 'runtime_unresponsive', afterDrain: 'backingOff' });
  });

  test.each([
    ['completes', 'completed', 'generation_completed', 0],
    ['fails by itself', 'failed', 'generation_failed', 1],
    ['is cancelled', 'cancelled', 'cancelled_by_caller', 1],
  ] as const)(
    '[CQ28] a request that %s counts into the silences in a row as it must',
    (_what, outcome, reason, silences) => {
      const stage = ready();
      stage.settled(stage.submit().requestId, 'expired', 'stall_deadline_exceeded');
      stage.probed();
      stage.settled(stage.submit().requestId, outcome, reason);
      expect(stage.context().silences).toBe(silences);
    },
  );

  test('[CQ24] pressure goes on being watched while the runtime is suspect', () => {
    const stage = ready({ memoryUsedRatioHard: 0.9, memoryUsedRatioSoft: 0.8 });
    stage.submit();
    stage.settled('r1', 'failed', 'generation_failed');
    stage.sampled({ memoryAvailableBytes: 10 });
    expect(stage.value()).toEqual({ ready: { pressure: 'critical', health: 'suspect' } });
  });
});

test('[CQ25] readers that hold their generation are counted in the snapshot', () => {
  const stage = ready();
  stage.send({ type: 'backpressure.changed', readersHeld: 2, atMs: 0 });
  expect(stage.context().readersHeld).toBe(2);
});

describe('how far a running request is', () => {
  test('[CQ29] is kept with it, the latest word alone, and gone with it', () => {
    const stage = ready();
    stage.submit();
    expect(stage.context().running[0]).not.toHaveProperty('progress');
    stage.advanced('r1', 'prompting');
    stage.advanced('r1', 'decoding');
    expect(stage.context().running).toEqual([
      {
        requestId: 'r1',
        generation: 1,
        aborting: false,
        progress: { step: 'decoding', promptTokens: 4, outputTokens: 2 },
      },
    ]);
    stage.settled('r1');
    expect(stage.context().running).toEqual([]);
  });

  test.each([
    ['of an earlier start', (stage: Stage) => stage.advanced('r1', 'decoding', 0)],
    ['of a request that nobody knows', (stage: Stage) => stage.advanced('r9')],
    ['of one that waits', (stage: Stage) => stage.advanced('r2')],
  ])('[CQ30] changes nothing where it is %s', (_what, tell) => {
    const stage = ready({ maxInFlight: 1 });
    stage.submit();
    stage.submit();
    const before = stage.context();
    tell(stage);
    expect(stage.context()).toEqual(before);
  });
});
