import type { Reason } from './reasons.ts';
import { type Deny, deny } from './verdict.ts';

/**
 * Largest header that is read. The largest of a published model is near 16 MiB (262 thousand tokens, 515 thousand
 * merges); four times that leaves room for vocabularies to come, and keeps what a hostile file can cost small.
 */
export const GGUF_HEADER_BYTES_MAX = 64 * 1024 * 1024;

/** Why reading stopped: more of the file is needed, up to this byte, or the file is refused. */
export type GgufStop = { readonly needBytes: number } | Deny;

/**
 * Reads little-endian fields from the first bytes of a file, forward only and never past what is there.
 *
 * The first read that fails stops the cursor for good: from then on every read gives 0 and moves nothing, so that a
 * reader may read on and look at `stop` where it suits. A loop over a count of the file must look at each turn.
 */
export class GgufCursor {
  readonly #view: DataView;
  readonly #fileBytes: number;
  #position = 0;
  #stop: GgufStop | null = null;

  /** `prefix`: the file from its first byte on, no longer than `fileBytes`. */
  constructor(prefix: Uint8Array, fileBytes: number) {
    this.#view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
    this.#fileBytes = fileBytes;
  }

  /** Bytes read so far. */
  get position(): number {
    return this.#position;
  }

  get stop(): GgufStop | null {
    return this.#stop;
  }

  /** Stops the cursor, unless it has stopped already. */
  refuse(reason: Reason): void {
    this.#stop ??= deny(reason);
  }

  /**
   * Whether the next `bytes` bytes are there. Where the file is too short for them, or the header would become too
   * large, it is refused now: nobody is asked to read towards an end that cannot come.
   */
  has(bytes: number): boolean {
    if (this.#stop !== null) return false;
    const end = this.#position + bytes;
    if (end <= this.#view.byteLength) return true;
    if (end > this.#fileBytes) this.refuse('gguf_truncated');
    else if (end > GGUF_HEADER_BYTES_MAX) this.refuse('gguf_header_exceeded');
    else this.#stop = { needBytes: end };
    return false;
  }

  skip(bytes: number): void {
    if (this.has(bytes)) this.#position += bytes;
  }

  u8(): number {
    return this.has(1) ? this.#view.getUint8(this.#step(1)) : 0;
  }

  u16(): number {
    return this.has(2) ? this.#view.getUint16(this.#step(2), true) : 0;
  }

  u32(): number {
    return this.has(4) ? this.#view.getUint32(this.#step(4), true) : 0;
  }

  /** Exact below 2^53; above, the nearest double, which is above every limit that a count is held against. */
  u64(): number {
    if (!this.has(8)) return 0;
    const at = this.#step(8);
    return this.#view.getUint32(at + 4, true) * 2 ** 32 + this.#view.getUint32(at, true);
  }

  /** A name: printable ASCII without a space, 1 to `bytesMax` bytes; null for any other, which stops nothing. */
  name(lengthBytes: number, bytesMax: number): string | null {
    if (lengthBytes < 1 || lengthBytes > bytesMax || !this.has(lengthBytes)) return null;
    return readName(this.#view, this.#step(lengthBytes), lengthBytes);
  }

  #step(bytes: number): number {
    const at = this.#position;
    this.#position += bytes;
    return at;
  }
}

function readName(view: DataView, from: number, lengthBytes: number): string | null {
  let name = '';
  for (let at = from; at < from + lengthBytes; at += 1) {
    const byte = view.getUint8(at);
    if (byte < 0x21 || byte > 0x7e) return null;
    name += String.fromCharCode(byte);
  }
  return name;
}
