import { describe, expect, test } from '@jest/globals';
import {
  formatBytes,
  formatClock,
  formatCount,
  formatMs,
  formatRate,
  formatRatio,
} from '../../../../inspector/page/store/format.ts';

describe('numbers for people', () => {
  test('[IP12] tells a time in the unit that fits it', () => {
    const told = [0, 0.25, 12.4, 999.6, 1000, 12_408, 59_960, 200_000, 3_600_000, 7_500_000, -20].map(
      formatMs,
    );
    expect(told).toEqual([
      '0 ms',
      '0.25 ms',
      '12 ms',
      '1.00 s',
      '1.00 s',
      '12.4 s',
      '1 min 0 s',
      '3 min 20 s',
      '1 h 0 min',
      '2 h 5 min',
      '−20 ms',
    ]);
  });

  test('[IP12] tells bytes in powers of 1000, with three figures at most', () => {
    const told = [0, 999, 1000, 1_234_567, 25_276_510_208, 3e12].map(formatBytes);
    expect(told).toEqual(['0 B', '999 B', '1 kB', '1.23 MB', '25.3 GB', '3 TB']);
  });

  test('[IP12] tells counts, shares and rates', () => {
    expect([3, 12_345].map(formatCount)).toEqual(['3', '12,345']);
    expect([0, 0.625, 1].map(formatRatio)).toEqual(['0 %', '63 %', '100 %']);
    expect([0, 4.25, 12.34, 120.4].map(formatRate)).toEqual([
      '0 tok/s',
      '4.25 tok/s',
      '12.3 tok/s',
      '120 tok/s',
    ]);
  });

  test('[IP12] tells times since the beginning all in one form', () => {
    expect([0, 8.4, 12_408, 605_000, 3_732_408].map(formatClock)).toEqual([
      '0:00.000',
      '0:00.008',
      '0:12.408',
      '10:05.000',
      '1:02:12.408',
    ]);
  });
});
