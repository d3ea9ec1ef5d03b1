import { evaluateGgufHeader, evaluateWholeModel } from '../policies/gguf-header.ts';
import { verifyModelBytes } from '../policies/integrity.ts';
import { readIntegritySpec } from '../policies/integrity-spec.ts';
import type { Reason } from '../policies/reasons.ts';
import type { IntegritySpec } from '../policies/runtime-adapter.ts';
import { allow, deny, type Verdict } from '../policies/verdict.ts';
import type { ModelStore, PartialFile, StoredModel } from '../services/model-store.ts';

/** A store without a disk: verified models in memory, refused for the reasons that those of a real one would be. */
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
  readonly sizeBytes: number;
  readonly bytes: Uint8Array;
  readonly isProved: boolean;
}

interface LeftBehind {
  readonly bytes: Uint8Array;
  readonly etag: string | null;
}

const pathOf = (sha256: string) => `/store/sha256/${sha256}`;

export function createMemoryModelStore(): MemoryModelStore {
  const models = new Map<string, Kept>();
  const partials = new Map<string, LeftBehind>();
  const failures = new Map<StoreOperation, Reason[]>();
  const quarantined: Reason[] = [];
  const held = new Set<string>();
  let openPartials = 0;

  const refusal = (operation: StoreOperation) => {
    const reason = failures.get(operation)?.shift();
    return reason === undefined ? null : deny(reason);
  };

  const storedOf = (sha256: string, { sizeBytes, isProved }: Kept): StoredModel => ({
    sha256,
    sizeBytes,
    path: pathOf(sha256),
    isVerified: isProved,
    verifiedAtMs: isProved ? 0 : null,
  });

  const openPartial = (spec: IntegritySpec): PartialFile => {
    const left = partials.get(spec.sha256);
    partials.delete(spec.sha256);
    const isWhole = left !== undefined && left.etag !== null && left.bytes.byteLength <= spec.sizeBytes;
    const room = new Uint8Array(spec.sizeBytes);
    room.set(isWhole ? left.bytes : []);
    let bytes = room.subarray(0, isWhole ? left.bytes.byteLength : 0);
    let etag = isWhole ? left.etag : null;
    let synced = bytes;
    let isProved = false;
    let isOpen = true;
    let isGone = false;
    openPartials += 1;
    return {
      resumeBytes: bytes.byteLength,
      etag,
      restart: async (validator) => {
        [bytes, synced, etag] = [room.subarray(0, 0), room.subarray(0, 0), validator];
        return WRITTEN;
      },
      append: async (piece) => {
        const refused = refusal('append');
        if (refused !== null) return refused;
        if (bytes.byteLength + piece.byteLength > spec.sizeBytes) return deny('size_exceeded');
        room.set(piece, bytes.byteLength);
        bytes = room.subarray(0, bytes.byteLength + piece.byteLength);
        return WRITTEN;
      },
      header: async () => {
        const judged = evaluateGgufHeader(bytes, spec.sizeBytes);
        if (judged.kind === 'refused') return judged.verdict;
        if (judged.kind === 'more') return { ok: true, value: judged };
        const whole = evaluateWholeModel(judged.facts);
        return whole.ok ? { ok: true, value: { kind: 'whole', facts: judged.facts } } : whole;
      },
      sync: async () => {
        const refused = refusal('sync');
        if (refused === null) synced = bytes;
        return refused ?? WRITTEN;
      },
      verify: async (signal, onProgress) => {
        const refused = signal.aborted ? deny('start_superseded') : refusal('read');
        if (refused !== null) return refused;
        const verdict = judge(bytes, spec);
        if (verdict.ok) onProgress?.(spec.sizeBytes);
        isProved = verdict.ok;
        return verdict;
      },
      publish: async () => {
        const refused = isProved ? refusal('publish') : deny('internal_error');
        if (refused !== null) return refused;
        models.set(spec.sha256, { sizeBytes: spec.sizeBytes, bytes, isProved: true });
        isGone = true;
        return { ok: true, value: { path: pathOf(spec.sha256), sizeBytes: spec.sizeBytes } };
      },
      quarantine: async (reason) => {
        quarantined.push(reason);
        isGone = true;
      },
      close: async () => {
        if (!isOpen) return;
        isOpen = false;
        openPartials -= 1;
        if (!isGone && etag !== null && synced.byteLength > 0)
          partials.set(spec.sha256, { bytes: synced, etag });
      },
    };
  };

  const store: ModelStore = {
    pathOf,
    inspect: async (spec) => {
      const read = refusal('inspect') ?? readIntegritySpec(spec);
      if (!read.ok) return read;
      const kept = models.get(spec.sha256);
      const kind = kept === undefined ? 'absent' : kept.isProved ? 'verified' : 'unproved';
      return { ok: true, value: { kind } };
    },
    verify: async (spec, signal, onProgress) => {
      const refused = signal.aborted ? deny('start_superseded') : refusal('verify');
      if (refused !== null) return refused;
      const kept = models.get(spec.sha256);
      if (kept === undefined) return deny('model_not_stored');
      const verdict = judge(kept.bytes, spec);
      if (!verdict.ok) {
        quarantined.push(verdict.reason);
        models.delete(spec.sha256);
        return deny(verdict.reason);
      }
      onProgress?.(spec.sizeBytes);
      models.set(spec.sha256, { ...kept, isProved: true });
      return { ok: true, value: { path: pathOf(spec.sha256), sizeBytes: spec.sizeBytes } };
    },
    lock: async ({ sha256 }, signal) => {
      const refused = signal.aborted ? deny('start_superseded') : refusal('lock');
      if (refused !== null) return refused;
      held.add(sha256);
      return { ok: true, value: { release: async () => void held.delete(sha256) } };
    },
    openPartial: async (spec) => refusal('openPartial') ?? { ok: true, value: openPartial(spec) },
    list: async () => ({
      ok: true,
      value: [...models].sort(([a], [b]) => (a < b ? -1 : 1)).map(([sha256, kept]) => storedOf(sha256, kept)),
    }),
    remove: async (sha256) => {
      const kept = models.get(sha256);
      if (!models.delete(sha256) || kept === undefined) return deny('model_not_stored');
      return { ok: true, value: { path: pathOf(sha256), sizeBytes: kept.sizeBytes } };
    },
    prune: async ({ keep } = {}) => {
      const doomed = keep === undefined ? [] : [...models].filter(([sha256]) => !keep.includes(sha256));
      for (const [sha256] of doomed) models.delete(sha256);
      const freedBytes = doomed.reduce((sum, [, kept]) => sum + kept.sizeBytes, 0);
      return { ok: true, value: { models: doomed.length, partials: 0, evidence: 0, freedBytes } };
    },
  };

  return {
    store,
    put: ({ sha256, sizeBytes }, bytes, isProved = false) =>
      void models.set(sha256, { sizeBytes, bytes: bytes.slice(), isProved }),
    leavePartial: ({ sha256 }, bytes, etag) => void partials.set(sha256, { bytes: bytes.slice(), etag }),
    fail: (operation, ...reasons) =>
      void failures.set(operation, [...(failures.get(operation) ?? []), ...reasons]),
    bytesOf: (sha256) => models.get(sha256)?.bytes,
    quarantined,
    counts: () => ({ locks: held.size, partials: openPartials }),
  };
}

const WRITTEN: Verdict = Object.freeze(allow('store_record_fits'));

function judge(bytes: Uint8Array, spec: IntegritySpec): Verdict {
  const verdict = verifyModelBytes(spec, bytes);
  if (!verdict.ok) return verdict;
  const header = evaluateGgufHeader(bytes, spec.sizeBytes);
  if (header.kind === 'accepted') return evaluateWholeModel(header.facts);
  return header.kind === 'refused' ? header.verdict : deny('gguf_truncated');
}
