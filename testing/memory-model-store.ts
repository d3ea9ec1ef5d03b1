import { readIntegritySpec } from '../policies/integrity-spec.ts';
import type { Reason } from '../policies/reasons.ts';
import { isStrongEtag } from '../policies/response-headers.ts';
import type { IntegritySpec, ModelFile } from '../policies/runtime-adapter.ts';
import { type Attempt, type Deny, deny } from '../policies/verdict.ts';
import type {
  ModelStore,
  PruneOptions,
  PruneReport,
  StoredModel,
  StoredState,
} from '../services/model-store.ts';
import { createMemoryLocks } from './memory-lock.ts';
import {
  createMemoryPartialFile,
  judgeModelBytes,
  type LeftBehind,
  type MemoryPartialFile,
} from './memory-partial-file.ts';

/**
 * A store without a disk: verified models in memory, refused for the reasons that those of a real one would be. It has
 * no time: what is left behind in it is of age 0.
 */
export interface MemoryModelStore {
  /** For the `store` port of a supervisor. */
  readonly store: ModelStore;
  /** Puts a file under a digest, proved or not, as an earlier run might have left it. */
  put(spec: IntegritySpec, bytes: Uint8Array, isProved?: boolean): void;
  /** Leaves a partial file behind, as a killed process would have. */
  leavePartial(spec: IntegritySpec, bytes: Uint8Array, etag: string | null): void;
  /** The next calls of this operation are refused, one after the other. */
  fail(operation: StoreOperation, ...reasons: readonly Reason[]): void;
  /** The bytes under a digest. */
  bytesOf(sha256: string): Uint8Array | undefined;
  /** Reasons that files were put into quarantine for. */
  readonly quarantined: readonly Reason[];
  /** Locks that are held, and partial files that are open. */
  counts(): { readonly locks: number; readonly partials: number };
}

export interface MemoryStoreOptions {
  /** Asked before each operation, unless `fail` said something of it: a reason refuses it. Default: nothing is refused. */
  readonly refuse?: (operation: StoreOperation) => Reason | null;
}

/** `sync` is every flush, that of a verification too; `read` is the reading back of a partial file. */
export type StoreOperation =
  | 'inspect'
  | 'verify'
  | 'lock'
  | 'openPartial'
  | 'append'
  | 'sync'
  | 'read'
  | 'publish';

interface Kept {
  readonly bytes: Uint8Array;
  readonly isProved: boolean;
}

