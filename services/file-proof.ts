import { evaluateWholeModel } from '../policies/gguf-header.ts';
import { verifyModelDigest } from '../policies/integrity.ts';
import type { CancelSignal, IntegritySpec } from '../policies/runtime-adapter.ts';
import { type Attempt, type Deny, deny } from '../policies/verdict.ts';
import { type FileStat, isSameStat, type OpenFile } from './file-system.ts';
import { readGgufHeader } from './gguf-header.ts';
import type { HashFile } from './hash-file.ts';
import { attemptCall } from './store-refusal.ts';

/** What reading a whole file showed. */
export interface FileProof {
  /** Null where the file is what its spec says, and may be loaded. */
  readonly refusal: Deny | null;
  /** What was found, as far as it was looked at. */
  readonly sha256: string | null;
  readonly sizeBytes: number | null;
  readonly stat: FileStat | null;
}

/**
 * Reads a file of the store: its size, every byte for its digest, its header, and once more what the system tells of
 * it, since a digest of bytes that were read while somebody wrote is of no file that ever was. Never rejects.
 */
export async function proveFile(
  file: OpenFile,
  spec: IntegritySpec,
  hashFile: HashFile,
  signal: CancelSignal,
  onProgress?: (doneBytes: number) => void,
): Promise<FileProof> {
  const found = await attemptCall(() => file.stat(), unreadable);
  if (!found.ok) return { refusal: found, sha256: null, sizeBytes: null, stat: null };
  const stat = found.value;
  const proof = { sha256: null, sizeBytes: Number(stat.size), stat };
  if (!stat.isFile()) return { ...proof, refusal: deny('model_file_not_regular') };
  const sizeRefusal = refuseSize(Number(stat.size), spec.sizeBytes);
  if (sizeRefusal !== null) return { ...proof, refusal: sizeRefusal };

  const hashed = await hashFile(file, spec.sizeBytes, signal, onProgress);
  if (!hashed.ok) return { ...proof, refusal: hashed };
  const { sha256, sizeBytes } = hashed.value;
  const digest = verifyModelDigest(spec, sha256, sizeBytes);
  const refusal = digest.ok ? await refuseContent(file, spec.sizeBytes, stat, signal) : digest;
  return { ...proof, sha256, refusal };
}

/** Null where a file has the size that it is to have. */
export function refuseSize(foundBytes: number, sizeBytes: number): Deny | null {
  if (foundBytes < sizeBytes) return deny('size_short');
  return foundBytes > sizeBytes ? deny('size_exceeded') : null;
}

async function refuseContent(
  file: OpenFile,
  sizeBytes: number,
  before: FileStat,
  signal: CancelSignal,
): Promise<Deny | null> {
  const header = await readGgufHeader(file, sizeBytes, signal);
  if (!header.ok) return header;
  const whole = evaluateWholeModel(header.value);
  if (!whole.ok) return whole;
  const after: Attempt<FileStat> = await attemptCall(() => file.stat(), unreadable);
  if (!after.ok) return after;
  return isSameStat(before, after.value) ? null : deny('model_file_changed');
}

function unreadable(): Deny {
  return deny('model_file_unreadable');
}
