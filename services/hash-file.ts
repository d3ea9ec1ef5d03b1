import { createHash } from 'node:crypto';
import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import type { OpenFile } from './file-system.ts';

/**
 * Reads the first `sizeBytes` bytes of an open file and gives their SHA-256, or of fewer where the file ends before.
 * It judges nothing. Never rejects: `model_file_unreadable` where a read fails, `start_superseded` once the signal is
 * aborted. The file must stay open until it answered, and nothing reads from it afterwards.
 *
 * @param onProgress Told how many bytes are hashed, never falling, and last of all the whole. What it throws is dropped.
 */
export type HashFile = (
  file: OpenFile,
  sizeBytes: number,
  signal: CancelSignal,
  onProgress?: (doneBytes: number) => void,
) => Promise<Attempt<FileDigest>>;

export interface FileDigest {
  /** 64 lower-case hex digits. */
  readonly sha256: string;
  /** How many bytes were read. */
  readonly sizeBytes: number;
}

const PIECE_BYTES = 1024 * 1024;
/** Below, the start of a thread takes longer than the hash. */
const THREAD_BYTES_MIN = 4 * 1024 * 1024;
const WORKER_URL = new URL('./hash-worker.mjs', import.meta.url);

/** Hashes in a thread of its own, but for small files and those that have no number. */
export const hashFile: HashFile = createHashFile(WORKER_URL);

/**
 * @param workerUrl Where the code of the thread lies. Where it cannot be started, as in a bundle that left it behind,
 * the file is hashed here, piece by piece: slower for who computes beside it, and just as sure.
 */
export function createHashFile(workerUrl: URL): HashFile {
  return async (file, sizeBytes, signal, onProgress) => {
    if (signal.aborted) return deny('start_superseded');
    const { fd } = file;
    const isWorthThread = fd !== undefined && sizeBytes >= THREAD_BYTES_MIN;
    const tell = createRisingReport(onProgress);
    const hashed = isWorthThread ? await hashInThread(workerUrl, fd, sizeBytes, signal, tell) : null;
    const answer = hashed ?? (await hashHere(file, sizeBytes, signal, tell));
    if (answer.ok) tell(answer.value.sizeBytes);
    return answer;
  };
}

type Told =
  | { readonly kind: 'progress'; readonly doneBytes: number }
  | ({ readonly kind: 'hashed' } & FileDigest)
  | { readonly kind: 'unreadable' };

/** Null where the thread broke before it could tell anything about the file. */
async function hashInThread(
  workerUrl: URL,
  fd: number,
  sizeBytes: number,
  signal: CancelSignal,
  tell: Tell,
): Promise<Attempt<FileDigest> | null> {
  let worker: import('node:worker_threads').Worker;
  try {
    // Loaded when it is first needed: most starts hash nothing.
    const { Worker } = await import('node:worker_threads');
    if (signal.aborted) return deny('start_superseded');
    // Neither flags nor environment of the host are the thread's: a loader in them would run there first.
    worker = new Worker(workerUrl, { workerData: { fd, sizeBytes }, execArgv: [], env: {} });
  } catch {
    return null;
  }
  const { promise, resolve } = withResolver<Attempt<FileDigest> | null>();
  const abort = (): void => resolve(deny('start_superseded'));
  signal.addEventListener('abort', abort, { once: true });
  worker.on('message', (told: Told) => {
    switch (told.kind) {
      case 'progress':
        tell(told.doneBytes);
        return;
      case 'hashed':
        resolve({ ok: true, value: { sha256: told.sha256, sizeBytes: told.sizeBytes } });
        return;
      case 'unreadable':
        resolve(deny('model_file_unreadable'));
    }
  });
  worker.once('error', () => resolve(null));
  worker.once('exit', () => resolve(null));
  try {
    return await promise;
  } finally {
    signal.removeEventListener('abort', abort);
    // Only once it is gone may the file be closed: its number could come to mean another.
    await worker.terminate();
  }
}

async function hashHere(
  file: OpenFile,
  sizeBytes: number,
  signal: CancelSignal,
  tell: Tell,
): Promise<Attempt<FileDigest>> {
  const hash = createHash('sha256');
  const buffer = new Uint8Array(Math.min(PIECE_BYTES, sizeBytes));
  let doneBytes = 0;
  while (doneBytes < sizeBytes) {
    const wantedBytes = Math.min(buffer.byteLength, sizeBytes - doneBytes);
    let readBytes: number;
    try {
      readBytes = await file.read(buffer, wantedBytes, doneBytes);
    } catch {
      return deny('model_file_unreadable');
    }
    if (signal.aborted) return deny('start_superseded');
    if (readBytes === 0) break;
    hash.update(buffer.subarray(0, readBytes));
    doneBytes += readBytes;
    tell(doneBytes);
  }
  return { ok: true, value: { sha256: hash.digest('hex'), sizeBytes: doneBytes } };
}

function withResolver<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

type Tell = (doneBytes: number) => void;

/** What begins anew here after a thread broke tells nothing until it is further than that was. */
function createRisingReport(onProgress: Tell | undefined): Tell {
  let toldBytes = 0;
  return (doneBytes) => {
    if (doneBytes <= toldBytes) return;
    toldBytes = doneBytes;
    try {
      onProgress?.(doneBytes);
    } catch {
      // A listener that throws must not decide whether a file is good.
    }
  };
}
