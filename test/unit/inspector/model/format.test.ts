import { describe, expect, test } from '@jest/globals';
import {
  formatByteRate,
  formatBytes,
  formatBytesOf,
  formatCount,
  formatMs,
  formatPlural,
  formatRatio,
  formatTokenRate,
} from '../../../../inspector/model/format.ts';
import { activeIdsOf, stateWord } from '../../../../inspector/model/state-words.ts';

const GIB = 2 ** 30;

describe('numbers in words', () => {
  test.each([
    [formatCount(4096), '4,096'],
    [formatCount(1_234_567.8), '1,234,568'],
    [formatCount(0.256), '0.26'],
    [formatCount(999.6), '1,000'],
    [formatBytes(512), '512 B'],
    [formatBytes(3.1 * GIB), '3.1 GiB'],
    [formatBytes(1023.9), '1 KiB'],
    [formatBytesOf(3.14 * GIB, 16 * GIB), '3.14 of 16 GiB'],
    [formatByteRate(12 * 2 ** 20), '12 MiB/s'],
    [formatMs(0.4), '0.4 ms'],
    [formatMs(340.4), '340 ms'],
    [formatMs(2500), '2.5 s'],
    [formatMs(59_990), '1 min 0 s'],
    [formatMs(200_000), '3 min 20 s'],
    [formatMs(7_500_000), '2 h 5 min'],
    [formatMs(-340), '-340 ms'],
    [formatRatio(0.421), '42 %'],
    [formatTokenRate(18.47), '18.5 tokens/s'],
    [formatPlural(1, 'token'), '1 token'],
    [formatPlural(0, 'token'), '0 tokens'],
  ])('[IM70] stand with their unit, three figures at most: %s', (text, wanted) => {
    expect(text).toBe(wanted);
  });

  test.each([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    '[IM71] %s is unknown',
    (value) => {
      for (const format of [
        formatCount,
        formatBytes,
        formatMs,
        formatRatio,
        formatTokenRate,
        formatByteRate,
      ]) {
        expect(format(value)).toBe('unknown');
      }
      expect(formatBytesOf(1, value)).toBe('unknown');
    },
  );

  test.each([Number.MAX_VALUE, Number.MAX_SAFE_INTEGER, -1e300, 5e-324])(
    '[IM72] %s is told in few characters',
    (value) => {
      for (const format of [
        formatCount,
        formatBytes,
        formatMs,
        formatRatio,
        formatTokenRate,
        formatByteRate,
      ]) {
        expect(format(value).length).toBeLessThan(30);
      }
    },
  );
});

describe('a state', () => {
  test.each([
    ['idle', 'idle', ['idle']],
    [{ stopped: 'idle' }, 'stopped.idle', ['stopped', 'stopped.idle']],
    [
      { ready: { pressure: 'nominal', health: 'healthy' } },
      'ready.nominal+healthy',
      ['ready', 'ready.pressure', 'ready.pressure.nominal', 'ready.health', 'ready.health.healthy'],
    ],
    [
      { starting: { probing: 'decoding' } },
      'starting.probing.decoding',
      ['starting', 'starting.probing', 'starting.probing.decoding'],
    ],
  ])('[IM73] is told in one word, and by the ids of all that is active in it: %j', (state, word, ids) => {
    expect(stateWord(state)).toBe(word);
    expect(activeIdsOf(state)).toEqual(ids);
  });
});
