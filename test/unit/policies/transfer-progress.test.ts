import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  createTransferProgress,
  recordAttempt,
  recordDone,
  recordReceived,
  recordVerified,
} from '../../../policies/transfer-progress.ts';

const begun = () => recordAttempt(createTransferProgress(10_000), 0, 0);

test('[PG1] the download is nine tenths of the work, the proof of its bytes the last one', () => {
  const half = recordReceived(begun(), 5000, 0);
  expect(half.ratio).toBeCloseTo(0.45);
  const whole = recordReceived(half, 10_000, 1);
  expect(whole.ratio).toBeCloseTo(0.9);
  expect(recordVerified(whole, 5000, true).ratio).toBeCloseTo(0.95);
  expect(recordVerified(whole, 10_000, true).ratio).toBe(1);
  expect(recordDone(begun())).toMatchObject({ ratio: 1, receivedBytes: 10_000, remainingMs: null });
});

test('[PG2] a stored file is proved from nothing to everything', () => {
  expect(recordVerified(createTransferProgress(100), 30, false).ratio).toBeCloseTo(0.3);
});

test('[PG3] a rate is told once a quarter of a second has gone by, and the rest from it', () => {
  const soon = recordReceived(begun(), 1000, 249);
  expect(soon).toMatchObject({ bytesPerSecond: null, remainingMs: null });
  const told = recordReceived(soon, 2000, 500);
  expect(told).toMatchObject({ bytesPerSecond: 4000, remainingMs: 2000 });
});

test('[PG4] a rate is smoothed: one slow second does not make hours of it', () => {
  const fast = recordReceived(begun(), 4000, 1000);
  const slow = recordReceived(fast, 4000, 2000);
  expect(slow.bytesPerSecond).toBeGreaterThan(3000);
  expect(slow.bytesPerSecond).toBeLessThan(4000);
  const standing = recordReceived(recordReceived(begun(), 0, 1000), 0, 2000);
  expect(standing).toMatchObject({ bytesPerSecond: 0, remainingMs: null });
});

test('[PG5] bytes that an attempt found here count for no rate', () => {
  const resumed = recordAttempt(createTransferProgress(10_000), 8000, 0);
  expect(resumed).toMatchObject({ receivedBytes: 8000, bytesPerSecond: null, remainingMs: null });
  expect(recordReceived(resumed, 8500, 1000)).toMatchObject({ bytesPerSecond: 500, remainingMs: 3000 });
});

test('[PG6] whatever comes in whatever order, bytes and ratio never fall, and nothing leaves its range', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('received'), bytes: fc.nat(12_000), ms: fc.nat(3000) }),
    fc.record({ kind: fc.constant('attempt'), bytes: fc.nat(12_000), ms: fc.nat(3000) }),
    fc.record({ kind: fc.constant('verified'), bytes: fc.nat(12_000), ms: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      let progress = createTransferProgress(10_000);
      let atMs = 0;
      for (const { kind, bytes, ms } of steps) {
        atMs += ms;
        const before = progress;
        if (kind === 'received') progress = recordReceived(progress, bytes, atMs);
        else if (kind === 'attempt') progress = recordAttempt(progress, bytes, atMs);
        else progress = recordVerified(progress, bytes, true);
        expect(progress.receivedBytes).toBeGreaterThanOrEqual(before.receivedBytes);
        expect(progress.ratio).toBeGreaterThanOrEqual(before.ratio);
        expect(progress.ratio).toBeLessThanOrEqual(1);
        expect(progress.receivedBytes).toBeLessThanOrEqual(10_000);
        expect(progress.bytesPerSecond ?? 0).toBeGreaterThanOrEqual(0);
        expect(progress.remainingMs ?? 0).toBeGreaterThanOrEqual(0);
      }
    }),
  );
});
