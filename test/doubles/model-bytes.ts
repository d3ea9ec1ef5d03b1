import { createCipheriv, createHash } from 'node:crypto';
import type { IntegritySpec } from '../../policies/runtime-adapter.ts';
import { createModelFile } from '../../testing/model-file.ts';

/**
 * A GGUF file with a sound header whose one tensor is noise that is the same at each run: a file to verify, not one
 * to load. Cut off where `sizeBytes` is too small for the header, near 500 bytes.
 */
export function createModelBytes(sizeBytes: number, version = 3): Uint8Array {
  const key = Buffer.alloc(16);
  const noise = createCipheriv('aes-128-ctr', key, key).update(new Uint8Array(sizeBytes));
  return createModelFile(sizeBytes, { version, fill: noise });
}

/** The spec that these bytes, and no others, fulfil. */
export function specOf(bytes: Uint8Array): IntegritySpec {
  return { sha256: createHash('sha256').update(bytes).digest('hex'), sizeBytes: bytes.byteLength };
}
