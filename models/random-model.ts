import { createHash } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { byteSymbols } from './byte-symbols.ts';
import { encodeTensor, Q8_0_BLOCK_BYTES, type TensorHead, tensorBytes } from './gguf-tensor.ts';
import { encodeGgufHeader, type GgufMetadata, paddingBytes } from './gguf-writer.ts';
import { halfFloatBits } from './half-float.ts';
import { createIntegerGenerator, type IntegerGenerator } from './integer-generator.ts';
import { planRandomShape, type RandomShape } from './random-shape.ts';

export interface RandomModelOrder {
  /** Wanted number of weights, from 100 thousand to 8 billion; the file comes as near as whole layers allow. */
  readonly parameters: number;
  /** An integer: the same seed and size give the same file, byte for byte. */
  readonly seed: number;
  /** Where the file is written. A file that stands there is replaced. */
  readonly path: string;
}

export interface WrittenModel {
  /** In lower-case hex. */
  readonly sha256: string;
  readonly sizeBytes: number;
}

/**
 * Writes a q8_0 model of the `llama` architecture whose weights are noise: it costs what a trained one of its size
 * costs, and says nothing. Streams to the file: memory stays near 2 MB whatever the size.
 * Rejects with `RangeError` for a size it does not make, and with the file system's error.
 */
export async function writeRandomModel({ parameters, seed, path }: RandomModelOrder): Promise<WrittenModel> {
  const shape = planRandomShape(parameters);
  const random = createIntegerGenerator(seed);
  const tensors = tensorsOf(shape);
  const file = await open(path, 'w');
  try {
    const out = new HashedFile(file);
    await out.write(encodeGgufHeader(metadataOf(shape, parameters, seed), tensors));
    for (const tensor of tensors) {
      for (const part of tensorParts(tensor, random, shape)) await out.write(part);
      await out.write(new Uint8Array(paddingBytes(tensorBytes(tensor))));
    }
    return out.end();
  } finally {
    await file.close();
  }
}

class HashedFile {
  readonly #file: FileHandle;
  readonly #hash = createHash('sha256');
  #sizeBytes = 0;

  constructor(file: FileHandle) {
    this.#file = file;
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#hash.update(bytes);
    this.#sizeBytes += bytes.length;
    await this.#file.writeFile(bytes);
  }

