import { evaluateWholeModel } from '../policies/gguf-header.ts';
import {
  createIntegrityAccumulator,
  validateIntegritySpec,
  verifyModelDigest,
} from '../policies/integrity.ts';
import type {
  CancelSignal,
  DownloadRequest,
  IntegritySpec,
  ModelFile,
  RuntimeAdapterFns,
} from '../policies/runtime-adapter.ts';
import { type Attempt, type Deny, deny } from '../policies/verdict.ts';
import { type FileStat, type FileSystem, isSameStat, nodeFileSystem, type OpenFile } from './file-system.ts';
import { readGgufHeader } from './gguf-header.ts';
import { hashFile } from './hash-file.ts';

/** Large enough that the calls cost nothing, small enough that hashing one holds the event loop for a millisecond. */
const PIECE_BYTES = 1024 * 1024;
/** From here on a thread of its own is worth its start, near 30 ms: a larger file would slow down who else computes. */
const THREAD_BYTES_MIN = 16 * 1024 * 1024;

/**
 * The `download` port for a file that is on this machine already: nothing is fetched, its bytes are proved.
 *
 * Judged cheapest first: the spec, what the path names, the size; then every byte, through one handle, against the
 * digest; then the GGUF header; and last that the path still names what was read. What replaces the file between
 * the answer and the load is out of reach here: keep models in a directory that the host alone can write to.
 *
 * The returned function never rejects, and closes the file whatever happens. Once the signal is aborted it answers
 * `start_superseded`, at the latest after one piece of 1 MiB.
 */
export function createLocalModelSource(
  fileSystem: FileSystem = nodeFileSystem,
): RuntimeAdapterFns['download'] {
  return async (request) => {
    try {
      return await prove(fileSystem, request);
    } catch {
      return deny('internal_error');
    }
  };
}

async function prove(fileSystem: FileSystem, request: DownloadRequest): Promise<Attempt<ModelFile>> {
  const { path, signal, onProgress, ...spec } = request;
  const validSpec = validateIntegritySpec(spec);
  if (!validSpec.ok) return validSpec;
  if (typeof path !== 'string' || path.includes('\0')) return deny('model_file_missing');
  if (signal.aborted) return deny('start_superseded');

  const opened = await attempt(fileSystem.open(path), refusalOfOpen);
  if (!opened.ok) return opened;
  const file = opened.value;
  try {
    const found = await attempt(file.stat(), unreadable);
    if (!found.ok) return found;
    const refusal =
      refuseShape(found.value, spec.sizeBytes) ??
      (await refuseBytes(file, spec, signal, onProgress)) ??
      (await refuseHeader(file, spec.sizeBytes, signal)) ??
      (await refuseChange(found.value, file, () => fileSystem.stat(path)));
    if (refusal !== null) return refusal;
    return signal.aborted
      ? deny('start_superseded')
      : { ok: true, value: { path, sizeBytes: spec.sizeBytes } };
  } finally {
    await file.close().catch(() => undefined);
  }
}

function refuseShape(found: FileStat, sizeBytes: number): Deny | null {
  if (!found.isFile()) return deny('model_file_not_regular');
  if (found.size === 0n) return deny('model_file_empty');
  if (found.size < BigInt(sizeBytes)) return deny('size_short');
  if (found.size > BigInt(sizeBytes)) return deny('size_exceeded');
  return null;
}

/** Reads exactly the bytes of the spec: what a file grew by meanwhile shows in its size afterwards. */
async function refuseBytes(
  file: OpenFile,
  spec: IntegritySpec,
  signal: CancelSignal,
  onProgress: DownloadRequest['onProgress'],
): Promise<Deny | null> {
  const { sizeBytes } = spec;
  if (file.fd !== undefined && sizeBytes >= THREAD_BYTES_MIN) {
    const hashed = await hashFile(file, sizeBytes, signal, (doneBytes) =>
      report(onProgress, doneBytes / sizeBytes),
    );
    if (!hashed.ok) return hashed;
    const judged = verifyModelDigest(spec, hashed.value.sha256, hashed.value.sizeBytes);
    return judged.ok ? null : judged;
  }
  const accumulator = createIntegrityAccumulator(spec);
  const buffer = new Uint8Array(Math.min(PIECE_BYTES, sizeBytes));

  let positionBytes = 0;
  while (positionBytes < sizeBytes) {
    const wantedBytes = Math.min(buffer.byteLength, sizeBytes - positionBytes);
    const read = await attempt(file.read(buffer, wantedBytes, positionBytes), unreadable);
    if (signal.aborted) return deny('start_superseded');
    if (!read.ok) return read;
    if (read.value === 0) break;

    const piece = buffer.subarray(0, read.value);
    const taken = accumulator.update(piece);
    if (!taken.ok) return taken;
    positionBytes += read.value;
    report(onProgress, positionBytes / sizeBytes);
  }

  const proof = accumulator.finalize();
  return proof.ok ? null : proof;
}

/** Its bytes are read a second time: what is written between shows in the last look at the file. */
async function refuseHeader(file: OpenFile, sizeBytes: number, signal: CancelSignal): Promise<Deny | null> {
  const header = await readGgufHeader(file, sizeBytes, signal);
  if (!header.ok) return header;
  const whole = evaluateWholeModel(header.value);
  return whole.ok ? null : whole;
}

/** A digest of bytes that were read while somebody wrote is of no file that ever was. */
async function refuseChange(
  found: FileStat,
  file: OpenFile,
  statPath: () => Promise<FileStat>,
): Promise<Deny | null> {
  const changed = (): Deny => deny('model_file_changed');
  const read = await attempt(file.stat(), changed);
  if (!read.ok) return read;
  const named = await attempt(statPath(), changed);
  if (!named.ok) return named;
  return isSameStat(found, read.value) && isSameStat(found, named.value) ? null : changed();
}

async function attempt<T>(call: Promise<T>, refusal: (error: unknown) => Deny): Promise<Attempt<T>> {
  try {
    return { ok: true, value: await call };
  } catch (error) {
    return refusal(error);
  }
}

function unreadable(): Deny {
  return deny('model_file_unreadable');
}

/** Every code that is not named here is a file that is there and cannot be read: EACCES, EPERM, ELOOP, EMFILE. */
function refusalOfOpen(error: unknown): Deny {
  switch ((error as NodeJS.ErrnoException | null)?.code) {
    case 'ENOENT':
    // A file stands where the path has a directory.
    case 'ENOTDIR':
      return deny('model_file_missing');
    // A socket; a directory, where those cannot be opened.
    case 'ENXIO':
    case 'EISDIR':
      return deny('model_file_not_regular');
    default:
      return unreadable();
  }
}

/** A listener that throws must not decide whether a file is good. */
function report(onProgress: DownloadRequest['onProgress'], ratio: number): void {
  try {
    onProgress?.(ratio);
  } catch {
    // Its own affair.
  }
}
