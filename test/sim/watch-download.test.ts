import { describe, expect, test } from '@jest/globals';
import type { AcquisitionProgress } from '../../machines/acquisition-context.ts';
import type { SupervisorContext } from '../../machines/context.ts';
import { createPureStepper, type SupervisorSnapshot } from '../../machines/pure-stepper.ts';
import { DEFAULT_LIMITS } from '../../policies/limits.ts';
import { createJudge } from './judge.ts';
import { createSightings } from './sightings.ts';
import { createDownloadWatch } from './watch-download.ts';

const limits = { ...DEFAULT_LIMITS, releaseMsMax: 50 };
const initial = createPureStepper().initial({ limits, jitterSeed: 1 });
const NOTHING = { locks: 0, partials: 0, transfers: 0 };

const told = (changes: Partial<AcquisitionProgress> = {}): Partial<SupervisorContext> => ({
  acquisition: {
    step: 'streaming',
    receivedBytes: 100,
    totalBytes: 1000,
    ratio: 0.1,
    bytesPerSecond: null,
    remainingMs: null,
    mirror: 0,
    attempt: 2,
    reason: null,
    ...changes,
  },
});

/** A watch that is shown what no download should ever show. */
function stageWatch() {
  let nowMs = 0;
  let held = NOTHING;
  const judge = createJudge(() => nowMs);
  const sightings = createSightings();
  const watch = createDownloadWatch({ nowMs: () => nowMs }, judge, sightings, initial, () => held);
  return {
    watch,
    seen: sightings.seen,
    broken: () => judge.violation()?.rule ?? null,
    show: (value: unknown, context: Partial<SupervisorContext>, atMs = 0, holds = NOTHING) => {
      nowMs = atMs;
      held = holds;
      watch.look({ value, context: { ...initial.context, ...context } } as unknown as SupervisorSnapshot);
    },
  };
}

const ACQUIRING = { starting: 'acquiring' };
const RELEASING = { draining: 'releasing' };
const FAILED = { stopped: 'failed' };
const BUSY = { locks: 1, partials: 1, transfers: 1 };

describe('the watch over a download', () => {
  test('[SM18] finds nothing wrong with one that goes its way, and tells what it saw', () => {
    const { show, watch, broken, seen } = stageWatch();
    show(ACQUIRING, told(), 0, BUSY);
    watch.onCommand('stop');
    show(ACQUIRING, told({ step: 'waiting', reason: 'digest_mismatch' }), 1, BUSY);
    show(ACQUIRING, told({ ratio: 0.5, receivedBytes: 500, attempt: 3 }), 2, BUSY);
    show({ starting: 'loading' }, told({ step: 'recorded', ratio: 1, receivedBytes: 1000, attempt: 3 }), 3);
    show(ACQUIRING, { acquisition: null }, 4);
    show(ACQUIRING, told({ ratio: 0, receivedBytes: 0, attempt: 0 }), 5, BUSY);
    expect(broken()).toBeNull();
    expect(seen()).toEqual(['mirror banned', 'stop in mid-download']);
  });

  test.each([
    ['a ratio', { ratio: 0.05 }],
    ['a count of bytes', { receivedBytes: 50 }],
    ['a count of attempts', { attempt: 1 }],
  ])('[SM18] notices %s that falls: SI21', (_what, less) => {
    const { show, broken } = stageWatch();
    show(ACQUIRING, told());
    show(ACQUIRING, told(less));
    expect(broken()).toBe('SI21');
  });

  test.each([
    [{ locks: 1, partials: 0, transfers: 0 }],
    [{ locks: 0, partials: 1, transfers: 0 }],
    [{ locks: 0, partials: 0, transfers: 1 }],
  ])('[SM18] notices what is held after a stop: SI20 %j', (left) => {
    const { show, broken } = stageWatch();
    show(RELEASING, {}, 0, left);
    show(FAILED, {}, 49, left);
    expect(broken()).toBe('SI20');
  });

  test('[SM18] notices what is held while the model loads: SI20', () => {
    const { show, broken } = stageWatch();
    show({ starting: 'loading' }, told(), 0, BUSY);
    expect(broken()).toBe('SI20');
  });

  test('[SM18] grants what a release left behind in its time, until it was let go of: SI20', () => {
    const { show, broken } = stageWatch();
    const context = { limits };
    show(RELEASING, context, 0, BUSY);
    show(ACQUIRING, context, 50, BUSY);
    show({ starting: 'loading' }, context, 60, BUSY);
    expect(broken()).toBeNull();
    show(RELEASING, context, 70, NOTHING);
    show(FAILED, context, 80, BUSY);
    expect(broken()).toBe('SI20');
  });
});