export function createMemoryModelStore({ refuse }: MemoryStoreOptions = {}): MemoryModelStore {
  const models = new Map<string, Kept>();
  const leftBehind = new Map<string, LeftBehind>();
  const openFiles = new Map<MemoryPartialFile, string>();
  const failures = new Map<StoreOperation, Reason[]>();
  const quarantined: Reason[] = [];
  const locks = createMemoryLocks();
  let evidence = 0;

  const refusal = (operation: StoreOperation): Deny | null => {
    const reason = failures.get(operation)?.shift() ?? refuse?.(operation) ?? null;
    return reason === null ? null : deny(reason);
  };
  const forSpec = async <T>(
    spec: IntegritySpec,
    operation: StoreOperation,
    work: (read: IntegritySpec) => Promise<Attempt<T>> | Attempt<T>,
  ): Promise<Attempt<T>> => {
    const read = readIntegritySpec(spec);
    if (!read.ok) return read;
    return refusal(operation) ?? work({ sha256: read.sha256, sizeBytes: read.sizeBytes });
  };
  const keepEvidence = (reason: Reason): void => {
    quarantined.push(reason);
    evidence += 1;
  };

  const openPartial = (spec: IntegritySpec): MemoryPartialFile => {
    const { sha256 } = spec;
    const left = leftBehind.get(sha256);
    leftBehind.delete(sha256);
    const file = createMemoryPartialFile({
      spec,
      leftBehind: left !== undefined && left.bytes.byteLength <= spec.sizeBytes ? left : null,
      refusal,
      keepModel: (bytes) => {
        models.set(sha256, { bytes, isProved: true });
        return fileOf(sha256, spec.sizeBytes);
      },
      keepEvidence,
      onClosed: (mine) => {
        openFiles.delete(file);
        const other = leftBehind.get(sha256);
        // The longest is gone on with.
        if (mine !== null && mine.bytes.byteLength > (other?.bytes.byteLength ?? 0))
          leftBehind.set(sha256, mine);
      },
    });
    openFiles.set(file, sha256);
    return file;
  };

  const longestPartBytes = (sha256: string): number => {
    const open = [...openFiles].filter(([, of]) => of === sha256).map(([file]) => file.lengthBytes());
    return Math.max(0, leftBehind.get(sha256)?.bytes.byteLength ?? 0, ...open);
  };

  const prune = ({ keep, olderThanMs = Number.MAX_VALUE }: PruneOptions): Attempt<PruneReport> => {
    if (!Number.isFinite(olderThanMs) || olderThanMs < 0) return deny('options_invalid');
    if (keep !== undefined && !(Array.isArray(keep) && keep.every(isDigest))) return deny('options_invalid');
    const doomed = keep === undefined ? [] : [...models].filter(([sha256]) => !keep.includes(sha256));
    for (const [sha256] of doomed) models.delete(sha256);
    const parts = olderThanMs === 0 ? [...leftBehind.values()] : [];
    const report = {
      models: doomed.length,
      partials: parts.length,
      evidence: olderThanMs === 0 ? evidence : 0,
      freedBytes: [...doomed.map(([, kept]) => kept), ...parts].reduce(
        (sum, { bytes }) => sum + bytes.byteLength,
        0,
      ),
    };
    if (olderThanMs === 0) {
      leftBehind.clear();
      evidence = 0;
    }
    return { ok: true, value: report };
  };

  const store: ModelStore = {
    pathOf,
    inspect: (spec) =>
      forSpec<StoredState>(spec, 'inspect', ({ sha256, sizeBytes }) => {
        const kept = models.get(sha256);
        if (kept === undefined) return { ok: true, value: { kind: 'absent' } };
        const sizeRefusal = sizeReason(kept.bytes.byteLength, sizeBytes);
        if (kept.isProved && sizeRefusal !== null) return deny(sizeRefusal);
        return { ok: true, value: { kind: kept.isProved ? 'verified' : 'unproved' } };
      }),
    verify: (spec, signal, onProgress) =>
      forSpec(spec, 'verify', (read) => {
        if (signal.aborted) return deny('start_superseded');
        const kept = models.get(read.sha256);
        if (kept === undefined) return deny('model_not_stored');
        const own = { ...read, sizeBytes: kept.bytes.byteLength };
        const verdict = judgeModelBytes(kept.bytes, own);
        const sizeRefusal = sizeReason(own.sizeBytes, read.sizeBytes);
        if (verdict.ok && sizeRefusal !== null) {
          models.set(read.sha256, { ...kept, isProved: true });
          return deny(sizeRefusal);
        }
        if (!verdict.ok) {
          const reason = sizeRefusal ?? verdict.reason;
          keepEvidence(reason);
          models.delete(read.sha256);
          return deny(reason);
        }
        onProgress?.(read.sizeBytes);
        models.set(read.sha256, { ...kept, isProved: true });
        return { ok: true, value: fileOf(read.sha256, read.sizeBytes) };
      }),
    lock: (spec, signal, onWaiting) =>
      forSpec(spec, 'lock', ({ sha256 }) =>
        locks.take(sha256, signal, () => onWaiting?.(longestPartBytes(sha256))),
      ),
    openPartial: (spec) => forSpec(spec, 'openPartial', (read) => ({ ok: true, value: openPartial(read) })),
    list: async () => ({
      ok: true,
      value: [...models].sort(([a], [b]) => (a < b ? -1 : 1)).map(([sha256, kept]) => storedOf(sha256, kept)),
    }),
    remove: async (sha256) => {
      if (!isDigest(sha256)) return deny('integrity_spec_malformed');
      const kept = models.get(sha256);
      if (!models.delete(sha256) || kept === undefined) return deny('model_not_stored');
      return { ok: true, value: fileOf(sha256, kept.bytes.byteLength) };
    },
    prune: async (options = {}) => prune(options),
  };

  return {
    store,
    put: ({ sha256 }, bytes, isProved = false) => void models.set(sha256, { bytes: bytes.slice(), isProved }),
    leavePartial: ({ sha256 }, bytes, etag) => {
      if (isStrongEtag(etag)) leftBehind.set(sha256, { bytes: bytes.slice(), etag });
    },
    fail: (operation, ...reasons) =>
      void failures.set(operation, [...(failures.get(operation) ?? []), ...reasons]),
    bytesOf: (sha256) => models.get(sha256)?.bytes,
    quarantined,
    counts: () => ({ locks: locks.held(), partials: openFiles.size }),
  };
}

/** @throws {TypeError} for what is no digest, as the real store does. */
function pathOf(sha256: string): string {
  if (!isDigest(sha256)) throw new TypeError('not a SHA-256 digest of 64 lower-case hex digits');
  return `/store/sha256/${sha256}`;
}

function isDigest(value: unknown): value is string {
  return readIntegritySpec({ sha256: value, sizeBytes: 1 }).ok;
}

function fileOf(sha256: string, sizeBytes: number): ModelFile {
  return { path: pathOf(sha256), sizeBytes };
}

function storedOf(sha256: string, { bytes, isProved }: Kept): StoredModel {
  return {
    sha256,
    sizeBytes: bytes.byteLength,
    path: pathOf(sha256),
    isVerified: isProved,
    verifiedAtMs: isProved ? 0 : null,
  };
}

/** Null where a file has the size that it is to have. */
function sizeReason(hereBytes: number, sizeBytes: number): Reason | null {
  if (hereBytes === sizeBytes) return null;
  return hereBytes < sizeBytes ? 'size_short' : 'size_exceeded';
}
