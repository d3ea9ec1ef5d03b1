import { describe, expect, test } from '@jest/globals';
import { verifyModelDigest } from '../../../policies/integrity.ts';

const sha256 = 'ab'.repeat(32);
const spec = { sha256, sizeBytes: 100 };

describe('a digest that was computed elsewhere', () => {
  test('[MS64] of the pinned digest and size is integrity_verified', () => {
    expect(verifyModelDigest(spec, sha256, 100)).toEqual({ ok: true, reason: 'integrity_verified' });
  });

  test.each([
    [sha256, 99, 'size_short'],
    [sha256, 0, 'size_short'],
    [sha256, -1, 'size_short'],
    [sha256, '100', 'size_short'],
    [sha256, undefined, 'size_short'],
    [sha256, 101, 'size_exceeded'],
    [`${'ab'.repeat(31)}aa`, 100, 'digest_mismatch'],
    [sha256.toUpperCase(), 100, 'digest_mismatch'],
    [sha256.slice(2), 100, 'digest_mismatch'],
    [`${sha256}ab`, 100, 'digest_mismatch'],
    ['', 100, 'digest_mismatch'],
    [`${'ab'.repeat(31)}zz`, 100, 'digest_mismatch'],
    [null, 100, 'digest_mismatch'],
  ])('[MS64] %p of %p bytes is %s', (actual, receivedBytes, reason) => {
    expect(verifyModelDigest(spec, actual, receivedBytes)).toEqual({ ok: false, reason });
  });

  test('[MS64] is refused as its spec is', () => {
    expect(verifyModelDigest(null, sha256, 100).reason).toBe('integrity_spec_missing');
    expect(verifyModelDigest({ sha256: 'x', sizeBytes: 1 }, sha256, 1).reason).toBe(
      'integrity_spec_malformed',
    );
  });
});
