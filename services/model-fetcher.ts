import type { CancelSignal } from '../policies/runtime-adapter.ts';
import type { Attempt } from '../policies/verdict.ts';

/** Brings bytes from a source. What a source says of itself is judged against what was pinned before one byte is given on. */
export interface ModelFetcher {
  /**
   * Asks a source for a part of a file, and answers once the head of its last response was judged: redirects are
   * followed here, each judged anew. Never rejects. It has no deadline of its own: who waits aborts the signal, and
   * then it answers `start_superseded` and leaves no socket behind.
   */
  open(request: FetchRequest, signal: CancelSignal): Promise<Attempt<Transfer>>;
  /**
   * Asks for a whole file of which nothing is pinned yet: the source is believed about its size, which is then the
   * `endBytes` of the transfer. Otherwise as `open`.
   */
  openFirst(url: string, signal: CancelSignal): Promise<Attempt<Transfer>>;
  /** Ends every connection that is kept for later. Idempotent. */
  close(): void;
}

/** Bytes `fromBytes` (inclusive) to `endBytes` (exclusive) of a file of `sizeBytes` bytes. */
export interface FetchRequest {
  /** As the host gave it, judged again by the source rule. */
  readonly url: string;
  /** Pinned size of the whole file; a source that tells another is refused. */
  readonly sizeBytes: number;
  readonly fromBytes: number;
  /** At most `sizeBytes`. */
  readonly endBytes: number;
  /** The strong validator under which the bytes before `fromBytes` came: needed to ask for the rest. */
  readonly etag: string | null;
}

/** A body that is being received, drawn by its reader: what is not read is not received. */
export interface Transfer {
  /** Where the body begins: as asked, or 0 where the source sends the file from its start. */
  readonly fromBytes: number;
  /** Where the body ends (exclusive): as asked, or `sizeBytes` where the source sends the whole file. */
  readonly endBytes: number;
  /** The strong validator of the response; null where it has none, or a weak one. */
  readonly etag: string | null;
  /**
   * The next bytes, one or more; null once all of them came. One call at a time. Refused with `transfer_cut` where
   * the body ends early, `size_exceeded` at the first byte too many, `start_superseded` after the abort or `close`.
   */
  read(): Promise<Attempt<Uint8Array | null>>;
  /** Ends the transfer, and its connection unless the body was read to its end. Idempotent. */
  close(): void;
}
