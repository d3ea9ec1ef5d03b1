import { describe, expect, test } from '@jest/globals';
import type { SupervisorContext } from '../../machines/context.ts';
import { createPureStepper, type SupervisorSnapshot } from '../../machines/pure-stepper.ts';
import { DEFAULT_LIMITS } from '../../policies/limits.ts';
import { createJudge } from './judge.ts';
import { createSightings } from './sightings.ts';
import { createWatch } from './watch.ts';

const limits = { ...DEFAULT_LIMITS, restartsMax: 1, restartPeriodMs: 1000, probeMsMax: 50, maxInFlight: 1 };
const initial = createPureStepper().initial({ limits, jitterSeed: 1 });

/** A watch that is shown what no supervisor should ever show. */
function stageWatch() {
  let nowMs = 0;
  const judge = createJudge(() => nowMs);
  const watch = createWatch({ nowMs: () => nowMs, suspendedMs: () => 0 }, judge, createSightings(), initial);
  return {
    watch,
    broken: () => judge.violation()?.rule ?? null,
    show: (value: unknown, context: Partial<SupervisorContext>, atMs = 0) => {
      nowMs = atMs;
      watch.look({ value, context: { ...initial.context, ...context } } as unknown as SupervisorSnapshot);
      watch.afterEvent();
    },
    wait: (atMs: number) => {
      nowMs = atMs;
      watch.afterEvent();
    },
  };
}

const READY = { ready: { pressure: 'nominal', health: 'healthy' } };
const SUSPECT = { ready: { pressure: 'nominal', health: 'suspect' } };
const phase = (name: SupervisorContext['lifecycle']['phase']) => ({
  lifecycle: { ...initial.context.lifecycle, phase: name },
});
const running = [{ requestId: 'r1', generation: 1, aborting: false }];
const oneInFlight = { running, admission: { maxInFlight: 1, queueBound: 16, inFlight: 1, queued: 0 } };
const arrival = {
  requestId: 'r1',
  verdict: { ok: true, reason: 'admitted' },
  facts: {},
  disposition: 'admitted',
  place: 0,
} as unknown as SupervisorContext['lastArrival'];

describe('the watch over the chart', () => {
  test('[SM18] finds nothing wrong with a supervisor that goes its way', () => {
    const { show, broken, wait } = stageWatch();
    show(READY, phase('ready'));
    show(READY, { ...phase('ready'), ...oneInFlight });
    show({ draining: 'settling' }, { ...phase('draining'), ...oneInFlight, drainDeadlineMs: 100 });
    wait(100);
    const drain = { finished: 1, aborted: 0, abandoned: 0, shed: 0 };
    show({ draining: 'releasing' }, { ...phase('draining'), drain }, 100);
    show({ stopped: 'idle' }, { ...phase('stopped'), drain }, 110);
    wait(1_000_000);
    expect(broken()).toBeNull();
  });

  test('[SM18] notices books that do not balance, and more in flight than may be: SI1', () => {
    const unbalanced = stageWatch();
    unbalanced.show(READY, { ...phase('ready'), running });
    expect(unbalanced.broken()).toBe('SI1');
    const tooMany = stageWatch();
    tooMany.show(READY, {
      ...phase('ready'),
      running: [...running, ...running],
      admission: { maxInFlight: 2, queueBound: 16, inFlight: 2, queued: 0 },
    });
    expect(tooMany.broken()).toBe('SI1');
  });

  test.each([
    ['while starting', phase('starting')],
    ['while suspect', { ...phase('ready'), suspect: true }],
    ['without an observation', phase('ready')],
  ])('[SM18] notices a request that is let in %s: SI4', (_case, before) => {
    const { show, broken } = stageWatch();
    show(READY, before);
    show(READY, { ...before, ...oneInFlight, lastArrival: arrival });
    expect(broken()).toBe('SI4');
  });

  test('[SM18] notices a request that waits while a slot is free: SI18', () => {
    const { show, broken } = stageWatch();
    const observation = {
      atMs: 0,
      memoryTotalBytes: 2,
      memoryAvailableBytes: 1,
    } as SupervisorContext['observation'];
    const queue = [{ requestId: 'r1', expiresAtMs: 100 }] as unknown as SupervisorContext['queue'];
    const admission = { maxInFlight: 1, queueBound: 16, inFlight: 0, queued: 1 };
    show(READY, { ...phase('ready'), queue, admission, observation });
    expect(broken()).toBe('SI18');
  });

  test('[SM18] notices a drain that forgets a request: SI8', () => {
    const { show, broken } = stageWatch();
    show(READY, { ...phase('ready'), ...oneInFlight });
    show({ draining: 'settling' }, { ...phase('draining'), ...oneInFlight, drainDeadlineMs: 100 });
    show({ stopped: 'idle' }, phase('stopped'), 10);
    expect(broken()).toBe('SI8');
  });

  test('[SM18] notices one restart too many within the period, unless a command came between: SI10', () => {
    const fall = (show: ReturnType<typeof stageWatch>['show'], atMs: number) => {
      show({ draining: 'releasing' }, { ...phase('draining'), afterDrain: 'backingOff' }, atMs);
      show(READY, phase('ready'), atMs + 1);
    };
    const often = stageWatch();
    fall(often.show, 0);
    expect(often.broken()).toBeNull();
    fall(often.show, 999);
    expect(often.broken()).toBe('SI10');
    const told = stageWatch();
    fall(told.show, 0);
    told.watch.onCommand('stop');
    fall(told.show, 999);
    expect(told.broken()).toBeNull();
  });

  test('[SM18] notices a state that outlasts its deadline: SI11', () => {
    const { show, broken, wait } = stageWatch();
    show(SUSPECT, phase('ready'));
    wait(50);
    expect(broken()).toBeNull();
    wait(51);
    expect(broken()).toBe('SI11');
  });
});
