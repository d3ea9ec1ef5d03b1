import type { GgufCursor } from './gguf-cursor.ts';

/** The largest models have a few thousand. */
const TENSORS_MAX = 65_536;
/** The runtime keeps 64 bytes for a name and its end. */
const NAME_BYTES_MAX = 63;
const DIMENSIONS_MAX = 4;
const DIMENSION_MAX = 2 ** 32;

/** A name of one byte, one dimension. */
const TENSOR_BYTES_MIN = 8 + 1 + 4 + 8 + 4 + 8;

/**
 * Reads the description of all tensors and gives the bytes of their weights, without what pads them. Each tensor must
 * begin where the one before it ends, padded: then none overlaps another, and none reaches out of the file unseen.
 */
export function readGgufTensors(
  cursor: GgufCursor,
  count: number,
  alignmentBytes: number,
  fileBytes: number,
): number {
  cursor.has(count * TENSOR_BYTES_MIN);
  const names = new Set<string>();
  let tensorBytes = 0;
  let endBytes = 0;
  for (let read = 0; read < count && cursor.stop === null; read += 1) {
    readName(cursor, names);
    const bytes = readBytes(cursor);
    const offsetBytes = cursor.u64();
    const startBytes = padded(endBytes, alignmentBytes);
    if (offsetBytes !== startBytes) cursor.refuse('gguf_tensor_malformed');
    endBytes = startBytes + bytes;
    tensorBytes += bytes;
  }
  if (padded(cursor.position, alignmentBytes) + endBytes > fileBytes) {
    cursor.refuse('gguf_tensor_out_of_bounds');
  }
  return tensorBytes;
}

/** Refuses a number of tensors that no model has: none, or far too many. */
export function judgeTensorCount(cursor: GgufCursor, count: number): void {
  if (count > TENSORS_MAX) cursor.refuse('gguf_counts_exceeded');
  if (count === 0) cursor.refuse('gguf_tensor_malformed');
}

function readName(cursor: GgufCursor, names: Set<string>): void {
  const name = cursor.name(cursor.u64(), NAME_BYTES_MAX);
  if (name === null || names.has(name)) cursor.refuse('gguf_tensor_malformed');
  else names.add(name);
}

/** Bytes of the tensor's weights. */
function readBytes(cursor: GgufCursor): number {
  const dimensions = cursor.u32();
  if (dimensions < 1 || dimensions > DIMENSIONS_MAX) cursor.refuse('gguf_tensor_malformed');
  let rowWeights = 0;
  let weights = 1;
  for (let read = 0; read < dimensions && cursor.stop === null; read += 1) {
    const length = cursor.u64();
    if (read === 0) rowWeights = length;
    weights *= length;
    if (length < 1 || length > DIMENSION_MAX || !Number.isSafeInteger(weights)) {
      cursor.refuse('gguf_tensor_malformed');
    }
  }
  const type = cursor.u32();
  if (cursor.stop !== null) return 0;
  const block = Object.hasOwn(BLOCKS, type) ? BLOCKS[type] : undefined;
  if (block === undefined) {
    cursor.refuse('gguf_type_unknown');
    return 0;
  }
  const [blockWeights, blockBytes] = block;
  if (rowWeights % blockWeights !== 0) cursor.refuse('gguf_tensor_malformed');
  const bytes = (weights / blockWeights) * blockBytes;
  if (bytes > Number.MAX_SAFE_INTEGER) cursor.refuse('gguf_tensor_malformed');
  return bytes;
}

function padded(bytes: number, alignmentBytes: number): number {
  return Math.ceil(bytes / alignmentBytes) * alignmentBytes;
}

/** Weights and bytes of one block, by the type's number. A number that is missing was withdrawn or is not known. */
const BLOCKS: Readonly<Record<string, readonly [weights: number, bytes: number]>> = {
  0: [1, 4], // F32
  1: [1, 2], // F16
  2: [32, 18], // Q4_0
  3: [32, 20], // Q4_1
  6: [32, 22], // Q5_0
  7: [32, 24], // Q5_1
  8: [32, 34], // Q8_0
  9: [32, 36], // Q8_1
  10: [256, 84], // Q2_K
  11: [256, 110], // Q3_K
  12: [256, 144], // Q4_K
  13: [256, 176], // Q5_K
  14: [256, 210], // Q6_K
  15: [256, 292], // Q8_K
  16: [256, 66], // IQ2_XXS
  17: [256, 74], // IQ2_XS
  18: [256, 98], // IQ3_XXS
  19: [256, 50], // IQ1_S
  20: [32, 18], // IQ4_NL
  21: [256, 110], // IQ3_S
  22: [256, 82], // IQ2_S
  23: [256, 136], // IQ4_XS
  24: [1, 1], // I8
  25: [1, 2], // I16
  26: [1, 4], // I32
  27: [1, 8], // I64
  28: [1, 8], // F64
  29: [256, 56], // IQ1_M
  30: [1, 2], // BF16
  34: [256, 54], // TQ1_0
  35: [256, 66], // TQ2_0
  39: [32, 17], // MXFP4
  40: [64, 36], // NVFP4
  41: [128, 18], // Q1_0
  42: [64, 18], // Q2_0
};
