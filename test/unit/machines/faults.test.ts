import { describe, expect, test } from '@jest/globals';
import { createSupervisorContext } from '../../../machines/context.ts';
import { faultOf, planAfterFault } from '../../../machines/faults.ts';
import { backoffDelayMs, nextJitter } from '../../../policies/backoff.ts';
import { DEFAULT_LIMITS } from '../../../policies/limits.ts';

const limits = { ...DEFAULT_LIMITS, restartsMax: 2, restartPeriodMs: 1000, backoffMsMin: 100 };
const context = {
  ...createSupervisorContext({ limits, jitterSeed: 7 }),
  hasBeenReady: true,
  nowMs: 5000,
  restarts: [4500],
};
const allowed = { ok: true, reason: 'restart_allowed' };

describe('what follows a fault', () => {
  test('[CH23] is a restart, counted, after a delay that grows with those before', () => {
    const { jitter, seed } = nextJitter(7);
    expect(planAfterFault(context, 'runtime_unresponsive')).toEqual({
      fault: 'runtime_unresponsive',
      lastRestart: allowed,
      afterDrain: 'backingOff',
      restarts: [4500, 5000],
      restartDelayMs: backoffDelayMs(2, limits, jitter),
      jitterSeed: seed,
    });
    expect(planAfterFault({ ...context, restarts: [] }, 'runtime_unresponsive')).toMatchObject({
      restarts: [5000],
      restartDelayMs: backoffDelayMs(1, limits, jitter),
    });
  });

  test.each([
    ['a first start', { ...context, hasBeenReady: false }, 'runtime_unresponsive'],
    ['a permanent fault', context, 'digest_mismatch'],
  ] as const)('[CH7] of %s is failure, and nobody is asked', (_what, before, reason) => {
    const plan = planAfterFault({ ...before, lastRestart: { ok: true, reason: 'restart_allowed' } }, reason);
    expect(plan).toEqual({ fault: reason, afterDrain: 'failed', lastRestart: null });
  });

  test.each([
    ['restart_intensity_exceeded', { ...context, restarts: [4500, 4600] }],
    ['restart_disabled', { ...context, limits: { ...limits, restartsMax: 0 }, restarts: [] }],
  ] as const)('[CH24] is failure with %s where the intensity says so', (reason, before) => {
    expect(planAfterFault(before, 'runtime_unresponsive')).toEqual({
      fault: reason,
      afterDrain: 'failed',
      lastRestart: { ok: false, reason },
    });
  });

  test('[CH7] takes its reason from the event where the event has one', () => {
    const of = { generation: 1, atMs: 0 };
    const verdict = { ok: false, reason: 'runtime_probe_failed' } as const;
    expect(faultOf({ type: 'start.refused', reason: 'size_short', ...of })).toBe('size_short');
    expect(faultOf({ type: 'runtime.probed', verdict, ...of })).toBe('runtime_probe_failed');
    expect(faultOf({ type: 'queue.waited' })).toBe('internal_error');
  });
});

test('[CH1] a machine without input remembers nothing that was ever begun', () => {
  expect(createSupervisorContext(undefined)).toMatchObject({
    limits: {},
    resourceLimits: null,
    generation: 0,
    jitterSeed: 0,
    hasBeenReady: false,
    running: [],
    queue: [],
    restarts: [],
    afterDrain: 'idle',
    suspect: false,
    lost: false,
  });
  const input = { limits: DEFAULT_LIMITS, jitterSeed: 9 };
  expect(createSupervisorContext(input)).toMatchObject(input);
  expect(createSupervisorContext(input).resourceLimits).not.toBeNull();
});
