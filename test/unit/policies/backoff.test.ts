import { describe, expect, test } from '@jest/globals';
import { backoffDelayMs, nextJitter } from '../../../policies/backoff.ts';
import { DEFAULT_LIMITS } from '../../../policies/limits.ts';

const limits = { backoffMsMin: 1000, backoffMsMax: 60_000, backoffJitterRatio: 0.2 };
const TIMER_MS_MAX = 2 ** 31 - 1;

describe('backoffDelayMs', () => {
  test.each([
    [1, 1000],
    [2, 2000],
    [3, 4000],
    [6, 32_000],
  ])('[BO1] attempt %i waits %i ms: doubled each time', (attempt, delayMs) => {
    expect(backoffDelayMs(attempt, limits, 0)).toBe(delayMs);
  });

  test.each([7, 64, 1100, Number.MAX_SAFE_INTEGER])('[BO2] attempt %i waits the longest delay', (attempt) => {
    expect(backoffDelayMs(attempt, limits, 0)).toBe(60_000);
  });

  test.each([
    [1, 0, 1000],
    [1, 0.5, 1100],
    [1, 1, 1200],
    [9, 1, 72_000],
  ])('[BO3] attempt %i with jitter %d waits %i ms', (attempt, jitter, delayMs) => {
    expect(backoffDelayMs(attempt, limits, jitter)).toBe(delayMs);
  });

  test('[BO4] is whole, and never more than a timer can wait', () => {
    const long = { backoffMsMin: TIMER_MS_MAX, backoffMsMax: TIMER_MS_MAX, backoffJitterRatio: 1 };
    expect(backoffDelayMs(1, long, 1)).toBe(TIMER_MS_MAX);
    expect(backoffDelayMs(1, { ...limits, backoffMsMin: 1 }, 0.999)).toBe(1);
  });

  test.each([
    ['attempt 0', 0, limits, 0],
    ['half an attempt', 1.5, limits, 0],
    ['no attempt', null, limits, 0],
    ['an attempt as text', '1', limits, 0],
    ['no jitter', 1, limits, undefined],
    ['a jitter above 1', 1, limits, 1.01],
    ['a negative jitter', 1, limits, -0.1],
    ['NaN jitter', 1, limits, Number.NaN],
  ])('[BO5] waits the longest delay for %s', (_what, attempt, bounds, jitter) => {
    expect(backoffDelayMs(attempt, bounds, jitter)).toBe(60_000);
  });

  test.each([
    ['no limits', null],
    ['a shortest delay of 0', { ...limits, backoffMsMin: 0 }],
    ['half a millisecond', { ...limits, backoffMsMin: 1.5 }],
    ['the shortest above the longest', { ...limits, backoffMsMax: 500 }],
    ['a ratio above 1', { ...limits, backoffJitterRatio: 2 }],
    ['inherited limits', Object.create(limits)],
  ])('[BO6] waits the default of the longest delay with %s', (_what, bounds) => {
    expect(backoffDelayMs(1, bounds, 0)).toBe(DEFAULT_LIMITS.backoffMsMax);
  });
});

describe('nextJitter', () => {
  test('[BO7] the same seed gives the same stream', () => {
    expect(nextJitter(42)).toEqual(nextJitter(42));
    expect(nextJitter(42)).not.toEqual(nextJitter(43));
  });

  // Traces hold seeds: what follows from one is part of their format.
  test.each([
    [42, 1083814273],
    [2 ** 32 - 1, 1012239698],
    [-1, 1012239698],
    [2 ** 40, 1013904223],
    [0.5, 1013904223],
  ])('[BO7] goes on from %d to %d, the jitter its share of 2^32', (seed, next) => {
    expect(nextJitter(seed)).toEqual({ jitter: next / 2 ** 32, seed: next });
  });

  test('[BO7] spreads evenly over 0 to 1', () => {
    const tenths = new Array<number>(10).fill(0);
    let seed = 1;
    for (let count = 0; count < 10_000; count += 1) {
      const next = nextJitter(seed);
      seed = next.seed;
      const tenth = Math.floor(next.jitter * 10);
      tenths[tenth] = tenths[tenth]! + 1;
    }
    expect(Math.min(...tenths)).toBeGreaterThan(850);
    expect(Math.max(...tenths)).toBeLessThan(1150);
  });

  test.each([Number.NaN, -1, 2 ** 40, 0.5, 'seed', null, Symbol('seed'), 1n])(
    '[BO8] takes any seed (%#)',
    (seed) => {
      const { jitter, seed: next } = nextJitter(seed as number);
      expect(jitter).toBeGreaterThanOrEqual(0);
      expect(jitter).toBeLessThan(1);
      expect(Number.isInteger(next)).toBe(true);
    },
  );
});
