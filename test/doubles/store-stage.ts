import { readdirSync, readlinkSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, utimes } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect } from '@jest/globals';
import type { StoreOwner } from '../../policies/lock-age.ts';
import type { ModelFile } from '../../policies/runtime-adapter.ts';
import type { Attempt, Deny, Verdict } from '../../policies/verdict.ts';
import { createDiskStore, type DiskStoreOptions } from '../../services/disk-store.ts';
import type { ModelStore, PartialFile } from '../../services/model-store.ts';
import type { ProcessTable } from '../../services/process-table.ts';
import { createFaultyStoreFileSystem } from './faulty-store-file-system.ts';
import { createModelBytes, specOf } from './model-bytes.ts';

export const STORE_MODEL = createModelBytes(10_000);
export const STORE_SPEC = specOf(STORE_MODEL);
export const ETAG = '"version-1"';
export const { signal: NEVER_ABORTED } = new AbortController();

export interface StoreStage {
  /** A directory of its own for each test, empty, removed afterwards. */
  dir(): string;
  /** Path of what is in the store. */
  path(...names: string[]): string;
  store(options?: Partial<DiskStoreOptions>): ModelStore;
  /** The names in a directory of the store, in order; none where it is not there. */
  names(directory: string): Promise<readonly string[]>;
}

/** Gives each test a directory, and expects it to leave no file open. */
export function stageStore(): StoreStage {
  let dir = '';
  beforeEach(async () => {
    dir = await mkdtemp(join(tmpdir(), 'store-'));
  });
  afterEach(async () => {
    const open = openFilesBelow(dir);
    await rm(dir, { recursive: true });
    expect(open).toEqual([]);
  });
  return {
    dir: () => dir,
    path: (...names) => join(dir, ...names),
    store: (options = {}) => createTestStore({ dir, ...options }),
    names: async (directory) => (await readdir(join(dir, directory)).catch(() => [])).sort(),
  };
}

/** A store that flushes nothing, and is quick. */
export function createTestStore(
  options: Pick<DiskStoreOptions, 'dir'> & Partial<DiskStoreOptions>,
): ModelStore {
  return createDiskStore({ storeReserveBytes: 0, fileSystem: createFaultyStoreFileSystem(), ...options });
}

/** The process `pid` of one machine, on which the `running` ones run. */
export function processNumber(pid: number, running: readonly number[] = []): ProcessTable {
  return {
    self: async () => ownerNumber(pid),
    isRunning: async (owner) => [pid, ...running].includes(owner.pid) && owner.startId === String(owner.pid),
  };
}

export function ownerNumber(pid: number): StoreOwner {
  return { pid, startId: String(pid), hostId: '0000000a', bootId: '0000000b', placeId: '0000000c' };
}

/** Opens a partial file, which must succeed. */
export async function openPartial(store: ModelStore, spec = STORE_SPEC): Promise<PartialFile> {
  return valueIn(await store.openPartial(spec));
}

/** Opens a partial file and begins it under the usual validator. */
export async function beginPartial(store: ModelStore, spec = STORE_SPEC): Promise<PartialFile> {
  const partial = await openPartial(store, spec);
  await partial.restart(ETAG);
  return partial;
}

export interface DownloadPlan {
  readonly bytes?: Uint8Array;
  readonly etag?: string | null;
  readonly pieceBytes?: number;
}

/**
 * Brings a model into a store as a download does: locks, goes on where a partial file ends, flushes on the way,
 * verifies, publishes. The first refusal ends it.
 */
export async function download(store: ModelStore, plan: DownloadPlan = {}): Promise<Attempt<ModelFile>> {
  const { bytes = STORE_MODEL } = plan;
  const lock = await store.lock(specOf(bytes), NEVER_ABORTED);
  if (!lock.ok) return lock;
  try {
    const opened = await store.openPartial(specOf(bytes));
    if (!opened.ok) return opened;
    const partial = opened.value;
    try {
      return (await fillPartial(partial, plan)) ?? (await partial.publish());
    } finally {
      await partial.close();
    }
  } finally {
    await lock.value.release();
  }
}

/** Writes what is missing and verifies; null where all went well. */
export async function fillPartial(partial: PartialFile, plan: DownloadPlan = {}): Promise<Deny | null> {
  const { bytes = STORE_MODEL, etag = ETAG, pieceBytes = 3_000 } = plan;
  const fromBytes = partial.etag === etag ? partial.resumeBytes : 0;
  if (fromBytes === 0) {
    const restarted = await partial.restart(etag);
    if (!restarted.ok) return restarted;
  }
  for (let at = fromBytes; at < bytes.length; at += pieceBytes) {
    const appended = await partial.append(bytes.subarray(at, at + pieceBytes));
    if (!appended.ok) return appended;
    // The last piece is left to be flushed when the file is verified.
    const synced = at + pieceBytes < bytes.length ? await partial.sync() : appended;
    if (!synced.ok) return synced;
  }
  const verified = await partial.verify(NEVER_ABORTED);
  return verified.ok ? null : verified;
}

export function valueIn<T>(answer: Attempt<T>): T {
  if (!answer.ok) throw new Error(`refused: ${answer.reason}`);
  return answer.value;
}

export function reasonOf(answer: Attempt<unknown> | Verdict): string {
  return 'reason' in answer ? answer.reason : 'no refusal';
}

/** The models of a store directory whose bytes are not those of their name. */
export async function wrongModels(dir: string): Promise<readonly string[]> {
  const names = await readdir(join(dir, 'sha256')).catch(() => []);
  const wrong: string[] = [];
  for (const name of names) {
    if (specOf(await readFile(join(dir, 'sha256', name))).sha256 !== name) wrong.push(name);
  }
  return wrong;
}

/** Lets a minute pass for every lock of a store: one that says not whose it is ends by its age alone. */
export async function ageLocks(dir: string): Promise<void> {
  const aMinuteAgo = new Date(Date.now() - 60_000);
  for (const name of await readdir(join(dir, 'locks')).catch(() => [])) {
    await utimes(join(dir, 'locks', name), aMinuteAgo, aMinuteAgo);
  }
}

function openFilesBelow(dir: string): readonly string[] {
  if (process.platform !== 'linux') return [];
  return readdirSync('/proc/self/fd').flatMap((fd) => {
    try {
      const path = readlinkSync(`/proc/self/fd/${fd}`);
      return path.startsWith(dir) ? [path] : [];
    } catch {
      // It was the number of this very listing.
      return [];
    }
  });
}
