import { describe, expect, test } from '@jest/globals';
import { formatClock } from '../../../../inspector/page/store/format-clock.ts';

describe('times of the events', () => {
  test('[IP12] are told since the beginning, all in one form', () => {
    expect([0, 8.4, 12_408, 605_000, 3_732_408, -5].map(formatClock)).toEqual([
      '0:00.000',
      '0:00.008',
      '0:12.408',
      '10:05.000',
      '1:02:12.408',
      '0:00.000',
    ]);
  });
});
