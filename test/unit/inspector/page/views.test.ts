import { describe, expect, test } from '@jest/globals';
import type { Gauge } from '../../../../inspector/model/views.ts';
import { limitsText, scaleOf, textOf } from '../../../../inspector/page/store/gauge-scale.ts';
import { toneOfState, wordsOfState } from '../../../../inspector/page/store/state-words.ts';
import { scrollToRow, visibleRows } from '../../../../inspector/page/store/visible-rows.ts';

const MEMORY: Gauge = {
  id: 'memory',
  label: 'Memory',
  value: 17 * 2 ** 30,
  of: 20 * 2 ** 30,
  soft: 16 * 2 ** 30,
  hard: 18 * 2 ** 30,
  unit: 'bytes',
  tone: 'warning',
};

describe('state in words', () => {
  test('[IP16] names the outer state first, and of parallel regions where each is', () => {
    expect(wordsOfState('idle')).toEqual(['idle']);
    expect(wordsOfState({ starting: 'loading' })).toEqual(['starting', 'loading']);
    expect(wordsOfState({ ready: { pressure: 'nominal', health: 'healthy' } })).toEqual([
      'ready',
      'nominal',
      'healthy',
    ]);
    expect(wordsOfState({ starting: { probing: 'decoding' } })).toEqual(['starting', 'probing', 'decoding']);
    expect(wordsOfState(null)).toEqual([]);
  });

  test('[IP16] gives what needs attention its colour before the phase', () => {
    expect(toneOfState(['ready', 'nominal', 'healthy'])).toBe('good');
    expect(toneOfState(['ready', 'critical', 'healthy'])).toBe('bad');
    expect(toneOfState(['ready', 'nominal', 'suspect'])).toBe('warning');
    expect(toneOfState(['stopped', 'failed'])).toBe('bad');
    expect(toneOfState(['stopped', 'idle'])).toBe('plain');
    expect(toneOfState(['starting', 'loading'])).toBe('busy');
    expect(toneOfState(['draining', 'settling'])).toBe('warning');
  });
});

describe('gauge', () => {
  test('[IP17] stands on its scale with its limits', () => {
    expect(scaleOf(MEMORY)).toEqual({ fill: 0.85, soft: 0.8, hard: 0.9 });
    expect(textOf(MEMORY)).toBe('17 of 20 GiB');
    expect(limitsText(MEMORY)).toBe('soft 16 GiB, hard 18 GiB');
  });

  test('[IP17] leaves out a limit that stands beyond its scale', () => {
    expect(scaleOf({ ...MEMORY, hard: 9e15 })).toEqual({ fill: 0.85, soft: 0.8, hard: null });
  });

  test('[IP17] says that a number is not known', () => {
    expect(textOf({ ...MEMORY, value: null })).toBe('unknown');
    expect(scaleOf({ ...MEMORY, value: null, of: null, soft: null, hard: null })).toEqual({
      fill: 0,
      soft: null,
      hard: null,
    });
  });
});

describe('rows of a long list', () => {
  test('[IP18] has only those in sight and some beyond in the document', () => {
    expect(visibleRows(0, 240, 24, 100_000)).toEqual({ first: 0, end: 18 });
    expect(visibleRows(24_000, 240, 24, 100_000)).toEqual({ first: 992, end: 1018 });
    expect(visibleRows(2_399_760, 240, 24, 100_000)).toEqual({ first: 99_982, end: 100_000 });
    expect(visibleRows(5000, 240, 24, 0)).toEqual({ first: 0, end: 0 });
  });

  test('[IP18] is scrolled no farther than brings a near row in sight', () => {
    expect(scrollToRow(240, 240, 24, 12)).toBe(240);
    expect(scrollToRow(240, 240, 24, 9)).toBe(216);
    expect(scrollToRow(240, 240, 24, 20)).toBe(264);
  });

  test('[IP18] is scrolled so that a far row stands in the middle', () => {
    expect(scrollToRow(240, 240, 24, 100)).toBe(2292);
    expect(scrollToRow(2400, 240, 24, 50)).toBe(1092);
    expect(scrollToRow(2400, 240, 24, 0)).toBe(0);
  });
});
