import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { backoffDelayMs, nextJitter } from '../../../policies/backoff.ts';
import { evaluateRestart, recordRestart } from '../../../policies/restart.ts';

const limits = fc.record({
  restartsMax: fc.integer({ min: 1, max: 6 }),
  restartPeriodMs: fc.integer({ min: 1, max: 1000 }),
});
const gaps = fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 60 });

const backoff = fc
  .record({
    backoffMsMin: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    backoffMsMax: fc.integer({ min: 1, max: 2 ** 31 - 1 }),
    backoffJitterRatio: fc.double({ min: 0, max: 1, noNaN: true }),
  })
  .map((made) => ({ ...made, backoffMsMax: Math.max(made.backoffMsMin, made.backoffMsMax) }));
const jitter = fc.double({ min: 0, max: 1, noNaN: true });
const attempt = fc.integer({ min: 1, max: 80 });

describe('restart intensity, whenever faults come', () => {
  test('[RI2] no window as long as the period holds more restarts than may be', () => {
    fc.assert(
      fc.property(limits, gaps, (bounds, between) => {
        let nowMs = 0;
        let history: readonly number[] = [];
        const restartedAtMs: number[] = [];
        for (const gap of between) {
          nowMs += gap;
          if (!evaluateRestart(history, nowMs, bounds).ok) continue;
          history = recordRestart(history, nowMs, bounds);
          restartedAtMs.push(nowMs);
        }
        return restartedAtMs.every((endMs) => {
          const within = restartedAtMs.filter(
            (atMs) => atMs <= endMs && endMs - atMs < bounds.restartPeriodMs,
          );
          return within.length <= bounds.restartsMax;
        });
      }),
      { numRuns: 500 },
    );
  });

  test('[RI8] what is kept decides like the whole history', () => {
    fc.assert(
      fc.property(limits, gaps, fc.integer({ min: 0, max: 1500 }), (bounds, between, later) => {
        let nowMs = 0;
        let kept: readonly number[] = [];
        const whole: number[] = [];
        for (const gap of between) {
          nowMs += gap;
          kept = recordRestart(kept, nowMs, bounds);
          whole.push(nowMs);
          if (kept.length > bounds.restartsMax) return false;
        }
        const atMs = nowMs + later;
        return evaluateRestart(kept, atMs, bounds).reason === evaluateRestart(whole, atMs, bounds).reason;
      }),
      { numRuns: 500 },
    );
  });

  test('[RI10] waiting never turns a restart that may be into one that may not', () => {
    fc.assert(
      fc.property(limits, gaps, fc.nat(1000), fc.nat(1000), (bounds, between, wait, more) => {
        const history = between
          .slice(0, 6)
          .map((_gap, index, all) => all.slice(0, index + 1).reduce((a, b) => a + b, 0));
        const nowMs = (history.at(-1) ?? 0) + wait;
        return (
          !evaluateRestart(history, nowMs, bounds).ok || evaluateRestart(history, nowMs + more, bounds).ok
        );
      }),
      { numRuns: 500 },
    );
  });
});

describe('backoff, whatever the limits', () => {
  test('[BO9] a later attempt never waits less', () => {
    fc.assert(
      fc.property(backoff, attempt, jitter, (bounds, one, share) => {
        return backoffDelayMs(one + 1, bounds, share) >= backoffDelayMs(one, bounds, share);
      }),
      { numRuns: 1000 },
    );
  });

  test('[BO10] more jitter never waits less', () => {
    fc.assert(
      fc.property(backoff, attempt, jitter, jitter, (bounds, one, a, b) => {
        const [less, more] = [Math.min(a, b), Math.max(a, b)];
        return backoffDelayMs(one, bounds, more) >= backoffDelayMs(one, bounds, less);
      }),
      { numRuns: 500 },
    );
  });

  test('[BO4] every delay is whole, from the shortest to the longest with its jitter', () => {
    fc.assert(
      fc.property(backoff, attempt, jitter, (bounds, one, share) => {
        const delayMs = backoffDelayMs(one, bounds, share);
        const longestMs = Math.min(bounds.backoffMsMax * (1 + bounds.backoffJitterRatio), 2 ** 31 - 1);
        return Number.isInteger(delayMs) && delayMs >= bounds.backoffMsMin && delayMs <= longestMs;
      }),
      { numRuns: 1000 },
    );
  });

  test('[BO8] jitter stays in its range from any seed', () => {
    fc.assert(
      fc.property(fc.double(), (seed) => {
        const next = nextJitter(seed);
        return next.jitter >= 0 && next.jitter < 1 && next.seed >>> 0 === next.seed;
      }),
      { numRuns: 500 },
    );
  });
});
