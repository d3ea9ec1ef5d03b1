import { describe, expect, test } from '@jest/globals';
import {
  createSupervisorContext,
  type QueuedRequest,
  type RunningRequest,
  type SupervisorContext,
} from '../../../machines/context.ts';
import {
  abandonRunning,
  abortRunning,
  castsSuspicion,
  decideArrival,
  dispatchWaiting,
  exhaustsTrust,
  isObserved,
  isQueued,
  isRunning,
  later,
  observedAt,
  pressureAfter,
  recordArrival,
  recordSettlement,
  type Settlement,
  type Submission,
  withdraw,
} from '../../../machines/requests.ts';
import { recordInFlight, recordQueued } from '../../../policies/admission.ts';
import { DEFAULT_LIMITS, type Limits } from '../../../policies/limits.ts';
import { readRequestFacts } from '../../../policies/request.ts';

const SAMPLE = {
  atMs: 100,
  memoryTotalBytes: 1000,
  memoryAvailableBytes: 900,
  cpuLoadRatio: 0.1,
  processBytes: 100,
  eventLoopDelayMs: 1,
  vramTotalBytes: null,
  vramUsedBytes: null,
};
const LIMITS = { maxInFlight: 2, queueBound: 2, queueMsMax: 1000, requestMsMax: 5000, silencesMax: 2 };

/** A ready supervisor of generation 3 at 100 ms with these requests running and waiting. */
function books(running: readonly string[], queue: readonly string[], limits: Partial<Limits> = {}) {
  const fresh = createSupervisorContext({
    limits: { ...DEFAULT_LIMITS, ...LIMITS, ...limits },
    jitterSeed: 1,
  });
  let { admission } = fresh;
  for (const _ of running) admission = recordInFlight(admission);
  for (const _ of queue) admission = recordQueued(admission);
  return {
    ...fresh,
    lifecycle: { phase: 'ready' },
    nowMs: 100,
    generation: 3,
    admission,
    observation: SAMPLE,
    running: running.map((requestId) => ({ requestId, generation: 3, aborting: false })),
    queue: queue.map((requestId) => ({ requestId, expiresAtMs: 1100, expiresBy: 'queue' })),
  } satisfies SupervisorContext as SupervisorContext;
}
const run = (requestId: string) => ({ type: 'request.run', requestId, generation: 3 });
const submission = (change: Partial<Submission> = {}, request: object = {}): Submission => ({
  type: 'request.submit',
  requestId: 'r9',
  facts: readRequestFacts({ prompt: 'hello', ...request }),
  wait: true,
  atMs: 200,
  ...change,
});
const settlement = (requestId: string, change: Partial<Settlement> = {}): Settlement => ({
  type: 'request.settled',
  requestId,
  generation: 3,
  outcome: 'completed',
  reason: 'generation_completed',
  atMs: 200,
  ...change,
});
const SILENT = { outcome: 'expired', reason: 'stall_deadline_exceeded' } as const;

