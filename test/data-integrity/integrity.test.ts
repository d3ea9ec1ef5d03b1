import { createHash } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import { createIntegrityAccumulator, verifyModelBytes } from '../../policies/integrity.ts';

const SIZE_BYTES = 64 * 1024;
const CHUNK_BYTES = 4096;

/** Bytes without a pattern, and the same in every run. */
const model = new Uint8Array(SIZE_BYTES);
for (let offset = 0; offset < SIZE_BYTES; offset += 32) {
  model.set(createHash('sha256').update(`block at ${offset}`).digest(), offset);
}

const spec = { sha256: createHash('sha256').update(model).digest('hex'), sizeBytes: SIZE_BYTES };

function stream(chunks: readonly Uint8Array[]): string {
  const accumulator = createIntegrityAccumulator(spec);
  for (const chunk of chunks) {
    const { ok, reason } = accumulator.update(chunk);
    if (!ok) return reason;
  }
  return accumulator.finalize().reason;
}

function cut(bytes: Uint8Array): Uint8Array[] {
  const count = Math.ceil(bytes.length / CHUNK_BYTES);
  return Array.from({ length: count }, (_, index) =>
    bytes.subarray(index * CHUNK_BYTES, (index + 1) * CHUNK_BYTES),
  );
}

/** First and last byte, both sides of the chunk edges, and places between: 64 bits in all. */
const BITS = Array.from({ length: 64 }, (_, index) => {
  const byte = index === 63 ? SIZE_BYTES - 1 : index * 1024 + (index % 2) * 1023;
  return [byte, index % 8] as const;
});

describe('every bit counts', () => {
  test('[IN5] the untouched model is verified', () => {
    expect(stream(cut(model))).toBe('integrity_verified');
    expect(verifyModelBytes(spec, model).reason).toBe('integrity_verified');
  });

  test.each(BITS)('[IN9] byte %i with bit %i flipped is refused', (byte, bit) => {
    const damaged = model.slice();
    damaged[byte] = damaged[byte]! ^ (1 << bit);
    expect(stream(cut(damaged))).toBe('digest_mismatch');
    expect(verifyModelBytes(spec, damaged).reason).toBe('digest_mismatch');
  });

  test.each(Array.from({ length: 16 }, (_, index) => index))(
    '[IN9] a spec with another digit at %i of each quarter is refused',
    (at) => {
      for (const quarter of [0, 16, 32, 48]) {
        const place = quarter + at;
        const digit = ((Number.parseInt(spec.sha256[place]!, 16) + 1) % 16).toString(16);
        const sha256 = spec.sha256.slice(0, place) + digit + spec.sha256.slice(place + 1);
        expect(verifyModelBytes({ ...spec, sha256 }, model).reason).toBe('digest_mismatch');
      }
    },
  );
});

describe('every byte counts', () => {
  test.each([0, 1, CHUNK_BYTES - 1, CHUNK_BYTES, CHUNK_BYTES + 1, SIZE_BYTES / 2, SIZE_BYTES - 1])(
    '[IN8] a file cut off after %i bytes is refused',
    (length) => {
      expect(stream(cut(model.subarray(0, length)))).toBe('size_short');
    },
  );

  test.each([1, 2, CHUNK_BYTES, SIZE_BYTES])('[IN6] a file with %i bytes more is refused', (more) => {
    const longer = new Uint8Array(SIZE_BYTES + more);
    longer.set(model);
    expect(stream(cut(longer))).toBe('size_exceeded');
  });

  test.each([
    ['its first byte gone and one put at the end', () => [model.subarray(1), new Uint8Array(1)]],
    ['one byte put first and its last gone', () => [new Uint8Array(1), model.subarray(0, -1)]],
    ['nothing but zeros', () => [new Uint8Array(SIZE_BYTES)]],
    [
      'a hole of one chunk',
      () => cut(model).map((chunk, index) => (index === 7 ? new Uint8Array(chunk.length) : chunk)),
    ],
    ['its bytes in reverse', () => [model.slice().reverse()]],
  ])('[IN9] the right size is not enough: %s', (_what, make) => {
    expect(stream(make())).toBe('digest_mismatch');
  });
});

describe('every chunk counts, in its place', () => {
  const chunks = cut(model);

  test.each([
    [0, 1],
    [0, 15],
    [7, 8],
    [14, 15],
  ])('[IN9] chunks %i and %i in each other’s place are refused', (one, other) => {
    const swapped = chunks.map(
      (chunk, index) => chunks[index === one ? other : index === other ? one : index] ?? chunk,
    );
    expect(stream(swapped)).toBe('digest_mismatch');
  });

  test.each([0, 7, 15])('[IN8] chunk %i left out is refused', (left) => {
    expect(stream(chunks.filter((_chunk, index) => index !== left))).toBe('size_short');
  });

  test.each([0, 7, 15])('[IN6] chunk %i sent twice is refused', (twice) => {
    expect(stream(chunks.flatMap((chunk, index) => (index === twice ? [chunk, chunk] : [chunk])))).toBe(
      'size_exceeded',
    );
  });

  test('[IN9] a chunk sent twice in place of another is refused', () => {
    expect(stream(chunks.map((chunk, index) => (index === 8 ? chunks[7]! : chunk)))).toBe('digest_mismatch');
  });

  test('[IN18] a chunk that changes after it was taken changes nothing', () => {
    const accumulator = createIntegrityAccumulator(spec);
    const reused = new Uint8Array(CHUNK_BYTES);
    for (const chunk of chunks) {
      reused.set(chunk);
      accumulator.update(reused);
      reused.fill(0);
    }
    expect(accumulator.finalize().reason).toBe('integrity_verified');
  });
});
