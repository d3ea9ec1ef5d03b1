import { GGUF_TYPE } from '../../policies/gguf-values.ts';

/** A value with the number of its type, as the file will have them: neither need be right. */
export interface PlannedValue {
  readonly type: number;
  readonly bytes: Uint8Array;
}

export interface PlannedPair {
  readonly key: string | Uint8Array;
  /** Default: the bytes of the key. */
  readonly keyLength?: bigint;
  readonly value: PlannedValue;
}

export interface PlannedTensor {
  readonly name: string;
  readonly nameLength?: bigint;
  readonly dimensionCount?: number;
  readonly dimensions: readonly (number | bigint)[];
  readonly type: number;
  readonly offset: number | bigint;
}

/** A GGUF file as its parts: everything can be said wrongly, one at a time. */
export interface GgufPlan {
  readonly magic: string;
  readonly version: number;
  /** Default: as many as there are. */
  readonly tensorCount?: number | bigint;
  readonly pairCount?: number | bigint;
  readonly pairs: readonly PlannedPair[];
  readonly tensors: readonly PlannedTensor[];
  /** Bytes behind the header, padded to this. */
  readonly alignmentBytes: number;
  readonly dataBytes: number;
}

export interface PlannedFile {
  readonly bytes: Uint8Array;
  /** Places at which a part of the header ends, in order; the last is where the data begins. */
  readonly boundaries: readonly number[];
}

/** The file of a plan, its data all zero. */
export function encodePlan(plan: GgufPlan): PlannedFile {
  const parts: Uint8Array[] = [];
  const boundaries: number[] = [];
  let size = 0;
  const add = (...added: Uint8Array[]): void => {
    for (const part of added) {
      parts.push(part);
      size += part.length;
      if (boundaries.at(-1) !== size) boundaries.push(size);
    }
  };
  add(Buffer.from(plan.magic, 'latin1'), u32(plan.version));
  add(u64(plan.tensorCount ?? plan.tensors.length), u64(plan.pairCount ?? plan.pairs.length));
  for (const { key, keyLength, value } of plan.pairs) {
    const name = typeof key === 'string' ? Buffer.from(key) : key;
    add(u64(keyLength ?? name.length), name, u32(value.type), value.bytes);
  }
  for (const { name, nameLength, dimensionCount, dimensions, type, offset } of plan.tensors) {
    add(u64(nameLength ?? Buffer.byteLength(name)), Buffer.from(name));
    add(u32(dimensionCount ?? dimensions.length), ...dimensions.map(u64), u32(type), u64(offset));
  }
  add(new Uint8Array((plan.alignmentBytes - (size % plan.alignmentBytes)) % plan.alignmentBytes));
  parts.push(new Uint8Array(plan.dataBytes));
  return { bytes: new Uint8Array(Buffer.concat(parts)), boundaries };
}

export const value = {
  u16: (number: number): PlannedValue => ({ type: GGUF_TYPE.u16, bytes: u32(number).subarray(0, 2) }),
  u32: (number: number): PlannedValue => ({ type: GGUF_TYPE.u32, bytes: u32(number) }),
  i32: (number: number): PlannedValue => ({ type: GGUF_TYPE.i32, bytes: u32(number) }),
  u64: (number: number): PlannedValue => ({ type: GGUF_TYPE.u64, bytes: u64(number) }),
  f32: (number: number): PlannedValue => ({ type: GGUF_TYPE.f32, bytes: f32(number) }),
  f64: (bits: bigint): PlannedValue => ({ type: GGUF_TYPE.f64, bytes: u64(bits) }),
  bool: (byte: number): PlannedValue => ({ type: GGUF_TYPE.bool, bytes: Uint8Array.of(byte) }),
  string: (text: string, length?: bigint): PlannedValue => ({
    type: GGUF_TYPE.string,
    bytes: lengthThen(text, length),
  }),
  strings: (texts: readonly string[]): PlannedValue => array(GGUF_TYPE.string, texts.length, strings(texts)),
  u32s: (numbers: readonly number[]): PlannedValue =>
    array(GGUF_TYPE.u32, numbers.length, many(numbers, u32)),
  i32s: (numbers: readonly number[]): PlannedValue =>
    array(GGUF_TYPE.i32, numbers.length, many(numbers, u32)),
  f32s: (numbers: readonly number[]): PlannedValue =>
    array(GGUF_TYPE.f32, numbers.length, many(numbers, f32)),
  array,
};

function array(elementType: number, length: number | bigint, elements: Uint8Array): PlannedValue {
  return { type: GGUF_TYPE.array, bytes: Buffer.concat([u32(elementType), u64(length), elements]) };
}

/** In one piece: half a million of them are a test's whole time otherwise. */
function strings(texts: readonly string[]): Uint8Array {
  const bytes = Buffer.alloc(texts.reduce((sum, text) => sum + 8 + Buffer.byteLength(text), 0));
  let at = 0;
  for (const text of texts) {
    const length = bytes.write(text, at + 8);
    bytes.writeUInt32LE(length, at);
    at += 8 + length;
  }
  return bytes;
}

function many(numbers: readonly number[], encode: (number: number) => Uint8Array): Uint8Array {
  const bytes = new Uint8Array(numbers.length * 4);
  for (const [at, number] of numbers.entries()) bytes.set(encode(number), at * 4);
  return bytes;
}

function lengthThen(text: string, length?: bigint): Uint8Array {
  const bytes = Buffer.from(text, 'utf8');
  return Buffer.concat([u64(length ?? bytes.length), bytes]);
}

function u32(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(number | 0);
  return bytes;
}

function u64(number: number | bigint): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt.asUintN(64, BigInt(number)));
  return bytes;
}

function f32(number: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeFloatLE(number);
  return bytes;
}
