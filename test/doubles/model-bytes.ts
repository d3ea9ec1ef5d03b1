import { createCipheriv, createHash } from 'node:crypto';
import type { IntegritySpec } from '../../policies/runtime-adapter.ts';

/**
 * Bytes that begin as a GGUF file does and go on with noise that is the same at each run: a file to verify, not one
 * to load.
 */
export function createModelBytes(sizeBytes: number, version = 3): Uint8Array {
  const key = Buffer.alloc(16);
  const bytes = new Uint8Array(createCipheriv('aes-128-ctr', key, key).update(new Uint8Array(sizeBytes)));
  const header = Buffer.alloc(8);
  header.write('GGUF', 'latin1');
  header.writeUInt32LE(version, 4);
  bytes.set(header.subarray(0, sizeBytes));
  return bytes;
}

/** The spec that these bytes, and no others, fulfil. */
export function specOf(bytes: Uint8Array): IntegritySpec {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.byteLength };
}
