import { join } from 'node:path';
import { isPartialLeft } from '../policies/lock-age.ts';
import type { Attempt } from '../policies/verdict.ts';
import { silentMs } from './file-system-time.ts';
import type { PruneReport } from './model-store.ts';
import { deletePart, listNames } from './partial-claim.ts';
import { lifeOf } from './process-table.ts';
import {
  isBlobName,
  isTemporaryName,
  readLockName,
  readPartName,
  readRecordName,
  readStateName,
} from './store-layout.ts';
import { endStaleLock } from './store-lock.ts';
import type { StoreParts } from './store-parts.ts';
import { attemptCall, refusalOfWrite, tolerate, unavailable } from './store-refusal.ts';
import { lookAt, lookAtDirectory } from './store-tree.ts';

const NS_PER_MS = 1_000_000n;

/**
 * `prune` of the store, for options that were judged. What cannot be deleted stays and is not counted.
 *
 * @param keep Digests of the models that stay; null where all do.
 */
export async function pruneStore(
  parts: StoreParts,
  keep: ReadonlySet<string> | null,
  olderThanMs: number,
): Promise<Attempt<PruneReport>> {
  const { layout } = parts;
  if ((await lookAtDirectory(parts.fileSystem, layout.blobs)) === 'refused') return unavailable();
  const beforeNs = BigInt(Math.floor(parts.now() - olderThanMs)) * NS_PER_MS;
  const sweep = createSweep(parts, beforeNs);

  const partials = await pruneParts(parts, sweep);
  for (const name of await listNames(parts, layout.locks)) {
    const sha256 = readLockName(name);
    if (sha256 !== null) await endStaleLock(parts, sha256);
    else if (isTemporaryName(name)) await sweep.deleteOld(join(layout.locks, name));
  }
  let evidence = 0;
  for (const name of await listNames(parts, layout.quarantine)) {
    const path = join(layout.quarantine, name);
    if (readStateName(name) !== null) evidence += (await sweep.deleteOld(path)) ? 1 : 0;
    else if (isTemporaryName(name)) await sweep.deleteOld(path);
  }
  const models = await pruneModels(parts, keep, sweep);
  await pruneRecords(parts, sweep);
  return { ok: true, value: { models, partials, evidence, freedBytes: sweep.freedBytes() } };
}

interface Sweep {
  freedBytes(): number;
  /** Whether a regular file or link was there, and is no more. */
  delete(path: string): Promise<boolean>;
  /** The same for what was last written to before the moment from which files count as left behind. */
  deleteOld(path: string): Promise<boolean>;
}

function createSweep({ fileSystem }: StoreParts, beforeNs: bigint): Sweep {
  let freedBytes = 0;
  const deleteWhere = async (path: string, mtimeNsMax: bigint | null): Promise<boolean> => {
    const found = await lookAt(fileSystem, path);
    if (!found.ok || found.value === null || found.value.isDirectory()) return false;
    if (mtimeNsMax !== null && found.value.mtimeNs > mtimeNsMax) return false;
    const deleted = await attemptCall(() => fileSystem.unlink(path), refusalOfWrite);
    if (deleted.ok) freedBytes += Number(found.value.size);
    return deleted.ok;
  };
  return {
    freedBytes: () => freedBytes,
    delete: (path) => deleteWhere(path, null),
    deleteOld: (path) => deleteWhere(path, beforeNs),
  };
}

/** A process that goes on with one has renamed it by then: what is deleted under its old name was nobody's. */
async function pruneParts(parts: StoreParts, sweep: Sweep): Promise<number> {
  const { layout } = parts;
  let partials = 0;
  const names = await listNames(parts, layout.partials);
  for (const name of names) {
    const path = join(layout.partials, name);
    const part = readPartName(name);
    if (part === null) continue;
    if (part.owner !== null) {
      const found = await lookAt(parts.fileSystem, path);
      if (!found.ok || found.value === null) continue;
      const life = await lifeOf(parts.processes, part.owner);
      const silent = life === 'untold' ? await silentMs(parts, part.sha256, found.value.mtimeNs) : null;
      if (!isPartialLeft(life, silent)) continue;
    }
    if (!(await sweep.deleteOld(path))) continue;
    partials += 1;
    await deletePart(parts, { ...part, path });
  }
  const ids = new Set(names.map((name) => readPartName(name)?.id));
  for (const name of names) {
    const state = readStateName(name);
    const isOrphan = state !== null && !ids.has(state.id);
    if (isOrphan || isTemporaryName(name)) await sweep.deleteOld(join(layout.partials, name));
  }
  return partials;
}

async function pruneModels(
  parts: StoreParts,
  keep: ReadonlySet<string> | null,
  sweep: Sweep,
): Promise<number> {
  if (keep === null) return 0;
  const { fileSystem, layout } = parts;
  let models = 0;
  for (const name of await listNames(parts, layout.blobs)) {
    if (!isBlobName(name) || keep.has(name)) continue;
    await tolerate(() => fileSystem.unlink(layout.record(name)));
    if (await sweep.delete(layout.blob(name))) models += 1;
  }
  return models;
}

/** A record whose model is gone says nothing any more. */
async function pruneRecords(parts: StoreParts, sweep: Sweep): Promise<void> {
  const { fileSystem, layout } = parts;
  for (const name of await listNames(parts, layout.records)) {
    const path = join(layout.records, name);
    const sha256 = readRecordName(name);
    if (sha256 === null) {
      if (isTemporaryName(name)) await sweep.deleteOld(path);
      continue;
    }
    const blob = await lookAt(fileSystem, layout.blob(sha256));
    if (blob.ok && blob.value === null) await sweep.deleteOld(path);
  }
}
