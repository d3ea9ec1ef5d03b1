import type { GgufPlan, PlannedPair, PlannedTensor, PlannedValue } from './gguf-plan.ts';
import { value } from './gguf-plan.ts';

/** `<0x00>` to `<0xFF>`. */
export const BYTE_TOKENS: readonly string[] = Array.from(
  { length: 256 },
  (_, byte) => `<0x${byte.toString(16).toUpperCase().padStart(2, '0')}>`,
);
const WORDS = ['<unk>', '<s>', '</s>'];
export const TOKENS: readonly string[] = [...WORDS, ...BYTE_TOKENS, '▁the', 'é'];

const BYTE_TYPE = 6;
export const TOKEN_TYPES: readonly number[] = TOKENS.map((token) =>
  BYTE_TOKENS.includes(token) ? BYTE_TYPE : 1,
);

const F32 = 0;
const Q8_0 = 8;

/** Two tensors: 32 × 2 weights in q8_0 (68 bytes, padded to 96), and 8 in f32. */
export const TENSORS: readonly PlannedTensor[] = [
  { name: 'token_embd.weight', dimensions: [32, 2], type: Q8_0, offset: 0 },
  { name: 'output_norm.weight', dimensions: [8], type: F32, offset: 96 },
];

const SHAPE: readonly (readonly [string, PlannedValue])[] = [
  ['general.architecture', value.string('llama')],
  ['general.name', value.string('A sample of a header')],
  ['general.file_type', value.u32(7)],
  ['llama.block_count', value.u32(4)],
  ['llama.context_length', value.u32(2048)],
  ['llama.embedding_length', value.u32(256)],
  ['llama.attention.head_count', value.u32(8)],
  ['llama.attention.head_count_kv', value.u32(2)],
  ['llama.attention.layer_norm_rms_epsilon', value.f32(1e-5)],
];

/** A SentencePiece vocabulary with all that is checked in it. */
export const SPM_PLAN: GgufPlan = planOf([
  ...SHAPE,
  ['tokenizer.ggml.model', value.string('llama')],
  ['tokenizer.ggml.tokens', value.strings(TOKENS)],
  ['tokenizer.ggml.scores', value.f32s(TOKENS.map((_, token) => -token))],
  ['tokenizer.ggml.token_type', value.i32s(TOKEN_TYPES)],
  ['tokenizer.ggml.bos_token_id', value.u32(1)],
  ['tokenizer.ggml.add_bos_token', value.bool(1)],
  ['tokenizer.chat_template', value.string('{{ bos_token }}')],
]);

/** A byte-pair vocabulary that has no byte tokens at all. */
export const BPE_PLAN: GgufPlan = planOf([
  ...SHAPE,
  ['tokenizer.ggml.model', value.string('gpt2')],
  ['tokenizer.ggml.tokens', value.strings(['a', 'b', 'ab'])],
  ['tokenizer.ggml.merges', value.strings(['a b'])],
]);

function planOf(pairs: readonly (readonly [string, PlannedValue])[]): GgufPlan {
  return {
    magic: 'GGUF',
    version: 3,
    pairs: pairs.map(([key, planned]): PlannedPair => ({ key, value: planned })),
    tensors: TENSORS,
    alignmentBytes: 32,
    dataBytes: 128,
  };
}

/** The plan with another value under a key, or with one more pair. */
export function withValue(plan: GgufPlan, key: string, changed: PlannedValue): GgufPlan {
  const isThere = plan.pairs.some((pair) => pair.key === key);
  const pairs = plan.pairs.map((pair) => (pair.key === key ? { ...pair, value: changed } : pair));
  return { ...plan, pairs: isThere ? pairs : [...pairs, { key, value: changed }] };
}

export function withoutKey(plan: GgufPlan, key: string): GgufPlan {
  return { ...plan, pairs: plan.pairs.filter((pair) => pair.key !== key) };
}

/** The plan with one pair changed, by its place. */
export function withPair(plan: GgufPlan, at: number, change: Partial<PlannedPair>): GgufPlan {
  return { ...plan, pairs: plan.pairs.map((pair, index) => (index === at ? { ...pair, ...change } : pair)) };
}

/** The plan with one tensor changed, by its place. */
export function withTensor(plan: GgufPlan, at: number, change: Partial<PlannedTensor>): GgufPlan {
  const tensors = plan.tensors.map((tensor, index) => (index === at ? { ...tensor, ...change } : tensor));
  return { ...plan, tensors };
}
