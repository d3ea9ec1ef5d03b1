import { describe, expect, test } from '@jest/globals';
import { GGUF_HEADER_BYTES_MAX } from '../../policies/gguf-cursor.ts';
import type { OpenFile } from '../../services/file-system.ts';
import { readGgufHeader } from '../../services/gguf-header.ts';
import { encodePlan, type GgufPlan, type PlannedValue, value } from '../doubles/gguf-plan.ts';
import { BPE_PLAN, withTensor, withValue } from '../doubles/gguf-samples.ts';

const KIB = 1024;
const MIB = 1024 * KIB;
const { signal } = new AbortController();

/** A file of at least `sizeBytesMin` bytes that holds zeros behind those of the plan. */
async function cost(plan: GgufPlan, sizeBytesMin: number) {
  const { bytes } = encodePlan(plan);
  const sizeBytes = Math.max(sizeBytesMin, bytes.length);
  let reads = 0;
  let askedBytes = 0;
  const file: OpenFile = {
    read: async (buffer, lengthBytes, positionBytes) => {
      reads += 1;
      askedBytes += lengthBytes;
      const found = bytes.subarray(positionBytes, positionBytes + lengthBytes);
      buffer.fill(0, 0, lengthBytes);
      buffer.set(found);
      return Math.min(lengthBytes, sizeBytes - positionBytes);
    },
    stat: () => Promise.reject(new Error('not asked for')),
    close: async () => undefined,
  };
  const answer = await readGgufHeader(file, sizeBytes, signal);
  return { reason: answer.ok ? 'accepted' : answer.reason, reads, askedBytes };
}

const array = (elementType: number, length: bigint, elements = new Uint8Array(0)): GgufPlan =>
  withValue(BPE_PLAN, 'some.array', value.array(elementType, length, elements));
const text = (length: bigint): GgufPlan => withValue(BPE_PLAN, 'general.name', value.string('', length));

/** An array of arrays of arrays, as deep as told. */
function nested(depth: number): PlannedValue {
  const head = value.array(9, 1, new Uint8Array(0)).bytes;
  return { type: 9, bytes: Buffer.concat(Array.from({ length: depth }, () => head)) };
}

// Headers that made other readers run for minutes, fill the memory or end the process.
const CRAFTED: readonly (readonly [name: string, plan: GgufPlan, reason: string])[] = [
  ['an array of 2^40', array(4, 2n ** 40n), 'gguf_counts_exceeded'],
  ['2^40 pairs', { ...BPE_PLAN, pairCount: 2n ** 40n }, 'gguf_counts_exceeded'],
  ['2^40 tensors', { ...BPE_PLAN, tensorCount: 2n ** 40n }, 'gguf_counts_exceeded'],
  ['ten million tensors', { ...BPE_PLAN, tensorCount: 10_000_000 }, 'gguf_counts_exceeded'],
  ['a hundred thousand pairs', { ...BPE_PLAN, pairCount: 100_000 }, 'gguf_counts_exceeded'],
  ['a text of 1 GiB', text(2n ** 30n), 'gguf_string_exceeded'],
  ['a text of 3 GiB', text(3n * 2n ** 30n), 'gguf_string_exceeded'],
  ['a text of 2^62', text(2n ** 62n), 'gguf_string_exceeded'],
  ['2^32 - 1 dimensions', withTensor(BPE_PLAN, 0, { dimensionCount: -1 }), 'gguf_tensor_malformed'],
  [
    'arrays in arrays, 200,000 deep',
    withValue(BPE_PLAN, 'some.array', nested(200_000)),
    'gguf_array_malformed',
  ],
  ['version 9', { ...BPE_PLAN, version: 9 }, 'model_gguf_version'],
  ['an alignment of 0', withValue(BPE_PLAN, 'general.alignment', value.u32(0)), 'gguf_alignment_malformed'],
];

describe('what a hostile header costs', () => {
  test.each(CRAFTED)(
    '[GG36] %s: one read of 64 KiB at most, however large the file',
    async (_name, plan, reason) => {
      for (const sizeBytes of [0, 2 ** 40]) {
        const { reads, askedBytes, ...rest } = await cost(plan, sizeBytes);
        expect(rest.reason).toBe(reason);
        expect(reads).toBe(1);
        expect(askedBytes).toBeLessThanOrEqual(64 * KIB);
      }
    },
  );

  test('[GG36] a million texts in a tiny file: one read', async () => {
    expect(await cost(array(8, 1_000_000n), 0)).toMatchObject({ reason: 'gguf_truncated', reads: 1 });
  });

  test('[GG37] one that goes on and on is read to the largest header and no further', async () => {
    const numbers = value.array(12, 2n ** 21n, new Uint8Array(16 * MIB));
    const plan = { ...BPE_PLAN, pairs: ['a', 'b', 'c', 'd'].map((key) => ({ key, value: numbers })) };
    const { reason, reads, askedBytes } = await cost(plan, 2 ** 40);
    expect(reason).toBe('gguf_header_exceeded');
    expect(reads).toBeLessThanOrEqual(12);
    expect(askedBytes).toBeLessThanOrEqual(GGUF_HEADER_BYTES_MAX);
  });
});
