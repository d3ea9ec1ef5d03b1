import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { readUtcTimeMs } from '../../../policies/utc-time.ts';

describe('a moment in UTC', () => {
  test.each([
    ['1970-01-01T00:00:00Z', 0],
    ['2027-01-01T00:00:00Z', Date.UTC(2027, 0, 1)],
    ['2024-02-29T23:59:59Z', Date.UTC(2024, 1, 29, 23, 59, 59)],
    ['2000-02-29T12:00:00.5Z', Date.UTC(2000, 1, 29, 12, 0, 0, 500)],
    ['1969-12-31T23:59:59.999Z', -1],
    ['2027-01-01T00:00:00.123456789Z', Date.UTC(2027, 0, 1, 0, 0, 0, 123)],
    ['0000-03-01T00:00:00Z', Date.parse('0000-03-01T00:00:00Z')],
    ['9999-12-31T23:59:59Z', Date.UTC(9999, 11, 31, 23, 59, 59)],
  ])('[PN9] %s is read', (text, expected) => expect(readUtcTimeMs(text)).toBe(expected));

  test.each([
    '',
    '2027-01-01',
    '2027-01-01T00:00:00',
    '2027-01-01T00:00:00+00:00',
    '2027-01-01t00:00:00z',
    '2027-01-01 00:00:00Z',
    '2027-13-01T00:00:00Z',
    '2027-00-01T00:00:00Z',
    '2027-01-32T00:00:00Z',
    '2027-01-00T00:00:00Z',
    '2027-02-29T00:00:00Z',
    '1900-02-29T00:00:00Z',
    '2027-04-31T00:00:00Z',
    '2027-01-01T24:00:00Z',
    '2027-01-01T00:60:00Z',
    '2027-01-01T00:00:60Z',
    '2027-01-01T00:00:00.Z',
    '2027-01-01T00:00:00.1234567890Z',
    '27-01-01T00:00:00Z',
    '2027-01-01T00:00:00Z\n',
    ' 2027-01-01T00:00:00Z',
  ])('[PN9] %j is none', (text) => expect(readUtcTimeMs(text)).toBeNull());

  test('[PN9] means the moment that the calendar means by it', () => {
    const moments = fc.date({
      min: new Date('0000-01-01T00:00:00Z'),
      max: new Date('9999-12-31T23:59:59.999Z'),
      noInvalidDate: true,
    });
    fc.assert(
      fc.property(moments, (moment) => readUtcTimeMs(moment.toISOString()) === moment.getTime()),
      { numRuns: 1000 },
    );
  });
});
