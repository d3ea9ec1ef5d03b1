import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { verifyModelDigest } from '../../../policies/integrity.ts';
import { isLockStale, isPartialLeft, readLock, readStoreOwner } from '../../../policies/lock-age.ts';
import { readPartialState } from '../../../policies/partial-state.ts';
import { evaluateStoreRecord, readStoreRecord } from '../../../policies/store-record.ts';
import { anyJunk, JUNK } from '../../doubles/junk.ts';

const hex = fc.stringMatching(/^[0-9a-f]{64}$/);
const decimal = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 64n }).map(String);
const etag = fc.stringMatching(/^"[!#-~]{1,40}"$/);
const spec = fc.record({ sha256: hex, sizeBytes: fc.integer({ min: 1, max: 2 ** 50 }) });
const identity = fc.record({ dev: decimal, ino: decimal, mtimeNs: decimal, ctimeNs: decimal });
const RUNS = { numRuns: 300 };

describe('the policies of the store', () => {
  test('[MS7] never throw on junk, and junk is never a state, record, lock or digest', () => {
    const good = { sha256: 'a'.repeat(64), sizeBytes: 1 };
    const judge = (make: () => unknown): unknown[] => [
      readPartialState(make(), good, 1),
      readPartialState('{}', make(), 1),
      readPartialState('{}', good, make()),
      readStoreRecord(make()),
      readLock(make()),
      readStoreOwner(make()),
    ];
    fc.assert(
      fc.property(anyJunk, ({ make }) => {
        expect(judge(make)).toEqual(Array(6).fill(null));
        expect(isLockStale('untold', make())).toBe(isLarge(make(), 30_000));
        expect(isPartialLeft('untold', make())).toBe(isLarge(make(), 120_000));
        expect(evaluateStoreRecord(make(), make(), make()).ok).toBe(false);
        expect(verifyModelDigest(good, make(), 1).ok).toBe(false);
        expect(verifyModelDigest(make(), good.sha256, 1).ok).toBe(false);
      }),
      { ...RUNS, examples: JUNK.map((one) => [one]) },
    );
  });

  test('[MS1] read back every state that was written', () => {
    fc.assert(
      fc.property(spec, etag, fc.nat(), fc.nat(), (model, validator, claim, more) => {
        const syncedBytes = 1 + (claim % model.sizeBytes);
        const state = { version: 1, ...model, etag: validator, syncedBytes };
        expect(readPartialState(JSON.stringify(state), model, syncedBytes + more)).toEqual(state);
        expect(readPartialState(JSON.stringify(state), model, syncedBytes - 1)).toBeNull();
      }),
      RUNS,
    );
  });

  test('[MS2] take no part of a state for one', () => {
    fc.assert(
      fc.property(spec, etag, fc.double({ min: 0, max: 0.999, noNaN: true }), (model, validator, share) => {
        const text = JSON.stringify({ version: 1, ...model, etag: validator, syncedBytes: 1 });
        expect(readPartialState(text.slice(0, Math.floor(share * text.length)), model, 2 ** 50)).toBeNull();
      }),
      RUNS,
    );
  });

  test('[MS5] fit a record to its own file, and to no other', () => {
    fc.assert(
      fc.property(spec, identity, identity, fc.nat(), (model, own, other, verifiedAtMs) => {
        const record = { version: 1, ...model, ...own, verifiedAtMs };
        const sizeBytes = String(model.sizeBytes);
        const read = readStoreRecord(JSON.stringify(record));
        expect(read).toEqual(record);
        expect(evaluateStoreRecord(read, model, { ...own, sizeBytes }).ok).toBe(true);
        const isSame = JSON.stringify(own) === JSON.stringify(other);
        expect(evaluateStoreRecord(read, model, { ...other, sizeBytes }).ok).toBe(isSame);
        for (const key of ['dev', 'ino', 'mtimeNs', 'ctimeNs'] as const) {
          const mixed = { ...own, sizeBytes, [key]: other[key] };
          expect(evaluateStoreRecord(read, model, mixed).ok).toBe(own[key] === other[key]);
        }
      }),
      RUNS,
    );
  });
});

function isLarge(value: unknown, thanMs: number): boolean {
  return typeof value === 'number' && Number.isFinite(value) && value > thanMs;
}