describe('an arrival', () => {
  test('[CQ1] that is admitted is booked, and told to the ledger', () => {
    const context = books(['r1'], []);
    const step = recordArrival(context, submission());
    expect(step.effects).toEqual([run('r9')]);
    expect(step.context).toEqual({
      lastArrival: decideArrival(context, submission()),
      nowMs: 200,
      running: [...context.running, { requestId: 'r9', generation: 3, aborting: false }],
      admission: { ...context.admission, inFlight: 2 },
    });
    expect(step.context.lastArrival).toEqual({
      requestId: 'r9',
      verdict: { ok: true, reason: 'admitted' },
      facts: { lifecycle: 'ready', suspect: false, inFlight: 1, queued: 0, observationAgeMs: 100 },
      disposition: 'admitted',
      place: 0,
    });
  });

  test('[CQ1] that waits gets the place behind those who wait', () => {
    const context = books(['r1', 'r2'], ['r3']);
    const step = recordArrival(context, submission());
    expect(step.effects).toEqual([]);
    expect(step.context).toEqual({
      lastArrival: expect.objectContaining({ disposition: 'queued', place: 2 }),
      nowMs: 200,
      queue: [...context.queue, { requestId: 'r9', expiresAtMs: 1200, expiresBy: 'queue' }],
      admission: { ...context.admission, queued: 2 },
    });
  });

  test('[CQ2] that does not want to wait, or finds no place, leaves the books as they are', () => {
    for (const [context, event, reason] of [
      [books(['r1', 'r2'], []), submission({ wait: false }), 'at_capacity'],
      [books(['r1', 'r2'], ['r3', 'r4']), submission(), 'queue_full'],
    ] as const) {
      const { lastArrival, ...rest } = recordArrival(context, event).context;
      expect(lastArrival).toMatchObject({ verdict: { ok: false, reason }, disposition: 'refused', place: 0 });
      expect(rest).toEqual({ nowMs: 200 });
      expect(recordArrival(context, event).effects).toEqual([]);
    }
  });

  test.each([
    [999, 1199, 'request'],
    [1000, 1200, 'queue'],
    [1001, 1200, 'queue'],
    [undefined, 1200, 'queue'],
  ])(
    '[CQ12] with %p ms to live waits until %d, by the deadline of its %s',
    (deadlineMs, expiresAtMs, expiresBy) => {
      const request = deadlineMs === undefined ? {} : { deadlineMs };
      const { queue } = recordArrival(books(['r1', 'r2'], []), submission({}, request)).context;
      expect(queue).toEqual([{ requestId: 'r9', expiresAtMs, expiresBy }]);
    },
  );

  test.each([
    [700, {}],
    [700, { deadlineMs: 5000 }],
    [600, { deadlineMs: 600 }],
  ])('[CQ12] waits no longer than a request may live: %d ms', (waitMs, request) => {
    const context = books(['r1', 'r2'], [], { requestMsMax: 700 });
    const facts = { ...readRequestFacts({ prompt: 'hello' }), deadlineMs: null, ...request };
    const { queue } = recordArrival(context, submission({ facts })).context;
    expect(queue).toEqual([{ requestId: 'r9', expiresAtMs: 200 + waitMs, expiresBy: 'request' }]);
  });

  test('[CQ7] is judged at its own time, and an early one as of now', () => {
    const late = decideArrival(books([], [], { observationAgeMsMax: 500 }), submission({ atMs: 601 }));
    expect(late.verdict.reason).toBe('observation_stale');
    expect(late.facts.observationAgeMs).toBe(501);
    const early = recordArrival(books([], []), submission({ atMs: 50 })).context;
    expect(early.lastArrival?.facts.observationAgeMs).toBe(0);
    expect(early.nowMs).toBe(100);
    const blind = { ...books([], []), observation: null };
    expect(decideArrival(blind, submission())).toMatchObject({
      verdict: { reason: 'observation_missing' },
      facts: { observationAgeMs: null },
      disposition: 'refused',
    });
  });
});

