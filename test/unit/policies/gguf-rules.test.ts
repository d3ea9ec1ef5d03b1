import { describe, expect, test } from '@jest/globals';
import { GgufCursor } from '../../../policies/gguf-cursor.ts';
import { readGgufShape } from '../../../policies/gguf-rules.ts';
import { finish } from '../../../policies/gguf-turns.ts';
import { readGgufMetadata } from '../../../policies/gguf-values.ts';
import { encodePlan, type GgufPlan, type PlannedValue, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, withoutKey, withValue } from '../../doubles/gguf-samples.ts';

function shapeOf(plan: GgufPlan) {
  const { bytes } = encodePlan(plan);
  const cursor = new GgufCursor(bytes, bytes.length);
  cursor.skip(24);
  return readGgufShape(finish(readGgufMetadata(cursor, plan.pairs.length)), bytes);
}
/** The sample with these values under the keys of its architecture. */
const sample = (changes: Readonly<Record<string, PlannedValue>>): GgufPlan =>
  Object.entries(changes).reduce(
    (plan, [key, changed]) => withValue(plan, `llama.${key}`, changed),
    BPE_PLAN,
  );
const kvBytes = (plan: GgufPlan) => {
  const shape = shapeOf(plan);
  return shape.ok ? shape.value.kvBytesPerToken : shape.reason;
};
const refused = (reason: string) => ({ ok: false, reason });
/** What a model with state in place of attention tells. */
const state = { 'ssm.state_size': value.u32(16) };

