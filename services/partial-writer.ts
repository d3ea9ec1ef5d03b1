import type { Deny } from '../policies/verdict.ts';
import { writeAll } from './durable-file.ts';
import type { StoreFile } from './store-file-system.ts';
import { attemptCall, refusalOfWrite } from './store-refusal.ts';

/**
 * Appends to a file in large pieces, and flushes behind itself, so that the last flush finds little to do. Calls come
 * one at a time. Once a write or flush failed, every call gives that refusal.
 */
export interface PartialWriter {
  /** Bytes of the file, those still gathered here included. */
  readonly lengthBytes: number;
  /** Whether a flush failed: what the system then still holds of the file is anybody's guess. */
  readonly isFlushFailed: boolean;
  /** Takes a copy of the bytes. */
  append(bytes: Uint8Array): Promise<Deny | null>;
  /** Hands all bytes to the system: they can be read from the file. */
  drain(): Promise<Deny | null>;
  /** Flushes all bytes, and with `isWhole` all that is known of the file. */
  flush(isWhole: boolean): Promise<Deny | null>;
  /** Waits until nothing is under way. Bytes that are still gathered here are dropped. */
  settle(): Promise<void>;
}

const PIECE_BYTES = 1024 * 1024;
/** More unflushed data than this makes the last flush long; less makes too many of them. */
const FLUSH_EVERY_BYTES = 64 * 1024 * 1024;

/** `fromBytes` are in the file and flushed. */
export function createPartialWriter(file: StoreFile, fromBytes: number): PartialWriter {
  /** One fills up while the other is written. */
  let piece = new Uint8Array(0);
  let spare = new Uint8Array(0);
  let gatheredBytes = 0;
  /** Where the gathered bytes belong. */
  let positionBytes = fromBytes;
  let flushedBytes = fromBytes;
  let refusal: Deny | null = null;
  let isFlushFailed = false;
  let writing: Promise<void> = Promise.resolve();
  let flushing: Promise<void> | null = null;

  const flushNow = async (isWhole: boolean): Promise<void> => {
    const flushed = await attemptCall(() => (isWhole ? file.sync() : file.syncData()), refusalOfWrite);
    if (flushed.ok) return;
    isFlushFailed = true;
    refusal ??= flushed;
  };

  const flushBehind = (untilBytes: number): void => {
    if (flushing !== null || untilBytes - flushedBytes < FLUSH_EVERY_BYTES) return;
    flushedBytes = untilBytes;
    flushing = flushNow(false).finally(() => {
      flushing = null;
    });
  };

  const write = async (bytes: Uint8Array, atBytes: number): Promise<void> => {
    const written = await attemptCall(() => writeAll(file, bytes, atBytes), refusalOfWrite);
    if (!written.ok) refusal ??= written;
    else flushBehind(atBytes + bytes.byteLength);
  };

  /** Begins to write what is gathered, once what was being written before is done. */
  const turnOver = async (): Promise<void> => {
    await writing;
    if (refusal !== null || gatheredBytes === 0) return;
    writing = write(piece.subarray(0, gatheredBytes), positionBytes);
    positionBytes += gatheredBytes;
    gatheredBytes = 0;
    [piece, spare] = [spare, piece];
  };

  const drain = async (): Promise<Deny | null> => {
    await turnOver();
    await writing;
    return refusal;
  };

  return {
    get lengthBytes() {
      return positionBytes + gatheredBytes;
    },
    get isFlushFailed() {
      return isFlushFailed;
    },
    append: async (bytes) => {
      let rest = bytes;
      while (rest.byteLength > 0 && refusal === null) {
        if (piece.byteLength === 0) piece = new Uint8Array(PIECE_BYTES);
        const taken = rest.subarray(0, piece.byteLength - gatheredBytes);
        piece.set(taken, gatheredBytes);
        gatheredBytes += taken.byteLength;
        rest = rest.subarray(taken.byteLength);
        if (gatheredBytes === piece.byteLength) await turnOver();
      }
      return refusal;
    },
    drain,
    flush: async (isWhole) => {
      await drain();
      await flushing;
      if (refusal === null) await flushNow(isWhole);
      return refusal;
    },
    settle: async () => {
      gatheredBytes = 0;
      await writing;
      await flushing;
    },
  };
}
