import type { GgufCursor } from './gguf-cursor.ts';
import { TURN_ENTRIES, type Turns } from './gguf-turns.ts';

/** Value types of the format, by their number in the file. */
export const GGUF_TYPE = {
  u8: 0,
  i8: 1,
  u16: 2,
  i16: 3,
  u32: 4,
  i32: 5,
  f32: 6,
  bool: 7,
  string: 8,
  array: 9,
  u64: 10,
  i64: 11,
  f64: 12,
} as const;

/** One value of the metadata. What is long stays in the file's bytes and is told by its place. */
export type GgufValue =
  /** A number or a boolean. `value` is its bits as an unsigned number: the value itself for u8, u16, u32 and u64. */
  | { readonly kind: 'scalar'; readonly type: number; readonly value: number }
  /** `text` is null for a string that is no name: see {@link GgufCursor.name}. */
  | { readonly kind: 'string'; readonly text: string | null }
  | {
      readonly kind: 'array';
      readonly elementType: number;
      readonly length: number;
      /** Where its first element begins. */
      readonly startBytes: number;
    };

/** The pairs of a header, by their keys. */
export type GgufMetadata = ReadonlyMap<string, GgufValue>;

/** Real files have 20 to 60 keys. */
const KEYS_MAX = 4_096;
const KEY_BYTES_MAX = 256;
const KEY = /^[A-Za-z0-9_.-]+$/;
const STRING_BYTES_MAX = 1024 * 1024;
/** Templates of real models are 1 to 30 KiB; they are programs, and the engine that runs them is no match for a large one. */
const TEMPLATE_BYTES_MAX = 256 * 1024;
const TEMPLATE_KEY = 'tokenizer.chat_template';
/** Four times the merges of the largest vocabularies. */
const ARRAY_ENTRIES_MAX = 2 * 1024 * 1024;
/** A text of this length at most is kept: names of architectures, tokenizers and the like are far shorter. */
const NAME_BYTES_MAX = 64;

const LENGTH_BYTES = 8;
const TYPE_BYTES = 4;
/** A key of one byte and a value of one byte. */
const PAIR_BYTES_MIN = LENGTH_BYTES + 1 + TYPE_BYTES + 1;

/** Reads all pairs of key and value, or those before the one at which the cursor stopped. */
export function* readGgufMetadata(cursor: GgufCursor, count: number): Turns<GgufMetadata> {
  if (count > KEYS_MAX) cursor.refuse('gguf_counts_exceeded');
  cursor.has(count * PAIR_BYTES_MIN);
  const metadata = new Map<string, GgufValue>();
  for (let read = 0; read < count && cursor.stop === null; read += 1) {
    const key = readKey(cursor);
    if (key === null) break;
    if (metadata.has(key)) cursor.refuse('gguf_key_duplicate');
    const value = yield* readValue(cursor, key, cursor.u32());
    if (value !== null) metadata.set(key, value);
  }
  return metadata;
}

function readKey(cursor: GgufCursor): string | null {
  const key = cursor.name(cursor.u64(), KEY_BYTES_MAX);
  if (key !== null && KEY.test(key)) return key;
  cursor.refuse('gguf_key_malformed');
  return null;
}

function* readValue(cursor: GgufCursor, key: string, type: number): Turns<GgufValue | null> {
  if (cursor.stop !== null) return null;
  if (type === GGUF_TYPE.string) return readString(cursor, key);
  if (type === GGUF_TYPE.array) return yield* readArray(cursor);
  return readScalar(cursor, type);
}

function readScalar(cursor: GgufCursor, type: number): GgufValue | null {
  const value = readBits(cursor, type);
  if (value === null) return null;
  if (type === GGUF_TYPE.bool && value > 1) cursor.refuse('gguf_metadata_malformed');
  return { kind: 'scalar', type, value };
}

function readBits(cursor: GgufCursor, type: number): number | null {
  switch (elementBytes(type)) {
    case 1:
      return cursor.u8();
    case 2:
      return cursor.u16();
    case 4:
      return cursor.u32();
    case 8:
      return cursor.u64();
    case null:
      cursor.refuse('gguf_type_unknown');
      return null;
  }
}

function readString(cursor: GgufCursor, key: string): GgufValue {
  const lengthBytes = cursor.u64();
  const bytesMax = key.startsWith(TEMPLATE_KEY) ? TEMPLATE_BYTES_MAX : STRING_BYTES_MAX;
  if (lengthBytes > bytesMax) cursor.refuse('gguf_string_exceeded');
  if (lengthBytes > NAME_BYTES_MAX) {
    cursor.skip(lengthBytes);
    return { kind: 'string', text: null };
  }
  return { kind: 'string', text: cursor.name(lengthBytes, NAME_BYTES_MAX) };
}

function* readArray(cursor: GgufCursor): Turns<GgufValue | null> {
  const elementType = cursor.u32();
  const length = cursor.u64();
  if (cursor.stop !== null) return null;
  const startBytes = cursor.position;
  if (elementType === GGUF_TYPE.array) cursor.refuse('gguf_array_malformed');
  if (length > ARRAY_ENTRIES_MAX) cursor.refuse('gguf_counts_exceeded');
  if (elementType === GGUF_TYPE.string) {
    yield* skipStrings(cursor, length);
  } else {
    const bytes = elementBytes(elementType);
    if (bytes === null) cursor.refuse('gguf_type_unknown');
    else cursor.skip(length * bytes);
  }
  return { kind: 'array', elementType, length, startBytes };
}

function* skipStrings(cursor: GgufCursor, count: number): Turns<void> {
  cursor.has(count * LENGTH_BYTES);
  for (let read = 0; read < count && cursor.stop === null; read += 1) {
    if (read % TURN_ENTRIES === TURN_ENTRIES - 1) yield;
    const lengthBytes = cursor.u64();
    if (lengthBytes > STRING_BYTES_MAX) cursor.refuse('gguf_string_exceeded');
    // The lengths of those that follow are needed too: one request for more then reaches further.
    else if (cursor.has(lengthBytes + (count - read - 1) * LENGTH_BYTES)) cursor.skip(lengthBytes);
  }
}

/** Bytes of a type of fixed size; null for any other. */
function elementBytes(type: number): 1 | 2 | 4 | 8 | null {
  switch (type) {
    case GGUF_TYPE.u8:
    case GGUF_TYPE.i8:
    case GGUF_TYPE.bool:
      return 1;
    case GGUF_TYPE.u16:
    case GGUF_TYPE.i16:
      return 2;
    case GGUF_TYPE.u32:
    case GGUF_TYPE.i32:
    case GGUF_TYPE.f32:
      return 4;
    case GGUF_TYPE.u64:
    case GGUF_TYPE.i64:
    case GGUF_TYPE.f64:
      return 8;
    default:
      return null;
  }
}
