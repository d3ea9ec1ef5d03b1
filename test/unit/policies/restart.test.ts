import { describe, expect, test } from '@jest/globals';
import { evaluateRestart, recordRestart } from '../../../policies/restart.ts';

const limits = { restartsMax: 3, restartPeriodMs: 1000 };

/** An array that says it has another length. */
const lyingOf = (length: number): unknown =>
  new Proxy([], { get: (array, key) => (key === 'length' ? length : Reflect.get(array, key)) });

describe('evaluateRestart', () => {
  test.each([
    ['RI1', 'no restart yet', [], 5000, 'restart_allowed'],
    ['RI1', 'one fewer than may be', [4500, 4900], 5000, 'restart_allowed'],
    ['RI2', 'as many as may be', [4500, 4600, 4900], 5000, 'restart_intensity_exceeded'],
    ['RI2', 'all at this very time', [5000, 5000, 5000], 5000, 'restart_intensity_exceeded'],
    ['RI3', 'the oldest just within the period', [4001, 4600, 4900], 5000, 'restart_intensity_exceeded'],
    ['RI3', 'the oldest a period ago', [4000, 4600, 4900], 5000, 'restart_allowed'],
    ['RI4', 'times from the future', [9000, 9000, 9000], 5000, 'restart_intensity_exceeded'],
  ] as const)('[%s] %s', (_rule, _what, history, nowMs, reason) => {
    expect(evaluateRestart(history, nowMs, limits)).toEqual({ ok: reason === 'restart_allowed', reason });
  });

  test('[RI2] counts up to the longest history and the largest maximum', () => {
    const most = { restartsMax: 1000, restartPeriodMs: 2 ** 31 - 1 };
    expect(evaluateRestart(new Array(999).fill(0), 5, most).reason).toBe('restart_allowed');
    expect(evaluateRestart(new Array(1000).fill(0), 5, most).reason).toBe('restart_intensity_exceeded');
  });

  test('[RI5] is disabled where the maximum is 0', () => {
    expect(evaluateRestart([], 0, { ...limits, restartsMax: 0 })).toEqual({
      ok: false,
      reason: 'restart_disabled',
    });
  });

  test.each([
    ['no history', null, 0, limits],
    ['a history of text', ['1'], 0, limits],
    ['a history with a hole', new Array(1), 0, limits],
    ['NaN in the history', [Number.NaN], 0, limits],
    ['a history longer than any that is kept', new Array(1001).fill(0), 1e9, limits],
    ['a history that only counts its entries', { length: 0 }, 0, limits],
    ['a history of fewer than none', lyingOf(-1), 0, limits],
    ['a history of half a restart', lyingOf(0.5), 0, limits],
    ['more restarts than any limit', [], 0, { ...limits, restartsMax: 1001 }],
    ['a period longer than a timer', [], 0, { ...limits, restartPeriodMs: 2 ** 31 }],
    ['no time', [], undefined, limits],
    ['an endless time', [], Number.POSITIVE_INFINITY, limits],
    ['no limits', [], 0, null],
    ['no period', [], 0, { restartsMax: 3 }],
    ['a period of 0', [], 0, { ...limits, restartPeriodMs: 0 }],
    ['half a restart', [], 0, { ...limits, restartsMax: 0.5 }],
    ['an endless maximum', [], 0, { ...limits, restartsMax: Number.POSITIVE_INFINITY }],
  ])('[RI6] finds malformed: %s', (_what, history, nowMs, bounds) => {
    expect(evaluateRestart(history, nowMs, bounds)).toEqual({ ok: false, reason: 'restart_malformed' });
  });
});

describe('recordRestart', () => {
  test('[RI7] adds the restart and leaves out those older than the period', () => {
    const history = Object.freeze([3999, 4000, 4001]);
    expect(recordRestart(history, 5000, limits)).toEqual([4001, 5000]);
    expect(history).toEqual([3999, 4000, 4001]);
  });

  test('[RI8] keeps at most as many as may be, the newest', () => {
    expect(recordRestart([1, 2, 3], 4, limits)).toEqual([2, 3, 4]);
    expect(recordRestart([], 4, { ...limits, restartsMax: 0 })).toEqual([]);
  });

  test.each([
    ['a history that is none', null, 0, limits],
    ['a broken history', [Number.NaN], 0, limits],
    ['no time', [], Number.NaN, limits],
    ['an endless time', [], Number.POSITIVE_INFINITY, limits],
    ['a time as text', [], '7', limits],
    ['no limits', [], 0, null],
  ])('[RI9] %s becomes a history that refuses every restart', (_what, history, nowMs, bounds) => {
    const next = recordRestart(history as never, nowMs as never, bounds as never);
    expect(next).toEqual([Number.NaN]);
    expect(evaluateRestart(next, 1e12, limits).reason).toBe('restart_malformed');
    expect(evaluateRestart(JSON.parse(JSON.stringify(next)), 1e12, limits).reason).toBe('restart_malformed');
  });

  test('[RI2] a crash loop is stopped after the maximum and freed when the period has passed', () => {
    let history: readonly number[] = [];
    const reasons = [0, 100, 200, 300, 1000, 1050].map((nowMs) => {
      const verdict = evaluateRestart(history, nowMs, limits);
      if (verdict.ok) history = recordRestart(history, nowMs, limits);
      return verdict.reason;
    });
    const [yes, no] = ['restart_allowed', 'restart_intensity_exceeded'];
    expect(reasons).toEqual([yes, yes, yes, no, yes, no]);
  });
});