  end(): WrittenModel {
    return { sha256: this.#hash.digest('hex'), sizeBytes: this.#sizeBytes };
  }
}

function tensorsOf({
  embedding,
  hidden,
  blocks,
  keyValueHeads,
  heads,
  vocabularyTokens,
}: RandomShape): TensorHead[] {
  const matrix = (name: string, rowLength: number, rows: number): TensorHead => ({
    name,
    type: 'q8_0',
    shape: [rowLength, rows],
  });
  const norm = (name: string): TensorHead => ({ name, type: 'f32', shape: [embedding] });
  const keyValue = (embedding / heads) * keyValueHeads;
  const block = (index: number): TensorHead[] => [
    norm(`blk.${index}.attn_norm.weight`),
    matrix(`blk.${index}.attn_q.weight`, embedding, embedding),
    matrix(`blk.${index}.attn_k.weight`, embedding, keyValue),
    matrix(`blk.${index}.attn_v.weight`, embedding, keyValue),
    matrix(`blk.${index}.attn_output.weight`, embedding, embedding),
    norm(`blk.${index}.ffn_norm.weight`),
    matrix(`blk.${index}.ffn_gate.weight`, embedding, hidden),
    matrix(`blk.${index}.ffn_up.weight`, embedding, hidden),
    matrix(`blk.${index}.ffn_down.weight`, hidden, embedding),
  ];
  return [
    matrix('token_embd.weight', embedding, vocabularyTokens),
    ...Array.from({ length: blocks }, (_, index) => block(index)).flat(),
    norm('output_norm.weight'),
  ];
}

const PART_BLOCKS = 32_768;

function* tensorParts(
  tensor: TensorHead,
  random: IntegerGenerator,
  shape: RandomShape,
): Generator<Uint8Array> {
  if (tensor.type === 'f32') {
    yield encodeTensor(tensor, new Float32Array(shape.embedding).fill(1));
    return;
  }
  // Evenly spread bytes have a deviation of 74 steps: a step of this size keeps what a row sums up near its input's size.
  const scaleBits = halfFloatBits(1 / (74 * Math.sqrt(tensor.shape[0]!)));
  const blocks = tensorBytes(tensor) / Q8_0_BLOCK_BYTES;
  for (let done = 0; done < blocks; done += PART_BLOCKS) {
    yield randomBlocks(Math.min(PART_BLOCKS, blocks - done), scaleBits, random);
  }
}

function randomBlocks(count: number, scaleBits: number, random: IntegerGenerator): Uint8Array {
  const bytes = new Uint8Array(count * Q8_0_BLOCK_BYTES);
  const view = new DataView(bytes.buffer);
  for (let offset = 0; offset < bytes.length; offset += Q8_0_BLOCK_BYTES) {
    view.setUint16(offset, scaleBits, true);
    for (let at = 2; at < Q8_0_BLOCK_BYTES; at += 4) view.setUint32(offset + at, random(), true);
  }
  return bytes;
}

const SPECIAL_TOKENS = ['<|begin|>', '<|end|>'];
const CHAT_TEMPLATE =
  "{{ bos_token }}{% for message in messages %}{{ message['content'] + '\n' }}{% endfor %}";
const CONTEXT_TOKENS = 4096;

function metadataOf(shape: RandomShape, parameters: number, seed: number): GgufMetadata {
  const u32 = (value: number) => ({ type: 'u32', value }) as const;
  const f32 = (value: number) => ({ type: 'f32', value }) as const;
  const text = (value: string) => ({ type: 'string', value }) as const;
  const { tokens, merges } = syllables(shape.vocabularyTokens);
  return [
    ['general.architecture', text('llama')],
    ['general.name', text(`Llamero random ${parameters} seed ${seed}`)],
    ['general.description', text('Random weights, for measuring. It says nothing.')],
    ['general.license', text('mit')],
    ['general.file_type', u32(7)],
    ['general.quantization_version', u32(2)],
    ['llama.vocab_size', u32(shape.vocabularyTokens)],
    ['llama.context_length', u32(CONTEXT_TOKENS)],
    ['llama.embedding_length', u32(shape.embedding)],
    ['llama.block_count', u32(shape.blocks)],
    ['llama.feed_forward_length', u32(shape.hidden)],
    ['llama.attention.head_count', u32(shape.heads)],
    ['llama.attention.head_count_kv', u32(shape.keyValueHeads)],
    ['llama.attention.layer_norm_rms_epsilon', f32(1e-5)],
    ['llama.rope.dimension_count', u32(shape.embedding / shape.heads)],
    ['llama.rope.freq_base', f32(10_000)],
    ['tokenizer.ggml.model', text('gpt2')],
    ['tokenizer.ggml.pre', text('gpt-2')],
    ['tokenizer.ggml.tokens', { type: 'strings', value: tokens }],
    [
      'tokenizer.ggml.token_type',
      { type: 'i32s', value: tokens.map((_, token) => (token < SPECIAL_TOKENS.length ? 3 : 1)) },
    ],
    ['tokenizer.ggml.merges', { type: 'strings', value: merges }],
    ['tokenizer.ggml.bos_token_id', u32(0)],
    ['tokenizer.ggml.eos_token_id', u32(1)],
    ['tokenizer.ggml.add_bos_token', { type: 'bool', value: true }],
    ['tokenizer.chat_template', text(CHAT_TEMPLATE)],
  ];
}

/** All bytes, then pairs and triples of small letters, some after a space, until the vocabulary is full. */
function syllables(count: number): { tokens: string[]; merges: string[] } {
  const space = byteSymbols()[0x20]!;
  const letters = 'abcdefghijklmnopqrstuvwxyz';
  const starts = [...letters, space];
  const pairs = starts.flatMap((left) => [...letters].map((right) => [left, right] as const));
  const triples = pairs.flatMap(([left, middle]) =>
    [...letters].map((right) => [left + middle, right] as const),
  );
  const quadruples = triples.flatMap(([left, last]) =>
    [...letters].map((right) => [left + last, right] as const),
  );
  const merged = [...pairs, ...triples, ...quadruples].slice(0, count - SPECIAL_TOKENS.length - 256);
  return {
    tokens: [...SPECIAL_TOKENS, ...byteSymbols(), ...merged.map((pair) => pair.join(''))],
    merges: merged.map((pair) => pair.join(' ')),
  };
}
