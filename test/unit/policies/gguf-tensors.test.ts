import { describe, expect, test } from '@jest/globals';
import { GgufCursor } from '../../../policies/gguf-cursor.ts';
import { judgeTensorCount, readGgufTensors } from '../../../policies/gguf-tensors.ts';
import { encodePlan, type PlannedTensor } from '../../doubles/gguf-plan.ts';

const START_BYTES = 24;

function read(tensors: readonly PlannedTensor[], dataBytes: number, alignmentBytes = 32) {
  const plan = { magic: 'GGUF', version: 3, pairs: [], tensors, alignmentBytes, dataBytes };
  const { bytes } = encodePlan(plan);
  const cursor = new GgufCursor(bytes, bytes.length);
  cursor.skip(START_BYTES);
  const tensorBytes = readGgufTensors(cursor, tensors.length, alignmentBytes, bytes.length);
  return { tensorBytes, stop: cursor.stop };
}
const one = (type: number, ...dimensions: number[]): PlannedTensor => ({
  name: 't',
  dimensions,
  type,
  offset: 0,
});
const refused = (reason: string) => ({ ok: false, reason });

describe('tensors', () => {
  // The runtime's own table: weights and bytes of a block.
  test.each([
    ['F32', 0, 1, 4],
    ['F16', 1, 1, 2],
    ['Q4_0', 2, 32, 18],
    ['Q4_1', 3, 32, 20],
    ['Q5_0', 6, 32, 22],
    ['Q5_1', 7, 32, 24],
    ['Q8_0', 8, 32, 34],
    ['Q8_1', 9, 32, 36],
    ['Q2_K', 10, 256, 84],
    ['Q3_K', 11, 256, 110],
    ['Q4_K', 12, 256, 144],
    ['Q5_K', 13, 256, 176],
    ['Q6_K', 14, 256, 210],
    ['Q8_K', 15, 256, 292],
    ['IQ2_XXS', 16, 256, 66],
    ['IQ2_XS', 17, 256, 74],
    ['IQ3_XXS', 18, 256, 98],
    ['IQ1_S', 19, 256, 50],
    ['IQ4_NL', 20, 32, 18],
    ['IQ3_S', 21, 256, 110],
    ['IQ2_S', 22, 256, 82],
    ['IQ4_XS', 23, 256, 136],
    ['I8', 24, 1, 1],
    ['I16', 25, 1, 2],
    ['I32', 26, 1, 4],
    ['I64', 27, 1, 8],
    ['F64', 28, 1, 8],
    ['IQ1_M', 29, 256, 56],
    ['BF16', 30, 1, 2],
    ['TQ1_0', 34, 256, 54],
    ['TQ2_0', 35, 256, 66],
    ['MXFP4', 39, 32, 17],
    ['NVFP4', 40, 64, 36],
    ['Q1_0', 41, 128, 18],
    ['Q2_0', 42, 64, 18],
  ])('[GG10] knows %s, and asks for whole blocks in a row', (_name, type, weights, bytes) => {
    expect(read([one(type, weights * 2, 3)], 6 * bytes)).toEqual({ tensorBytes: 6 * bytes, stop: null });
    expect(read([one(type, weights * 2, 3)], 6 * bytes - 1).stop).toEqual(
      refused('gguf_tensor_out_of_bounds'),
    );
    if (weights > 1) {
      expect(read([one(type, weights * 2 + 1, 3)], 9999).stop).toEqual(refused('gguf_tensor_malformed'));
    }
  });

  test.each([[[7]], [[7, 1]], [[7, 1, 1]], [[7, 1, 1, 1]]])('[GG11] takes the lengths %j', (dimensions) => {
    expect(read([one(0, ...dimensions)], 28)).toEqual({ tensorBytes: 28, stop: null });
  });

  test('[GG11] takes no fifth length, not even of one', () => {
    expect(read([one(0, 7, 1, 1, 1, 1)], 28).stop).toEqual(refused('gguf_tensor_malformed'));
  });

  test('[GG10] counts bytes up to the largest whole number', () => {
    // 2^53 - 1 weights of a byte each.
    expect(read([one(24, 20_394_401, 69_431, 6361)], 9).stop).toEqual(refused('gguf_tensor_out_of_bounds'));
    expect(read([one(25, 20_394_401, 69_431, 6361)], 9).stop).toEqual(refused('gguf_tensor_malformed'));
  });

  test.each([8, 32, 4096])('[GG12] begin where the last one ended, padded to %d bytes', (alignmentBytes) => {
    const first = { name: 'a', dimensions: [5], type: 0, offset: 0 };
    const second = (offset: number): PlannedTensor => ({ name: 'b', dimensions: [1], type: 0, offset });
    const place = Math.ceil(20 / alignmentBytes) * alignmentBytes;
    expect(read([first, second(place)], place + 4, alignmentBytes)).toEqual({ tensorBytes: 24, stop: null });
    for (const wrong of [place - alignmentBytes, place + alignmentBytes, 20]) {
      if (wrong === place) continue;
      expect(read([first, second(wrong)], 99_999, alignmentBytes).stop).toEqual(
        refused('gguf_tensor_malformed'),
      );
    }
  });

  test.each([0, 1, 28, 4096])('[GG13] may be followed by %d bytes of anything', (moreBytes) => {
    expect(read([one(0, 1)], 4 + moreBytes).stop).toBeNull();
  });

  test('[GG13] of names of 63 bytes and of any printable letters are taken', () => {
    expect(read([{ ...one(0, 1), name: 'a'.repeat(63) }], 4).stop).toBeNull();
    expect(read([{ ...one(0, 1), name: 'v.blk-0/attn:q_[0]' }], 4).stop).toBeNull();
  });

  test('[GG9] are asked for with what all of them take at least, before one is read', () => {
    // A name of one letter behind its length, the number of its dimensions and one of them, a type and a place.
    const leastBytes = 100 * (8 + 1 + 4 + 8 + 4 + 8);
    const stopOf = (fileBytes: number) => {
      const cursor = new GgufCursor(new Uint8Array(START_BYTES), fileBytes);
      cursor.skip(START_BYTES);
      readGgufTensors(cursor, 100, 32, fileBytes);
      return cursor.stop;
    };
    expect(stopOf(START_BYTES + leastBytes)).toEqual({ needBytes: START_BYTES + leastBytes });
    expect(stopOf(START_BYTES + leastBytes - 1)).toEqual(refused('gguf_truncated'));
  });

  test.each([
    [0, 'gguf_tensor_malformed'],
    [1, null],
    [65_536, null],
    [65_537, 'gguf_counts_exceeded'],
    [2 ** 64, 'gguf_counts_exceeded'],
  ])('[GG14] %d of them: %s', (count, reason) => {
    const cursor = new GgufCursor(new Uint8Array(0), 0);
    judgeTensorCount(cursor, count);
    expect(cursor.stop).toEqual(reason === null ? null : refused(reason));
  });
});
