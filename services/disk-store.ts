import { isAbsolute } from 'node:path';
import { readIntegritySpec } from '../policies/integrity-spec.ts';
import type { IntegritySpec } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import { backgroundClock, type Clock, systemClock } from './clock.ts';
import { randomSeed } from './entropy.ts';
import { type HashFile, hashFile } from './hash-file.ts';
import type { ModelStore, PruneOptions } from './model-store.ts';
import { openPartialFile } from './partial-open.ts';
import { createProcessTable, type ProcessTable } from './process-table.ts';
import { nodeStoreFileSystem, type StoreFileSystem } from './store-file-system.ts';
import { createStoreLayout, isDigest } from './store-layout.ts';
import { inspectModel, listModels, removeModel } from './store-listing.ts';
import { takeLock } from './store-lock.ts';
import type { StoreParts } from './store-parts.ts';
import { pruneStore } from './store-prune.ts';
import { makeTree } from './store-tree.ts';
import { verifyStored } from './store-verify.ts';

export interface DiskStoreOptions {
  /** Absolute; made when something is first written. It may be a link to a directory, what is in it may be none. */
  readonly dir: string;
  /**
   * When a stored model is read in full before it is used: `changed`, the default, where its record does not fit;
   * `always`, where `inspect` calls every model `unproved`.
   */
  readonly reverify?: 'always' | 'changed';
  /** Free space that a new partial file must leave, besides the rest of its model. */
  readonly storeReserveBytes: number;
  readonly fileSystem?: StoreFileSystem;
  readonly processes?: ProcessTable;
  /** Ms since 1970. Default: the date of this machine. */
  readonly now?: () => number;
  /** Waits and heartbeats. Default: real time. */
  readonly clock?: Clock;
  readonly hashFile?: HashFile;
  /** Integers from 0 to 2^32 - 1 that make names unique. */
  readonly entropy?: () => number;
}

const LEFT_BEHIND_MS = 7 * 24 * 60 * 60 * 1000;

/**
 * A store in a directory, which several processes and machines may share.
 *
 * `<dir>/sha256/<hex>` are the models, read-only; beside them `records`, `partial`, `locks` and `quarantine`. Nothing
 * in it needs repair by hand, whenever a process ended or the power went; files of other names are left alone.
 *
 * `pathOf` throws a `TypeError` for what is not 64 lower-case hex digits; nothing else throws or rejects. Where `dir`
 * is not absolute, is a file, or cannot be read or written, the answer is `store_unavailable`.
 */
export function createDiskStore(options: DiskStoreOptions): ModelStore {
  const { dir, reverify = 'changed' } = options;
  const parts = partsOf(options);
  const { fileSystem, layout } = parts;
  const isUsable = typeof dir === 'string' && isAbsolute(dir) && !dir.includes('\0');

  const forDisk = async <T>(work: () => Promise<Attempt<T>>): Promise<Attempt<T>> => {
    if (!isUsable) return deny('store_unavailable');
    try {
      return await work();
    } catch {
      return deny('internal_error');
    }
  };
  const forSpec = <T>(
    spec: IntegritySpec,
    work: (read: IntegritySpec) => Promise<Attempt<T>>,
  ): Promise<Attempt<T>> => {
    // Read once: what becomes a path is what was judged.
    const read = readIntegritySpec(spec);
    return read.ok
      ? forDisk(() => work({ sha256: read.sha256, sizeBytes: read.sizeBytes }))
      : Promise.resolve(read);
  };
  const forWriting = <T>(
    spec: IntegritySpec,
    work: (read: IntegritySpec) => Promise<Attempt<T>>,
  ): Promise<Attempt<T>> => forSpec(spec, async (read) => (await makeTree(fileSystem, layout)) ?? work(read));

  return {
    pathOf: (sha256) => layout.blob(sha256),
    inspect: (spec) => forSpec(spec, (read) => inspectModel(parts, read, reverify)),
    verify: (spec, signal, onProgress) =>
      forSpec(spec, (read) => verifyStored(parts, read, signal, onProgress)),
    lock: (spec, signal, onWaiting) =>
      forWriting(spec, (read) => takeLock(parts, read.sha256, signal, onWaiting)),
    openPartial: (spec) => forWriting(spec, (read) => openPartialFile(parts, read)),
    list: () => forDisk(() => listModels(parts)),
    remove: (sha256) =>
      isDigest(sha256)
        ? forDisk(() => removeModel(parts, sha256))
        : Promise.resolve(deny('integrity_spec_malformed')),
    prune: (wanted = {}) =>
      forDisk(async () => {
        const read = readPruneOptions(wanted);
        return read.ok ? pruneStore(parts, read.value.keep, read.value.olderThanMs) : read;
      }),
  };
}

/** One digest that is none spoils the list: the model it was meant to keep would be deleted. */
function readPruneOptions({
  keep,
  olderThanMs = LEFT_BEHIND_MS,
}: PruneOptions): Attempt<{ readonly keep: ReadonlySet<string> | null; readonly olderThanMs: number }> {
  if (!Number.isFinite(olderThanMs) || olderThanMs < 0) return deny('options_invalid');
  if (keep === undefined) return { ok: true, value: { keep: null, olderThanMs } };
  if (!Array.isArray(keep) || !keep.every(isDigest)) return deny('options_invalid');
  return { ok: true, value: { keep: new Set(keep), olderThanMs } };
}

function partsOf(options: DiskStoreOptions): StoreParts {
  const { entropy = randomSeed } = options;
  const hex = (): string => entropy().toString(16).padStart(8, '0');
  return {
    layout: createStoreLayout(String(options.dir)),
    fileSystem: options.fileSystem ?? nodeStoreFileSystem,
    processes: options.processes ?? createProcessTable(),
    hashFile: options.hashFile ?? hashFile,
    clock: options.clock ?? systemClock(),
    heartbeatClock: options.clock ?? backgroundClock(),
    now: options.now ?? Date.now,
    uniqueId: () => `${hex()}${hex()}`,
    storeReserveBytes: options.storeReserveBytes,
  };
}