describe('those who wait', () => {
  test('[CQ8] run in their order while slots are free', () => {
    const context = books([], ['r1', 'r2', 'r3'], { queueBound: 3 });
    const step = dispatchWaiting(context);
    expect(step.effects).toEqual([run('r1'), run('r2')]);
    expect(step.context.queue).toEqual(context.queue.slice(2));
    expect(step.context.running).toEqual([
      { requestId: 'r1', generation: 3, aborting: false },
      { requestId: 'r2', generation: 3, aborting: false },
    ]);
    expect(step.context.admission).toMatchObject({ inFlight: 2, queued: 1 });
    expect(step.context.lastDispatch).toEqual({
      requestId: 'r3',
      verdict: { ok: false, reason: 'at_capacity' },
      facts: { lifecycle: 'ready', suspect: false, inFlight: 2, queued: 0, observationAgeMs: 0 },
    });
  });

  test('[CQ10] stay where the gate refuses, and where nobody waits nothing is asked', () => {
    const context = { ...books([], ['r1']), suspect: true };
    expect(dispatchWaiting(context)).toMatchObject({
      context: {
        queue: context.queue,
        running: [],
        lastDispatch: { verdict: { reason: 'runtime_suspect' } },
      },
      effects: [],
    });
    const { lastDispatch } = dispatchWaiting(books(['r1'], [])).context;
    expect(lastDispatch).toBeNull();
  });

  test('[CQ13] leave by name, each told why, and the rest keeps its order', () => {
    const context = books(['r1'], ['r2', 'r3', 'r4'], { queueBound: 3 });
    const reasonOf = ({ requestId }: QueuedRequest) =>
      requestId === 'r2' ? ('queue_wait_exceeded' as const) : ('request_deadline_exceeded' as const);
    const step = withdraw(context, ({ requestId }) => requestId !== 'r3', 'expired', reasonOf);
    expect(step).toEqual({
      context: { queue: [context.queue[1]], admission: { ...context.admission, queued: 1 } },
      effects: [
        { type: 'request.conclude', requestId: 'r2', outcome: 'expired', reason: 'queue_wait_exceeded' },
        {
          type: 'request.conclude',
          requestId: 'r4',
          outcome: 'expired',
          reason: 'request_deadline_exceeded',
        },
      ],
    });
    expect(withdraw(context, () => false, 'expired', reasonOf)).toEqual({ context: {}, effects: [] });
  });

  test('[CQ13] are known by their name, as are those who run and are not told to end', () => {
    const [first, second] = books(['r1', 'r2'], []).running as [RunningRequest, RunningRequest];
    const context = { ...books(['r1', 'r2'], ['r3', 'r4']), running: [{ ...first, aborting: true }, second] };
    expect(['r2', 'r3', 'r4'].map((id) => isQueued(context, id))).toEqual([false, true, true]);
    expect(['r1', 'r2', 'r3'].map((id) => isRunning(context, id))).toEqual([false, true, false]);
  });
});

describe('a settlement', () => {
  test('[CQ16] books its request out, and no other', () => {
    const context = books(['r1', 'r2'], []);
    expect(recordSettlement(context, settlement('r1'))).toEqual({
      context: {
        running: [context.running[1]],
        admission: { ...context.admission, inFlight: 1 },
        nowMs: 200,
        silences: 0,
        drain: context.drain,
      },
      effects: [],
    });
  });

  test.each([
    ['of another request', settlement('r2', SILENT)],
    ['of an earlier start', settlement('r1', { ...SILENT, generation: 2 })],
  ])('[CQ16] %s changes nothing, and speaks against nobody', (_what, event) => {
    const context = { ...books(['r1'], []), silences: 9 };
    expect(recordSettlement(context, event)).toEqual({ context: {}, effects: [] });
    expect([castsSuspicion(context, event), exhaustsTrust(context, event)]).toEqual([false, false]);
  });

  test.each([
    ['completed', 'generation_completed', { finished: 1 }],
    ['cancelled', 'cancelled_by_stop', { aborted: 1 }],
    ['failed', 'generation_failed', { aborted: 1 }],
    ['failed', 'abandoned_by_runtime', { abandoned: 1 }],
  ] as const)(
    '[CH20] that %s with %s is counted into a drain, and only there',
    (outcome, reason, counted) => {
      const context = books(['r1'], []);
      const event = settlement('r1', { outcome, reason });
      const draining = { ...context, lifecycle: { phase: 'draining' } } as const;
      expect(recordSettlement(draining, event).context.drain).toEqual({ ...context.drain, ...counted });
      expect(recordSettlement(context, event).context.drain).toBe(context.drain);
    },
  );

  test.each([
    ['ready', SILENT, 2, true],
    ['ready', { outcome: 'failed', reason: 'abandoned_by_runtime' }, 2, true],
    ['ready', { outcome: 'failed', reason: 'generation_failed' }, 1, true],
    ['ready', { outcome: 'cancelled', reason: 'cancelled_by_caller' }, 1, false],
    ['ready', { outcome: 'completed', reason: 'generation_completed' }, 0, false],
    ['draining', SILENT, 0, true],
  ] as const)('[CQ28] while %s, %j leaves %d silences in a row', (phase, change, silences, suspicion) => {
    const context = { ...books(['r1'], []), lifecycle: { phase }, silences: 1 };
    const event = settlement('r1', change);
    expect(recordSettlement(context, event).context.silences).toBe(silences);
    expect(castsSuspicion(context, event)).toBe(suspicion);
    // Two are too many here.
    expect(exhaustsTrust(context, event)).toBe(silences === 2);
  });
});

