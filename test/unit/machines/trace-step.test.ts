import { describe, expect, test } from '@jest/globals';
import { createSupervisorContext, type SupervisorContext } from '../../../machines/context.ts';
import type { SupervisorSnapshot } from '../../../machines/pure-stepper.ts';
import { changesOf, describeEffect, describeFrame, describeStep } from '../../../machines/trace-step.ts';
import { DEFAULT_LIMITS } from '../../../policies/limits.ts';

const CONTEXT = createSupervisorContext({ limits: DEFAULT_LIMITS, jitterSeed: 1 });
const changed = (change: Partial<SupervisorContext>): SupervisorContext => ({ ...CONTEXT, ...change });
const snapshot = (value: unknown, context = CONTEXT) => ({ value, context }) as unknown as SupervisorSnapshot;
const EVENT = { type: 'supervisor.start', atMs: 5 };
const TIMER = { type: 'queue.waited' };

describe('a step as a trace tells it', () => {
  test('[TR2] has its ordinal and event, and of the rest only what is other than before', () => {
    const before = snapshot({ starting: { probing: 'decoding' } });
    const alike = snapshot({ starting: { probing: 'decoding' } });
    expect(describeStep(3, EVENT, 9, before, alike, [])).toEqual({ i: 3, e: EVENT, d: {} });
  });

  test('[TR2] has the state after, the changes and the effects in their order', () => {
    const actions = ['acquireModel', 'prepareRuntime'].map((id) => ({
      type: 'xstate.spawnChild',
      params: { id },
    }));
    const begun = snapshot({ starting: 'acquiring' }, changed({ generation: 1 }));
    expect(describeStep(1, EVENT, 9, snapshot({ stopped: 'idle' }), begun, actions)).toEqual({
      i: 1,
      e: EVENT,
      s: { starting: 'acquiring' },
      d: { generation: 1 },
      x: ['+acquireModel', '+prepareRuntime'],
    });
  });

  test.each<[unknown, unknown]>([
    [{ ready: { pressure: 'nominal' } }, { ready: { pressure: 'nominal', health: 'healthy' } }],
    [{ ready: { pressure: 'nominal', health: 'healthy' } }, { ready: { pressure: 'nominal' } }],
    [
      { ready: { pressure: 'nominal', health: 'healthy' } },
      { ready: { pressure: 'nominal', health: 'suspect' } },
    ],
    [{ ready: 'nominal' }, 'ready'],
    ['ready', { ready: 'nominal' }],
    [{ a: null }, { a: {} }],
    [{ a: {} }, { a: null }],
  ])('[TR2] tells %j from %j', (before, is) => {
    expect(describeStep(1, EVENT, 9, snapshot(before), snapshot(is), [])).toHaveProperty('s', is);
  });

  test('[TR4] has the time of its recording where the event tells none', () => {
    expect(describeStep(1, TIMER, 9, snapshot('a'), snapshot('a'), [])).toEqual({
      i: 1,
      t: 9,
      e: TIMER,
      d: {},
    });
  });

  test('[TR2] begins at a frame of the whole context but for the limits', () => {
    const { limits: _limits, resourceLimits: _resourceLimits, ...context } = CONTEXT;
    expect(describeFrame(4, snapshot({ stopped: 'idle' }), 'abc')).toEqual({
      kind: 'frame',
      i: 4,
      state: { stopped: 'idle' },
      context,
      after: 'abc',
    });
  });
});

describe('the changes of a step', () => {
  const changes = (change: Partial<SupervisorContext>, event: object = EVENT, before = CONTEXT) =>
    changesOf(before, { ...before, ...change }, event);

  test('[TR2] are none where nothing changed', () => {
    expect(changesOf(CONTEXT, CONTEXT, EVENT)).toEqual({});
    expect(changes({ drain: { ...CONTEXT.drain }, restarts: [] })).toEqual({});
  });

  test('[TR2] leave out the time that the event told, and keep any other', () => {
    expect(changes({ nowMs: 5 })).toEqual({});
    expect(changes({ nowMs: 6 })).toEqual({ nowMs: 6 });
    expect(changes({ nowMs: 5 }, TIMER)).toEqual({ nowMs: 5 });
    expect(changes({ sinceMs: 5 })).toEqual({ sinceMs: 5 });
  });

  test("[TR2] tell the event's own sample by a mark, and any other in full", () => {
    const sample = { atMs: 5 } as unknown as NonNullable<SupervisorContext['observation']>;
    const event = { type: 'resources.sampled', sample, atMs: 5 };
    expect(changes({ observation: sample }, event)).toEqual({ observation: '@sample' });
    expect(changes({ observation: { ...sample } }, event)).toEqual({ observation: sample });
    expect(changes({ observation: sample })).toEqual({ observation: sample });
    expect(changes({ observation: null }, event, changed({ observation: sample }))).toEqual({
      observation: null,
    });
    expect(changes({ progress: sample as never }, event)).toEqual({ progress: sample });
  });

  test('[TR2] tell of lists of requests who came, who changed and who left', () => {
    const request = (requestId: string, aborting = false) => ({ requestId, generation: 1, aborting });
    const before = changed({ running: [request('r1'), request('r2')], queue: [] });
    const running = [request('r2', true), request('r3')];
    expect(changes({ running }, EVENT, before)).toEqual({
      running: { came: [request('r2', true), request('r3')], left: ['r1'] },
    });
    expect(changes({ running: [request('r1')] }, EVENT, before)).toEqual({ running: { left: ['r2'] } });
    const queued = { requestId: 'r4', expiresAtMs: 9, expiresBy: 'queue' } as const;
    expect(changes({ queue: [queued] }, EVENT, before)).toEqual({ queue: { came: [queued] } });
  });

  test('[TR2] tell of the books of admission the numbers that moved', () => {
    const admission = { ...CONTEXT.admission, inFlight: 1, queued: 2 };
    expect(changes({ admission })).toEqual({ admission: { inFlight: 1, queued: 2 } });
  });
});

test.each([
  ['xstate.spawnChild', { id: 'loadModel' }, '+loadModel'],
  ['xstate.stopChild', { id: 'loadModel' }, '-loadModel'],
  ['xstate.raise', { id: 'stall', delay: 500 }, 'arm stall 500'],
  ['xstate.cancel', { sendId: 'stall' }, 'disarm stall'],
  ['xstate.sendTo', { event: { type: 'request.run', requestId: 'r1', generation: 1 } }, 'run r1'],
  [
    'xstate.sendTo',
    { event: { type: 'request.abort', requestId: 'r1', outcome: 'cancelled', reason: 'cancelled_by_stop' } },
    'abort r1 cancelled cancelled_by_stop',
  ],
  [
    'xstate.sendTo',
    { event: { type: 'request.conclude', requestId: 'r1', outcome: 'denied', reason: 'lifecycle_draining' } },
    'conclude r1 denied lifecycle_draining',
  ],
  ['enterReady', undefined, 'enterReady'],
])('[TR2] the effect %s of %j reads %s', (type, params, words) => {
  expect(describeEffect({ type, params })).toBe(words);
});
