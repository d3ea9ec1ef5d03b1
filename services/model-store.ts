import type { GgufFacts } from '../policies/gguf-header.ts';
import type { Reason } from '../policies/reasons.ts';
import type { CancelSignal, IntegritySpec, ModelFile } from '../policies/runtime-adapter.ts';
import type { Attempt, Verdict } from '../policies/verdict.ts';

/**
 * A content-addressed store of verified models. A file has its final name only after its bytes were read back and
 * hashed. No function rejects.
 */
export interface ModelStore {
  /** Where a verified model of this digest lies: `<dir>/sha256/<hex>`. */
  pathOf(sha256: string): string;
  /**
   * Whether the model is here, told from its record without reading its bytes. `size_short` and `size_exceeded` where
   * a file of this digest is here and proved, and has another size than the pin says.
   */
  inspect(spec: IntegritySpec): Promise<Attempt<StoredState>>;
  /**
   * Reads every byte of a stored model and its header, and writes its record anew. A file that is not what its name
   * says is taken out, its evidence kept; one that is, and has another size than the pin says, stays. `model_not_stored`, `digest_mismatch`, `size_short`, `size_exceeded`,
   * `gguf_…`, `model_file_unreadable`, `start_superseded`.
   */
  verify(
    spec: IntegritySpec,
    signal: CancelSignal,
    onProgress?: (doneBytes: number) => void,
  ): Promise<Attempt<ModelFile>>;
  /**
   * Takes the lock of a model, waiting while another process holds it and shows life. It spares bandwidth and no
   * more: nothing here depends on it. `start_superseded` on abort.
   *
   * @param onWaiting Told now and then while another holds it, with how many bytes lie in its partial file.
   */
  lock(
    spec: IntegritySpec,
    signal: CancelSignal,
    onWaiting?: (otherBytes: number) => void,
  ): Promise<Attempt<StoreLock>>;
  /**
   * Opens a partial file of this model for writing: what an ended process left behind is taken over where its state
   * is whole, else a new one is begun. `store_full` where the rest of the model and the reserve do not fit.
   */
  openPartial(spec: IntegritySpec): Promise<Attempt<PartialFile>>;
  /** Every model here, in the order of their digests. */
  list(): Promise<Attempt<readonly StoredModel[]>>;
  /** Deletes one model and its record. `model_not_stored` where there is none. */
  remove(sha256: string): Promise<Attempt<ModelFile>>;
  /** Deletes partial files, locks and evidence that nobody uses, and every model whose digest is not in `keep`. */
  prune(options?: PruneOptions): Promise<Attempt<PruneReport>>;
}

/** `unproved`: a file has the name and size, but its record is missing or does not fit: verify it. */
export type StoredState = { readonly kind: 'verified' | 'unproved' | 'absent' };

export interface StoredModel {
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly path: string;
  /** Whether its record fits the file as it lies there now. */
  readonly isVerified: boolean;
  /** When it was last verified in full, in ms since 1970; null without a record. */
  readonly verifiedAtMs: number | null;
}

export interface PruneOptions {
  /** Digests to keep; without it no model is deleted. */
  readonly keep?: readonly string[];
  /** Age from which partial files and evidence count as left behind. Default 7 days. */
  readonly olderThanMs?: number;
}

export interface PruneReport {
  readonly models: number;
  readonly partials: number;
  readonly evidence: number;
  readonly freedBytes: number;
}

export interface StoreLock {
  /** Idempotent. */
  release(): Promise<void>;
}

/**
 * One download on its way into the store, alone in its file. After a refusal of the disk nothing but `close` is of
 * use; after one of the bytes it can be restarted or put into quarantine.
 */
export interface PartialFile {
  /** Bytes that are in the file, came under `etag`, and survive a power cut. */
  readonly resumeBytes: number;
  /** The strong validator they came under; null where they cannot be gone on with. */
  readonly etag: string | null;
  /** Drops what is there and begins at byte 0, under this validator. */
  restart(etag: string | null): Promise<Verdict>;
  /** Appends. `store_full`, `store_write_failed`, `size_exceeded`. The bytes are the file's until it answered. */
  append(bytes: Uint8Array): Promise<Verdict>;
  /** The header of the file, as far as it was written; null where more of it is needed: then `needBytes` tells how much. */
  header(signal: CancelSignal): Promise<Attempt<PartialHeader>>;
  /** Flushes the data, then the state that says how far it reaches: from there a later process can go on. */
  sync(): Promise<Verdict>;
  /** Flushes the file, reads it back from the disk's side and judges size, digest and header. Publishes nothing. */
  verify(signal: CancelSignal, onProgress?: (doneBytes: number) => void): Promise<Verdict>;
  /** Gives the verified file its final name, flushes the directory, writes the record. Refused before `verify` allowed. */
  publish(): Promise<Attempt<ModelFile>>;
  /** Keeps what tells why the file was refused (reason, size, digest, first bytes), and deletes the file. */
  quarantine(reason: Reason): Promise<void>;
  /** Lets go of the file; what was synced stays for a later process. Idempotent. */
  close(): Promise<void>;
}

export type PartialHeader =
  | { readonly kind: 'whole'; readonly facts: GgufFacts }
  | { readonly kind: 'more'; readonly needBytes: number };