describe('the shape of a model', () => {
  test('[GG15] is read from its own keys', () => {
    expect(shapeOf(BPE_PLAN)).toEqual({
      ok: true,
      value: {
        architecture: 'llama',
        alignmentBytes: 32,
        contextTokens: 2048,
        layers: 4,
        // 4 layers, 2 heads of 32 numbers, for keys and for values, 2 bytes each.
        kvBytesPerToken: 4 * 2 * 32 * 2 * 2,
        splitFiles: 1,
      },
    });
  });

  test.each(['llama', 'qwen3moe', 'nomic-bert-moe', 'a-1', 'a'.repeat(64)])(
    '[GG15] is read for any architecture of small letters: %s',
    (architecture) => {
      const pairs = BPE_PLAN.pairs.map((pair) => ({
        ...pair,
        key: String(pair.key).replace(/^llama\./, `${architecture}.`),
      }));
      const shape = shapeOf(
        withValue({ ...BPE_PLAN, pairs }, 'general.architecture', value.string(architecture)),
      );
      expect(shape).toMatchObject({ ok: true, value: { architecture, layers: 4 } });
    },
  );

  test.each<[string, number, number]>([
    ['block_count', 1, 512],
    ['context_length', 1, 2 ** 30],
    ['embedding_length', 1, 2 ** 20],
    ['attention.head_count', 1, 65_536],
    ['attention.head_count_kv', 0, 65_536],
    ['attention.key_length', 0, 65_536],
    ['attention.value_length', 0, 65_536],
    ['nextn_predict_layers', 0, 4],
    ['expert_count', 0, 1024],
  ])('[GG16] takes %s from %d to %d', (key, min, max) => {
    const judge = (number: number) => shapeOf(sample({ [key]: value.u32(number) }));
    expect([judge(min).ok, judge(max).ok]).toEqual([true, true]);
    expect(judge(max + 1)).toEqual(refused('gguf_metadata_malformed'));
    if (min > 0) expect(judge(min - 1)).toEqual(refused('gguf_metadata_malformed'));
  });

  test.each([8, 16, 32, 64, 4096, 2 ** 20])('[GG17] takes an alignment of %d bytes', (bytes) => {
    expect(shapeOf(withValue(BPE_PLAN, 'general.alignment', value.u32(bytes)))).toMatchObject({
      ok: true,
      value: { alignmentBytes: bytes },
    });
  });

  test.each([
    [value.u16(0), 1],
    [value.u16(1), 1],
    [value.u16(2), 2],
    [value.u16(64), 64],
    [value.u32(3), 3],
  ])('[GG18] tells of how many files the model is: %j', (split, splitFiles) => {
    expect(shapeOf(withValue(BPE_PLAN, 'split.count', split))).toMatchObject({
      ok: true,
      value: { splitFiles },
    });
  });

  test.each<[string, GgufPlan, number]>([
    [
      'as many heads of keys as of queries, unless told',
      withoutKey(BPE_PLAN, 'llama.attention.head_count_kv'),
      4 * 8 * 64 * 2,
    ],
    [
      'a length of keys of its own',
      sample({ 'attention.key_length': value.u32(192) }),
      4 * 2 * (192 + 32) * 2,
    ],
    [
      'a length of values of its own',
      sample({ 'attention.value_length': value.u32(128) }),
      4 * 2 * (32 + 128) * 2,
    ],
    ['heads by layer', sample({ 'attention.head_count_kv': value.u32s([1, 0, 4, 2]) }), 7 * 64 * 2],
    ['heads by layer, signed', sample({ 'attention.head_count_kv': value.i32s([1, 0, 4, 2]) }), 7 * 64 * 2],
    [
      'heads of queries by layer, the first of them none',
      sample({ 'attention.head_count': value.u32s([0, 8, 8, 8]) }),
      4 * 2 * 64 * 2,
    ],
    [
      'no heads but a state',
      sample({ ...state, 'attention.head_count': value.u32(0), 'attention.head_count_kv': value.u32(0) }),
      0,
    ],
    ['a state, and heads not told of', withoutKey(sample(state), 'llama.attention.head_count'), 0],
  ])('[GG19] counts keys and values for %s', (_name, plan, bytes) => {
    expect(kvBytes(plan)).toBe(bytes);
  });

  // 126 layers, 8 heads of 128 numbers for keys and values: 504 KiB a token in 16 bits.
  test('[GG19] counts keys and values of a model of 405 billion weights', () => {
    const plan = sample({
      block_count: value.u32(126),
      context_length: value.u32(131_072),
      embedding_length: value.u32(16_384),
      'attention.head_count': value.u32(128),
      'attention.head_count_kv': value.u32(8),
    });
    expect(kvBytes(plan)).toBe(516_096);
  });

  test('[GG20] of no heads at all is no shape, unless the model has a state', () => {
    expect(kvBytes(sample({ 'attention.head_count': value.u32s([0, 0, 0, 0]) }))).toBe(
      'gguf_metadata_malformed',
    );
    expect(kvBytes(withoutKey(BPE_PLAN, 'llama.attention.head_count'))).toBe('gguf_metadata_missing');
    expect(kvBytes(sample({ ...state, 'attention.head_count': value.string('8') }))).toBe(
      'gguf_metadata_malformed',
    );
  });

  test('[GG20] with a state still tells all else, in its range and as what it is', () => {
    const stateful = withoutKey(sample(state), 'llama.attention.head_count');
    expect(kvBytes(withoutKey(stateful, 'llama.context_length'))).toBe('gguf_metadata_missing');
    expect(kvBytes(withValue(stateful, 'llama.block_count', value.u32(0)))).toBe('gguf_metadata_malformed');
    expect(kvBytes(withValue(stateful, 'llama.block_count', value.u32(513)))).toBe('gguf_metadata_malformed');
  });

  test('[GG16] takes heads by layer up to the most, as whole numbers', () => {
    const kvHeads = (heads: PlannedValue) => shapeOf(sample({ 'attention.head_count_kv': heads }));
    expect(kvHeads(value.u32s([65_536, 1, 1, 1])).ok).toBe(true);
    expect(kvHeads(value.u32s([65_537, 1, 1, 1]))).toEqual(refused('gguf_metadata_malformed'));
    expect(kvHeads(value.f32s([0, 0, 0, 0]))).toEqual(refused('gguf_metadata_malformed'));
    expect(kvHeads(value.u32s([1, 1, 1]))).toEqual(refused('gguf_metadata_malformed'));
  });

  test.each(['none', 'linear', 'yarn', 'longrope'])('[GG21] takes the rope scaling %s', (name) => {
    expect(shapeOf(sample({ 'rope.scaling.type': value.string(name) })).ok).toBe(true);
  });

  test.each<[string, PlannedValue, boolean]>([
    ['as many as there are', value.u32(8), true],
    ['one more', value.u32(9), false],
    ['by layer', value.u32s([1, 2, 3, 4]), true],
  ])('[GG21] judges the experts in use: %s', (_name, used, ok) => {
    expect(shapeOf(sample({ expert_count: value.u32(8), expert_used_count: used })).ok).toBe(ok);
  });
});
