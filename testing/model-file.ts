export interface ModelFileParts {
  /** Default: 3. */
  readonly version?: number;
  /** What the file holds where the header is not, byte for byte at the same places. Default: a pattern. */
  readonly fill?: Uint8Array;
}

/**
 * A GGUF file of `sizeBytes` bytes with a sound header and one tensor, to be verified by a test and never loaded.
 * Cut off where `sizeBytes` is too small for the header, near 500 bytes.
 */
export function createModelFile(sizeBytes: number, parts: ModelFileParts = {}): Uint8Array {
  const { version = 3, fill = Uint8Array.from({ length: sizeBytes }, (_, at) => (at * 31) % 251) } = parts;
  const headerBytes = headerOf(version, 0).length;
  const weights = Math.max(1, Math.floor((sizeBytes - headerBytes) / WEIGHT_BYTES));
  const bytes = new Uint8Array(sizeBytes);
  bytes.set(fill.subarray(0, sizeBytes));
  bytes.set(headerOf(version, weights).slice(0, sizeBytes));
  return bytes;
}

const WEIGHT_BYTES = 4;
const ALIGNMENT_BYTES = 32;
const ONE_TENSOR = 1;
const TYPE = { u32: 4, string: 8, array: 9 } as const;
const F32 = 0;

/** The header, padded to where its one tensor of `weights` weights begins. */
function headerOf(version: number, weights: number): number[] {
  const pairs = [
    [...text('general.architecture'), ...u32(TYPE.string), ...text('llama')],
    ...Object.entries(SHAPE).map(([key, size]) => [...text(`llama.${key}`), ...u32(TYPE.u32), ...u32(size)]),
    [...text('tokenizer.ggml.model'), ...u32(TYPE.string), ...text('gpt2')],
    [...text('tokenizer.ggml.tokens'), ...textArray(['a', 'b'])],
    [...text('tokenizer.ggml.merges'), ...textArray([])],
  ];
  const header = [
    ...[...'GGUF'].map((letter) => letter.charCodeAt(0)),
    ...u32(version),
    ...u64(ONE_TENSOR),
    ...u64(pairs.length),
    ...pairs.flat(),
    ...text('token_embd.weight'),
    ...u32(1),
    ...u64(weights),
    ...u32(F32),
    ...u64(0),
  ];
  const paddingBytes = (ALIGNMENT_BYTES - (header.length % ALIGNMENT_BYTES)) % ALIGNMENT_BYTES;
  return [...header, ...Array<number>(paddingBytes).fill(0)];
}

const SHAPE = { block_count: 1, context_length: 4096, embedding_length: 64, 'attention.head_count': 1 };

function u32(value: number): number[] {
  return [value & 0xff, (value >>> 8) & 0xff, (value >>> 16) & 0xff, value >>> 24];
}

function u64(value: number): number[] {
  return [...u32(value % 2 ** 32), ...u32(Math.floor(value / 2 ** 32))];
}

/** Of ASCII. */
function text(letters: string): number[] {
  return [...u64(letters.length), ...[...letters].map((letter) => letter.charCodeAt(0))];
}

function textArray(texts: readonly string[]): number[] {
  return [...u32(TYPE.array), ...u32(TYPE.string), ...u64(texts.length), ...texts.flatMap(text)];
}
