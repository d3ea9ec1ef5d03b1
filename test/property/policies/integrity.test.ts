import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createIntegrityAccumulator, verifyModelBytes } from '../../../policies/integrity.ts';

const content = fc.uint8Array({ minLength: 1, maxLength: 600 });
const cuts = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 12 });

const specOf = (bytes: Uint8Array) => ({
  sha256: createHash('sha256').update(bytes).digest('hex'),
  sizeBytes: bytes.length,
});

function chunksOf(bytes: Uint8Array, shares: readonly number[]): Uint8Array[] {
  const edges = [0, ...shares.map((share) => Math.floor(share * bytes.length)), bytes.length].sort(
    (a, b) => a - b,
  );
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
}

describe('integrity, however the bytes come', () => {
  test('[IN5] any chunking of the bytes comes to the same verdict as all at once', () => {
    fc.assert(
      fc.property(content, content, cuts, fc.boolean(), (meant, other, shares, honest) => {
        const given = honest ? meant : other;
        const accumulator = createIntegrityAccumulator(specOf(meant));
        const refused = chunksOf(given, shares)
          .map((chunk) => accumulator.update(chunk))
          .find(({ ok }) => !ok);
        const verdict = refused ?? accumulator.finalize();
        expect(verdict).toEqual(verifyModelBytes(specOf(meant), given));
        return verdict.ok === (Buffer.compare(meant, given) === 0);
      }),
      { numRuns: 500 },
    );
  });

  test('[IN6] never takes more than the size says, whatever comes', () => {
    fc.assert(
      fc.property(content, fc.array(content, { maxLength: 5 }), (meant, chunks) => {
        const accumulator = createIntegrityAccumulator(specOf(meant));
        let sum = 0;
        for (const chunk of chunks) {
          const { ok, reason } = accumulator.update(chunk);
          sum += chunk.length;
          if (ok !== sum <= meant.length || (!ok && reason !== 'size_exceeded')) return false;
        }
        return accumulator.getReceivedBytes() <= meant.length;
      }),
      { numRuns: 300 },
    );
  });
});