describe('an end from above', () => {
  const [first, second] = books(['r1', 'r2'], []).running as [RunningRequest, RunningRequest];
  const context = { ...books(['r1', 'r2'], ['r3']), running: [{ ...first, aborting: true }, second] };
  const abort = { type: 'request.abort', requestId: 'r2', outcome: 'cancelled', reason: 'cancelled_by_stop' };

  test.each([[null], ['r2']])('[CQ14] tells those to abort who were not told yet: %p', (requestId) => {
    expect(abortRunning(context, requestId, 'cancelled', 'cancelled_by_stop')).toEqual({
      context: { running: [context.running[0], { ...second, aborting: true }] },
      effects: [abort],
    });
  });

  test.each(['r1', 'r3', 'r9'])('[CQ14] tells nobody for %s', (requestId) => {
    const step = abortRunning(context, requestId, 'cancelled', 'cancelled_by_stop');
    expect(step).toEqual({ context: {}, effects: [] });
  });

  test('[CH20] counts who is left as abandoned, and frees every slot', () => {
    const drain = { finished: 1, aborted: 1, abandoned: 1, shed: 1 };
    const conclude = { type: 'request.conclude', outcome: 'failed', reason: 'abandoned_by_runtime' };
    expect(abandonRunning({ ...context, drain })).toEqual({
      context: {
        running: [],
        admission: { ...context.admission, inFlight: 0 },
        drain: { ...drain, abandoned: 3 },
      },
      effects: [
        { ...conclude, requestId: 'r1' },
        { ...conclude, requestId: 'r2' },
      ],
    });
  });
});

describe('the kept sample', () => {
  const { atMs: _atMs, ...readings } = SAMPLE;

  test('[CQ6] has its age at the time it is asked for, never below 0', () => {
    const context = books([], []);
    expect(observedAt(context, 350)).toEqual({ ...readings, ageMs: 250 });
    expect(observedAt(context, 50)).toEqual({ ...readings, ageMs: 0 });
    expect(observedAt({ ...context, observation: null }, 350)).toBeNull();
  });

  test.each([
    ['a sound one', SAMPLE, 100, true],
    ['one over a limit', { ...SAMPLE, memoryAvailableBytes: 0 }, 100, true],
    ['a stale one', SAMPLE, 1_000_000, true],
    ['a malformed one', { ...SAMPLE, cpuLoadRatio: -1 }, 100, false],
    ['none', null, 100, false],
  ])('[CH5] counts as an observation: %s', (_what, observation, nowMs, counts) => {
    expect(isObserved({ ...books([], []), observation, nowMs })).toBe(counts);
  });

  test('[CQ17] sets the pressure', () => {
    const context = books([], [], { memoryUsedRatioSoft: 0.8, memoryUsedRatioHard: 0.9 });
    const short = { ...context, observation: { ...SAMPLE, memoryAvailableBytes: 150 } };
    expect([pressureAfter(context, 100), pressureAfter(short, 100)]).toEqual(['nominal', 'elevated']);
  });

  test('[CH12] time never runs backwards', () => {
    expect([later(books([], []), 99), later(books([], []), 101)]).toEqual([100, 101]);
  });
});
