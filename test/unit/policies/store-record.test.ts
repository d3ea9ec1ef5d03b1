import { describe, expect, test } from '@jest/globals';
import { evaluateStoreRecord, readStoreRecord } from '../../../policies/store-record.ts';

const spec = { sha256: 'a'.repeat(64), sizeBytes: 100 };
const identity = {
  dev: '66306',
  ino: '18446744073709551615',
  sizeBytes: '100',
  mtimeNs: '-1',
  ctimeNs: '1780000000000000001',
};
const { sizeBytes: _text, ...place } = identity;
const record = { version: 1, ...spec, ...place, verifiedAtMs: 5 };
const fits = { ok: true, reason: 'store_record_fits' };
const differs = { ok: false, reason: 'store_record_differs' };

describe('the record of a model', () => {
  test('[MS5] fits the file that it speaks of', () => {
    expect(evaluateStoreRecord(record, spec, identity)).toEqual(fits);
    expect(evaluateStoreRecord(readStoreRecord(JSON.stringify(record)), spec, identity)).toEqual(fits);
  });

  test.each(['dev', 'ino', 'mtimeNs', 'ctimeNs', 'sizeBytes'])(
    '[MS5] differs where the file has another %s',
    (key) => {
      for (const other of ['101', '', '-', '0x64', 101, null, undefined]) {
        expect(evaluateStoreRecord(record, spec, { ...identity, [key]: other })).toEqual(differs);
      }
    },
  );

  test('[MS5] tells two times apart that are one nanosecond apart', () => {
    const later = { ...identity, ctimeNs: '1780000000000000002' };
    expect(evaluateStoreRecord(record, spec, later)).toEqual(differs);
  });

  test.each([
    { sha256: 'b'.repeat(64), sizeBytes: 100 },
    { sha256: 'a'.repeat(64), sizeBytes: 101 },
    { sha256: 'a'.repeat(64) },
    null,
  ])('[MS5] differs where another model is wanted: %j', (wanted) => {
    expect(evaluateStoreRecord(record, wanted, identity)).toEqual(differs);
  });

  test.each([
    { version: 2 },
    { version: undefined },
    { sha256: 'x' },
    { sizeBytes: 0 },
    { sizeBytes: '100' },
    { dev: 66_306 },
    { ino: '1e3' },
    { mtimeNs: ' 1' },
    { ctimeNs: undefined },
    { verifiedAtMs: -1 },
    { verifiedAtMs: 'now' },
    { verifiedAtMs: undefined },
  ])('[MS6] that is malformed is none, and fits nothing: %j', (change) => {
    expect(readStoreRecord(JSON.stringify({ ...record, ...change }))).toBeNull();
    expect(evaluateStoreRecord({ ...record, ...change }, spec, identity)).toEqual(differs);
  });

  test.each([
    '',
    '{',
    'null',
    '[]',
    JSON.stringify(record).slice(0, 99),
    `${JSON.stringify(record)}${' '.repeat(5_000)}`,
    1,
    null,
  ])('[MS6] that is torn or no record is none: %#', (text) => {
    expect(readStoreRecord(text)).toBeNull();
  });

  test('[MS6] is read without what it holds besides', () => {
    expect(readStoreRecord(JSON.stringify({ ...record, more: 1 }))).toEqual(record);
  });
});
