import { type Deny, deny } from '../policies/verdict.ts';

/** Bytes at the start of a model file that say what it is: `GGUF`, then its version as a little-endian uint32. */
export const GGUF_HEADER_BYTES = 8;

const MAGIC = [0x47, 0x47, 0x55, 0x46] as const;
/** Version 1 had 32-bit lengths and is refused by the runtime too; a later one is not known yet. */
const VERSIONS: readonly number[] = [2, 3];

/**
 * Says whether `header`, the first bytes of a file, begins a GGUF file that the runtime reads: null if so, else
 * `model_not_gguf` or `model_gguf_version`. A big-endian file has its version bytes the other way round, and so is
 * one of another version.
 */
export function refuseGgufHeader(header: Uint8Array): Deny | null {
  if (header.byteLength < GGUF_HEADER_BYTES) return deny('model_not_gguf');
  if (MAGIC.some((byte, index) => header[index] !== byte)) return deny('model_not_gguf');
  const version = new DataView(header.buffer, header.byteOffset).getUint32(MAGIC.length, true);
  return VERSIONS.includes(version) ? null : deny('model_gguf_version');
}
