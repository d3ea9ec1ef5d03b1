/**
 * Looks at a `Uint8Array` through the engine's own getters: a field that a caller laid over `byteLength` or
 * `buffer` is not asked, and neither is a proxy. Works across realms, where `instanceof` does not.
 */
export interface ByteView {
  readonly bytes: Uint8Array;
  readonly byteLength: number;
}

const TYPED_ARRAY = Object.getPrototypeOf(Uint8Array.prototype) as object;
const readName = getterOf(TYPED_ARRAY, Symbol.toStringTag);
const readByteLength = getterOf(TYPED_ARRAY, 'byteLength');
const readByteOffset = getterOf(TYPED_ARRAY, 'byteOffset');
const readBuffer = getterOf(TYPED_ARRAY, 'buffer');
const readSharedByteLength = getterOf(SharedArrayBuffer.prototype, 'byteLength');

/** The view, or null for anything else: also for memory shared with another thread, which can change once judged. */
export function viewBytes(value: unknown): ByteView | null {
  if (ask(readName, value) !== 'Uint8Array') return null;
  if (isShared(ask(readBuffer, value))) return null;
  return { bytes: value as Uint8Array, byteLength: ask(readByteLength, value) as number };
}

/** A part of a view, without a copy. */
export function partOf(view: ByteView, startBytes: number, endBytes: number): Uint8Array {
  const buffer = ask(readBuffer, view.bytes) as ArrayBuffer;
  const offsetBytes = ask(readByteOffset, view.bytes) as number;
  return new Uint8Array(buffer, offsetBytes + startBytes, endBytes - startBytes);
}

function isShared(buffer: unknown): boolean {
  try {
    ask(readSharedByteLength, buffer);
    return true;
  } catch {
    return false;
  }
}

function ask(getter: () => unknown, of: unknown): unknown {
  return Reflect.apply(getter, of, []);
}

function getterOf(prototype: object, key: PropertyKey): () => unknown {
  return Object.getOwnPropertyDescriptor(prototype, key)!.get!;
}
