import { describe, expect, test } from '@jest/globals';
import type { RequestProgress } from '../../machines/events.ts';
import { createPureStepper, type SupervisorSnapshot } from '../../machines/pure-stepper.ts';
import { DEFAULT_LIMITS } from '../../policies/limits.ts';
import { createJudge } from './judge.ts';
import { createSightings } from './sightings.ts';
import { createRequestWatch } from './watch-requests.ts';

const initial = createPureStepper().initial({ limits: DEFAULT_LIMITS, jitterSeed: 1 });

/** A watch that is shown what one running request tells; null: it tells nothing yet. */
function stageWatch() {
  let nowMs = 0;
  const judge = createJudge(() => nowMs);
  const sightings = createSightings();
  const watch = createRequestWatch({ nowMs: () => nowMs }, judge, sightings);
  const show = (running: readonly object[], atMs: number) => {
    nowMs = atMs;
    watch.look({ ...initial, context: { ...initial.context, running } } as SupervisorSnapshot);
  };
  return {
    seen: sightings.seen,
    broken: () => judge.violation()?.rule ?? null,
    show: (step: RequestProgress['step'] | null, outputTokens: number, atMs: number, promptTokens = 3) => {
      const progress = step === null ? {} : { progress: { step, promptTokens, outputTokens } };
      show([{ requestId: 'r1', generation: 1, aborting: false, ...progress }], atMs);
    },
    settle: (atMs: number) => show([], atMs),
  };
}

type Shown = Parameters<ReturnType<typeof stageWatch>['show']>;

const WRONG: readonly (readonly [string, Shown, Shown])[] = [
  ['tokens that fall', ['decoding', 5, 0], ['held', 4, 600]],
  ['a prompt that shrinks', ['decoding', 5, 0, 3], ['held', 5, 600, 2]],
  ['a prompt that begins anew', ['decoding', 5, 0], ['prompting', 5, 600]],
  ['an abort that is taken back', ['aborting', 5, 0], ['decoding', 5, 600]],
];

describe('the watch over running requests', () => {
  test('[SM18] finds nothing wrong with one that goes its way, and tells what it saw', () => {
    const { show, settle, broken, seen } = stageWatch();
    show(null, 0, 0);
    show('prompting', 0, 0, 0);
    show('decoding', 1, 10);
    show('decoding', 5, 1010);
    show('held', 6, 1020);
    show('decoding', 6, 1100);
    show('aborting', 8, 1110);
    show('aborting', 9, 1120);
    settle(1120);
    // The name runs again, in another start.
    show('prompting', 0, 1200, 0);
    expect(broken()).toBeNull();
    expect(seen()).toEqual([
      'told aborting',
      'told aborting again',
      'told decoding',
      'told decoding again',
      'told held',
      'told prompting',
    ]);
  });

  test.each(WRONG)('[SM18] notices %s: SI23', (_case, first, second) => {
    const { show, broken } = stageWatch();
    show(...first);
    expect(broken()).toBeNull();
    show(...second);
    expect(broken()).toBe('SI23');
  });

  test('[SM18] notices tokens that are told too often, though the last may come at any time: SI23', () => {
    const { show, broken } = stageWatch();
    show('decoding', 1, 0);
    show('decoding', 2, 499);
    expect(broken()).toBeNull();
    show('decoding', 3, 1200);
    expect(broken()).toBe('SI23');
  });
});
