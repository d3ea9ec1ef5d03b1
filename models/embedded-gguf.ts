import { findContexts } from './contexts.ts';
import { encodeTensor } from './gguf-tensor.ts';
import { encodeGgufHeader, type GgufMetadata, paddingBytes } from './gguf-writer.ts';
import { ROPE_BASE } from './look-back.ts';
import type { Page } from './page-entries.ts';
import { passagesOf } from './passages.ts';
import { CODE_COUNT, CODE_DIMENSIONS } from './token-codes.ts';
import { CHAT_TEMPLATE, createVocabulary, SPECIAL_TOKENS, type Vocabulary } from './vocabulary.ts';
import { compileWeights, type ModelPlan, type ModelShape, shapeOf } from './weights.ts';

/** How far the model looks back, in tokens; a question is recognised by as many of its last tokens, less two. */
export const WINDOW_TOKENS = 8;
/** Longest text in tokens: the reach within which a head never mistakes one place for another. */
export const CONTEXT_TOKENS = 8192;

/** The file, and what is in it. */
export interface CompiledModel {
  readonly bytes: Uint8Array;
  readonly vocabularyTokens: number;
  readonly writtenTokens: number;
  readonly contexts: number;
  readonly shape: ModelShape;
}

/**
 * Compiles a page into a GGUF file of the `llama` architecture. The same page always gives the same bytes.
 * Throws `AmbiguousPageError`, which names the sentences, when the page cannot be told apart.
 */
export function compileModel(page: Page): CompiledModel {
  const vocabulary = createVocabulary(page, CODE_COUNT);
  const passages = passagesOf(page, vocabulary, WINDOW_TOKENS);
  const contexts = findContexts(passages, WINDOW_TOKENS);
  const plan: ModelPlan = {
    vocabularyTokens: vocabulary.tokens.length,
    windowTokens: WINDOW_TOKENS,
    contexts,
    fallback: vocabulary.encode(page.defaultAnswer)[0]!,
  };
  const shape = shapeOf(plan);
  const tensors = compileWeights(plan);
  const parts = [encodeGgufHeader(metadataOf(vocabulary, shape), tensors)];
  for (const tensor of tensors) {
    const bytes = encodeTensor(tensor, tensor.weights);
    parts.push(bytes, new Uint8Array(paddingBytes(bytes.length)));
  }
  return {
    bytes: new Uint8Array(Buffer.concat(parts)),
    vocabularyTokens: vocabulary.tokens.length,
    writtenTokens: passages.reduce((sum, { tokens, writtenFrom }) => sum + tokens.length - writtenFrom, 0),
    contexts: contexts.length,
    shape,
  };
}

const NORMAL_TOKEN = 1;
const CONTROL_TOKEN = 3;
/** `general.file_type` of a file whose matrices are q8_0. */
const MOSTLY_Q8_0 = 7;

function metadataOf(vocabulary: Vocabulary, shape: ModelShape): GgufMetadata {
  const u32 = (value: number) => ({ type: 'u32', value }) as const;
  const f32 = (value: number) => ({ type: 'f32', value }) as const;
  const text = (value: string) => ({ type: 'string', value }) as const;
  const end = vocabulary.special('<|end|>');
  return [
    ['general.architecture', text('llama')],
    ['general.name', text('Llamero embedded')],
    ['general.author', text('The Llamero authors')],
    [
      'general.description',
      text('A page of questions and answers about supervising a model, compiled into weights, not trained.'),
    ],
    ['general.license', text('mit')],
    ['general.file_type', u32(MOSTLY_Q8_0)],
    ['general.quantization_version', u32(2)],
    ['llama.vocab_size', u32(vocabulary.tokens.length)],
    ['llama.context_length', u32(CONTEXT_TOKENS)],
    ['llama.embedding_length', u32(shape.embedding)],
    ['llama.block_count', u32(1)],
    ['llama.feed_forward_length', u32(shape.hidden)],
    ['llama.attention.head_count', u32(shape.heads)],
    ['llama.attention.head_count_kv', u32(1)],
    ['llama.attention.key_length', u32(CODE_DIMENSIONS)],
    ['llama.attention.value_length', u32(CODE_DIMENSIONS)],
    ['llama.attention.layer_norm_rms_epsilon', f32(1e-6)],
    ['llama.rope.dimension_count', u32(CODE_DIMENSIONS)],
    ['llama.rope.freq_base', f32(ROPE_BASE)],
    ['tokenizer.ggml.model', text('gpt2')],
    ['tokenizer.ggml.pre', text('gpt-2')],
    ['tokenizer.ggml.tokens', { type: 'strings', value: vocabulary.tokens }],
    [
      'tokenizer.ggml.token_type',
      {
        type: 'i32s',
        value: vocabulary.tokens.map((_, token) =>
          token < SPECIAL_TOKENS.length ? CONTROL_TOKEN : NORMAL_TOKEN,
        ),
      },
    ],
    [
      'tokenizer.ggml.merges',
      { type: 'strings', value: vocabulary.bpe.merges.map((pair) => pair.join(' ')) },
    ],
    ['tokenizer.ggml.bos_token_id', u32(vocabulary.special('<|begin|>'))],
    ['tokenizer.ggml.eos_token_id', u32(end)],
    ['tokenizer.ggml.eot_token_id', u32(end)],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: true }],
    ['tokenizer.ggml.add_eos_token', { type: 'bool', value: false }],
    ['tokenizer.chat_template', text(CHAT_TEMPLATE)],
  ];
}
