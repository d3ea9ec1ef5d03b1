import { createHash, timingSafeEqual } from 'node:crypto';
import { type ByteView, partOf, viewBytes } from './byte-view.ts';
import { isIntegerFrom } from './foreign.ts';
import { readIntegritySpec } from './integrity-spec.ts';
import { allow, type Deny, deny, failClosed, type Verdict } from './verdict.ts';

export { validateIntegritySpec } from './integrity-spec.ts';

/** Judges a stream of bytes as it passes, holding none of it. Every method is total. */
export interface IntegrityAccumulator {
  /**
   * Takes the next `Uint8Array`. `within_limits`, or `chunk_malformed` or `size_exceeded`: a refusal is final, and
   * the chunk that earned it is not counted.
   */
  readonly update: (chunk: unknown) => Verdict;
  /** Ends the stream: `integrity_verified`, `size_short` or `digest_mismatch`, or the refusal met before. */
  readonly finalize: () => Verdict;
  /** Gives the stream up. Always `integrity_closed`, as is every call after it or after `finalize`. */
  readonly abort: () => Verdict;
  /** Bytes taken so far; never above the size of the spec. */
  readonly getReceivedBytes: () => number;
}

const WITHIN = Object.freeze(allow('within_limits'));
const VERIFIED = Object.freeze(allow('integrity_verified'));
const CLOSED = Object.freeze(deny('integrity_closed'));
const CHUNK_MALFORMED = Object.freeze(deny('chunk_malformed'));
const SIZE_EXCEEDED = Object.freeze(deny('size_exceeded'));
const SIZE_SHORT = Object.freeze(deny('size_short'));
const MISMATCH = Object.freeze(deny('digest_mismatch'));
const INTERNAL = Object.freeze(deny('internal_error'));

/** The hash takes at most 2 GiB at a time; larger views go in by pieces. */
const PIECE_BYTES = 16 * 1024 * 1024;

/**
 * Starts a streaming check against `spec`. With a spec that is refused, every call of the accumulator gives that
 * refusal.
 */
export function createIntegrityAccumulator(spec: unknown): IntegrityAccumulator {
  const read = readIntegritySpec(spec);
  if (!read.ok) return refusingAccumulator(read);
  return failClosed(() => openAccumulator(read.sha256, read.sizeBytes), refusingAccumulator(INTERNAL));
}

/** Judges bytes that are already in memory. `integrity_verified`, or the first refusal met. */
export function verifyModelBytes(spec: unknown, bytes: unknown): Verdict {
  const accumulator = createIntegrityAccumulator(spec);
  const taken = accumulator.update(bytes);
  return taken.ok ? accumulator.finalize() : taken;
}

/**
 * Judges bytes that were hashed elsewhere, off this thread: their SHA-256 as 64 lower-case hex digits, and how many
 * they were. `integrity_verified`, `size_short`, `size_exceeded` or `digest_mismatch`, or the refusal of the spec.
 */
export function verifyModelDigest(spec: unknown, sha256: unknown, receivedBytes: unknown): Verdict {
  return failClosed(() => {
    const expected = readIntegritySpec(spec);
    if (!expected.ok) return expected;
    if (!isIntegerFrom(receivedBytes, 0)) return SIZE_SHORT;
    if (receivedBytes < expected.sizeBytes) return SIZE_SHORT;
    if (receivedBytes > expected.sizeBytes) return SIZE_EXCEEDED;
    const actual = readIntegritySpec({ sha256, sizeBytes: 1 });
    if (!actual.ok) return MISMATCH;
    return equalDigests(digestFromHex(actual.sha256), digestFromHex(expected.sha256)) ? VERIFIED : MISMATCH;
  }, MISMATCH);
}

function openAccumulator(sha256: string, sizeBytes: number): IntegrityAccumulator {
  const hash = createHash('sha256');
  let receivedBytes = 0;
  let refusal: Deny | null = null;
  let closed = false;

  const take = (chunk: unknown): Verdict => {
    const view = viewBytes(chunk);
    if (view === null) return CHUNK_MALFORMED;
    if (view.byteLength > sizeBytes - receivedBytes) return SIZE_EXCEEDED;
    feed(hash, view);
    receivedBytes += view.byteLength;
    return WITHIN;
  };

  const judgeEnd = (): Verdict => {
    if (receivedBytes < sizeBytes) return SIZE_SHORT;
    return equalDigests(hash.digest(), digestFromHex(sha256)) ? VERIFIED : MISMATCH;
  };

  return Object.freeze({
    update: (chunk: unknown): Verdict => {
      if (closed) return CLOSED;
      if (refusal !== null) return refusal;
      const verdict = failClosed(() => take(chunk), CHUNK_MALFORMED);
      if (!verdict.ok) refusal = verdict;
      return verdict;
    },
    finalize: (): Verdict => {
      if (closed) return CLOSED;
      closed = true;
      return refusal ?? failClosed(judgeEnd, MISMATCH);
    },
    abort: (): Verdict => {
      closed = true;
      return CLOSED;
    },
    getReceivedBytes: (): number => receivedBytes,
  });
}

function refusingAccumulator(refusal: Deny): IntegrityAccumulator {
  const refuse = (): Verdict => refusal;
  return Object.freeze({ update: refuse, finalize: refuse, abort: refuse, getReceivedBytes: () => 0 });
}

type Sha256 = ReturnType<typeof createHash>;

function feed(hash: Sha256, view: ByteView): void {
  for (let start = 0; start < view.byteLength; start += PIECE_BYTES) {
    hash.update(partOf(view, start, Math.min(start + PIECE_BYTES, view.byteLength)));
  }
}

/**
 * Compares in constant time, and compares hashes of the digests: what a clock could still tell is then about
 * values that nobody chose.
 */
function equalDigests(actual: Uint8Array, expected: Uint8Array): boolean {
  return timingSafeEqual(hashOf(actual), hashOf(expected));
}

function hashOf(bytes: Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}

function digestFromHex(hex: string): Uint8Array {
  return Uint8Array.from({ length: hex.length / 2 }, (_, index) =>
    Number.parseInt(hex.slice(index * 2, index * 2 + 2), 16),
  );
}
