import { type TensorHead, type TensorType, tensorBytes } from './gguf-tensor.ts';

/** Everything in the file begins at a multiple of this many bytes after the header. */
export const GGUF_ALIGNMENT_BYTES = 32;

type GgufValue =
  | { readonly type: 'u32' | 'i32' | 'f32'; readonly value: number }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'string'; readonly value: string }
  | { readonly type: 'strings'; readonly value: readonly string[] }
  | { readonly type: 'i32s'; readonly value: readonly number[] };

export type GgufMetadata = readonly (readonly [key: string, value: GgufValue])[];

const MAGIC = 'GGUF';
const VERSION = 3;
const VALUE_TYPES = { u32: 4, i32: 5, f32: 6, bool: 7, string: 8, array: 9 } as const;
const TENSOR_TYPES: Record<TensorType, number> = { f32: 0, q8_0: 8 };

/**
 * The header of a GGUF version 3 file, padded up to where the first tensor begins. The tensors follow in the
 * order of `tensors`, each padded by `paddingBytes`.
 */
export function encodeGgufHeader(metadata: GgufMetadata, tensors: readonly TensorHead[]): Uint8Array {
  const out = new ByteWriter();
  out.raw(MAGIC);
  out.u32(VERSION);
  out.u64(tensors.length);
  out.u64(metadata.length);
  for (const [key, value] of metadata) {
    out.string(key);
    writeValue(out, value);
  }
  let offsetBytes = 0;
  for (const tensor of tensors) {
    out.string(tensor.name);
    out.u32(tensor.shape.length);
    for (const length of tensor.shape) out.u64(length);
    out.u32(TENSOR_TYPES[tensor.type]);
    out.u64(offsetBytes);
    const size = tensorBytes(tensor);
    offsetBytes += size + paddingBytes(size);
  }
  out.pad();
  return out.bytes();
}

/** Zero bytes that follow a part of this size. */
export function paddingBytes(sizeBytes: number): number {
  return (GGUF_ALIGNMENT_BYTES - (sizeBytes % GGUF_ALIGNMENT_BYTES)) % GGUF_ALIGNMENT_BYTES;
}

function writeValue(out: ByteWriter, entry: GgufValue): void {
  switch (entry.type) {
    case 'u32':
      out.u32(VALUE_TYPES.u32);
      out.u32(entry.value);
      break;
    case 'i32':
      out.u32(VALUE_TYPES.i32);
      out.i32(entry.value);
      break;
    case 'f32':
      out.u32(VALUE_TYPES.f32);
      out.f32(entry.value);
      break;
    case 'bool':
      out.u32(VALUE_TYPES.bool);
      out.u8(entry.value ? 1 : 0);
      break;
    case 'string':
      out.u32(VALUE_TYPES.string);
      out.string(entry.value);
      break;
    case 'strings':
      out.arrayHead(VALUE_TYPES.string, entry.value.length);
      for (const text of entry.value) out.string(text);
      break;
    case 'i32s':
      out.arrayHead(VALUE_TYPES.i32, entry.value.length);
      for (const number of entry.value) out.i32(number);
      break;
  }
}

/** Little-endian bytes, appended. */
class ByteWriter {
  readonly #parts: Buffer[] = [];
  #size = 0;

  raw(text: string): void {
    this.#append(Buffer.from(text, 'utf8'));
  }

  string(text: string): void {
    this.u64(Buffer.byteLength(text, 'utf8'));
    this.raw(text);
  }

  arrayHead(valueType: number, length: number): void {
    this.u32(VALUE_TYPES.array);
    this.u32(valueType);
    this.u64(length);
  }

  u8(value: number): void {
    this.#append(Buffer.of(value));
  }

  u32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeUInt32LE(value);
    this.#append(part);
  }

  i32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeInt32LE(value);
    this.#append(part);
  }

  f32(value: number): void {
    const part = Buffer.alloc(4);
    part.writeFloatLE(value);
    this.#append(part);
  }

  u64(value: number): void {
    const part = Buffer.alloc(8);
    part.writeBigUInt64LE(BigInt(value));
    this.#append(part);
  }

  pad(): void {
    this.#append(Buffer.alloc(paddingBytes(this.#size)));
  }

  bytes(): Uint8Array {
    return new Uint8Array(Buffer.concat(this.#parts));
  }

  #append(part: Buffer): void {
    this.#parts.push(part);
    this.#size += part.length;
  }
}
