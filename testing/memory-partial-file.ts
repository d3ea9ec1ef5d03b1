import { evaluateGgufHeader, evaluateWholeModel } from '../policies/gguf-header.ts';
import { verifyModelBytes } from '../policies/integrity.ts';
import type { Reason } from '../policies/reasons.ts';
import { isStrongEtag } from '../policies/response-headers.ts';
import type { IntegritySpec, ModelFile } from '../policies/runtime-adapter.ts';
import { type Attempt, allow, type Deny, deny, type Verdict } from '../policies/verdict.ts';
import type { PartialFile } from '../services/model-store.ts';

/** What a closed partial file leaves to whoever opens the next one of its model. */
export interface LeftBehind {
  readonly bytes: Uint8Array;
  readonly etag: string;
}

/** What a partial file in memory asks of the store that it is of. */
export interface MemoryPartialParts {
  readonly spec: IntegritySpec;
  readonly leftBehind: LeftBehind | null;
  readonly refusal: (operation: 'append' | 'sync' | 'read' | 'publish') => Deny | null;
  readonly keepModel: (bytes: Uint8Array) => ModelFile;
  readonly keepEvidence: (reason: Reason) => void;
  /** Told once; with null where nothing can be gone on with. */
  readonly onClosed: (left: LeftBehind | null) => void;
}

export interface MemoryPartialFile extends PartialFile {
  readonly lengthBytes: () => number;
}

const WITHIN: Verdict = Object.freeze(allow('within_limits'));
const VERIFIED: Verdict = Object.freeze(allow('integrity_verified'));
const CLOSED: Deny = Object.freeze(deny('integrity_closed'));

/** A partial file that does as the one on disk does: after a refusal it only waits to be closed. */
export function createMemoryPartialFile(parts: MemoryPartialParts): MemoryPartialFile {
  const { spec, leftBehind, refusal, keepModel, keepEvidence, onClosed } = parts;
  const { sizeBytes } = spec;
  const room = new Uint8Array(sizeBytes);
  room.set(leftBehind?.bytes ?? []);
  let lengthBytes = leftBehind?.bytes.byteLength ?? 0;
  let syncedBytes = lengthBytes;
  let etag = leftBehind?.etag ?? null;
  let isProved = false;
  /** Its bytes are wrong, or the disk may not hold them. */
  let isSpoiled = false;
  let isMoved = false;
  let isClosed = false;
  let refused: Deny | null = null;

  const here = () => room.subarray(0, lengthBytes);
  const ended = (): Deny | null => (isClosed || isMoved ? CLOSED : refused);
  const refuse = (reason: Deny): Deny => {
    refused = reason;
    return reason;
  };
  const spoil = (reason: Deny): Deny => {
    isSpoiled = true;
    return refuse(reason);
  };
  /** What a failed flush left may not be on the disk. */
  const flush = (): Deny | null => {
    const failed = refusal('sync');
    if (failed === null) syncedBytes = lengthBytes;
    return failed === null ? null : spoil(failed);
  };

  return {
    lengthBytes: () => lengthBytes,
    get resumeBytes() {
      return etag === null ? 0 : syncedBytes;
    },
    get etag() {
      return etag;
    },
    restart: async (nextEtag) => {
      const over = ended();
      if (over !== null) return over;
      [lengthBytes, syncedBytes, isProved] = [0, 0, false];
      etag = isStrongEtag(nextEtag) ? nextEtag : null;
      return WITHIN;
    },
    append: async (piece) => {
      const over = ended();
      if (over !== null) return over;
      if (piece.byteLength > sizeBytes - lengthBytes) return spoil(deny('size_exceeded'));
      const failed = refusal('append');
      if (failed !== null) return refuse(failed);
      room.set(piece, lengthBytes);
      lengthBytes += piece.byteLength;
      isProved = false;
      return WITHIN;
    },
    header: async (signal) => {
      const over = ended();
      if (over !== null) return over;
      if (signal.aborted) return deny('start_superseded');
      const judged = evaluateGgufHeader(here(), sizeBytes);
      switch (judged.kind) {
        case 'refused':
          return spoil(judged.verdict);
        case 'more':
          return { ok: true, value: { kind: 'more', needBytes: judged.needBytes } };
        case 'accepted':
          return { ok: true, value: { kind: 'whole', facts: judged.facts } };
      }
    },
    sync: async () => {
      const over = ended();
      if (over !== null) return over;
      if (etag !== null && syncedBytes === lengthBytes) return WITHIN;
      return flush() ?? WITHIN;
    },
    verify: async (signal, onProgress) => {
      const over = ended();
      if (over !== null) return over;
      if (signal.aborted) return deny('start_superseded');
      if (lengthBytes < sizeBytes) return refuse(deny('size_short'));
      const unflushed = flush();
      if (unflushed !== null) return unflushed;
      const unread = refusal('read');
      if (unread !== null) return unread.reason === 'model_file_unreadable' ? refuse(unread) : spoil(unread);
      onProgress?.(sizeBytes);
      const verdict = judgeModelBytes(room, spec);
      isProved = verdict.ok;
      return verdict.ok ? VERIFIED : spoil(verdict);
    },
    publish: async (): Promise<Attempt<ModelFile>> => {
      const over = ended();
      if (over !== null) return over;
      if (!isProved) return deny('internal_error');
      const failed = refusal('publish');
      if (failed !== null) return refuse(failed);
      isMoved = true;
      return { ok: true, value: keepModel(room) };
    },
    quarantine: async (reason) => {
      if (isClosed || isMoved) return;
      keepEvidence(reason);
      refused ??= deny(reason);
      isSpoiled = true;
    },
    close: async () => {
      if (isClosed) return;
      isClosed = true;
      const isOfUse = !isMoved && !isSpoiled && etag !== null && syncedBytes > 0;
      onClosed(isOfUse ? { bytes: room.slice(0, syncedBytes), etag: etag as string } : null);
    },
  };
}

/** Size, digest and header, in this order. */
export function judgeModelBytes(bytes: Uint8Array, spec: IntegritySpec): Verdict {
  const verdict = verifyModelBytes(spec, bytes);
  if (!verdict.ok) return verdict;
  const header = evaluateGgufHeader(bytes, spec.sizeBytes);
  if (header.kind === 'accepted') return evaluateWholeModel(header.facts);
  return header.kind === 'refused' ? header.verdict : deny('gguf_truncated');
}
