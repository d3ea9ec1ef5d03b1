import { join } from 'node:path';
import { isPartialLeft, type StoreOwner } from '../policies/lock-age.ts';
import { PARTIAL_STATE_CHARS_MAX, type PartialState, readPartialState } from '../policies/partial-state.ts';
import type { IntegritySpec } from '../policies/runtime-adapter.ts';
import type { Attempt } from '../policies/verdict.ts';
import { readSmallText } from './durable-file.ts';
import { silentMs } from './file-system-time.ts';
import { lifeOf } from './process-table.ts';
import type { StoreFile } from './store-file-system.ts';
import { readPartName } from './store-layout.ts';
import type { StoreParts } from './store-parts.ts';
import { attemptCall, codeOf, refusalOfOpen, tolerate, unavailable } from './store-refusal.ts';
import { lookAtDirectory } from './store-tree.ts';

/** A partial file that is this process's alone, open for writing. */
export interface ClaimedPart {
  readonly sha256: string;
  readonly id: string;
  readonly path: string;
  readonly file: StoreFile;
  /** Its length. */
  readonly resumeBytes: number;
  /** Null where it is new. */
  readonly etag: string | null;
}

const OWNER_FILE = 0o600;

export async function createPart(parts: StoreParts, sha256: string): Promise<Attempt<ClaimedPart>> {
  const id = parts.uniqueId();
  const path = parts.layout.part(sha256, id, await parts.processes.self());
  const opened = await attemptCall(() => parts.fileSystem.open(path, 'create'), refusalOfOpen);
  if (!opened.ok) return opened;
  return { ok: true, value: { sha256, id, path, file: opened.value, resumeBytes: 0, etag: null } };
}

/**
 * Takes over the longest partial file that ended processes left of a model, and deletes the others of theirs. Null
 * where none can be gone on with. A file is taken by renaming it: of several that try, one succeeds.
 */
export async function claimLeftover(parts: StoreParts, spec: IntegritySpec): Promise<ClaimedPart | null> {
  const self = await parts.processes.self();
  let claimed: ClaimedPart | null = null;
  for (const leftover of await findLeftovers(parts, spec)) {
    const path = parts.layout.part(spec.sha256, leftover.id, self);
    const taken = await attemptCall(() => parts.fileSystem.rename(leftover.path, path), unavailable);
    if (!taken.ok) continue;
    if (claimed === null && leftover.state !== null) {
      claimed = await openTaken(parts, spec.sha256, leftover.id, path, leftover.state);
      if (claimed !== null) continue;
    }
    await deletePart(parts, { sha256: spec.sha256, id: leftover.id, path });
  }
  return claimed;
}

/** Deletes a partial file and its state. The state goes first: without it the data is of no use to anybody. */
export async function deletePart(
  { fileSystem, layout }: StoreParts,
  { sha256, id, path }: Pick<ClaimedPart, 'sha256' | 'id' | 'path'>,
): Promise<void> {
  await tolerate(() => fileSystem.unlink(layout.state(sha256, id)));
  await tolerate(() => fileSystem.unlink(path));
}

/** Closes a partial file and leaves it to whoever comes next, in this process too. */
export async function releasePart(
  { fileSystem, layout }: StoreParts,
  { sha256, id, path, file }: ClaimedPart,
): Promise<void> {
  await tolerate(() => file.close());
  await tolerate(() => fileSystem.rename(path, layout.part(sha256, id, null)));
}

/** Size of the longest partial file of a model, whoever it belongs to; 0 where there is none. */
export async function longestPartBytes(parts: StoreParts, sha256: string): Promise<number> {
  const { fileSystem, layout } = parts;
  let longestBytes = 0;
  for (const name of await listNames(parts, layout.partials)) {
    if (readPartName(name)?.sha256 !== sha256) continue;
    const found = await attemptCall(() => fileSystem.lstat(join(layout.partials, name)), unavailable);
    if (found.ok && found.value.isFile()) longestBytes = Math.max(longestBytes, Number(found.value.size));
  }
  return longestBytes;
}

/** The names in a directory of the store, in order; none where it cannot be read, or is a link to elsewhere. */
export async function listNames({ fileSystem }: StoreParts, directory: string): Promise<readonly string[]> {
  if ((await lookAtDirectory(fileSystem, directory)) !== 'there') return [];
  const names = await attemptCall(() => fileSystem.readDirectory(directory), unavailable);
  return names.ok ? [...names.value].sort() : [];
}

interface Leftover {
  readonly id: string;
  readonly path: string;
  /** Null where the data is of no use. */
  readonly state: PartialState | null;
}

/** The longest that is whole comes first. */
async function findLeftovers(parts: StoreParts, spec: IntegritySpec): Promise<readonly Leftover[]> {
  const { fileSystem, layout } = parts;
  const leftovers: Leftover[] = [];
  for (const name of await listNames(parts, layout.partials)) {
    const part = readPartName(name);
    if (part?.sha256 !== spec.sha256) continue;
    const path = join(layout.partials, name);
    const found = await attemptCall(() => fileSystem.lstat(path), unavailable);
    if (!found.ok || found.value.isDirectory()) continue;
    if (!(await isLeft(parts, spec.sha256, part.owner, found.value.mtimeNs))) continue;
    const text = await readSmallText(fileSystem, layout.state(spec.sha256, part.id), PARTIAL_STATE_CHARS_MAX);
    const state = found.value.isFile() ? readPartialState(text, spec, Number(found.value.size)) : null;
    leftovers.push({ id: part.id, path, state });
  }
  return leftovers.sort((a, b) => (b.state?.syncedBytes ?? 0) - (a.state?.syncedBytes ?? 0));
}

async function isLeft(
  parts: StoreParts,
  sha256: string,
  owner: StoreOwner | null,
  mtimeNs: bigint,
): Promise<boolean> {
  if (owner === null) return true;
  const life = await lifeOf(parts.processes, owner);
  return isPartialLeft(life, life === 'untold' ? await silentMs(parts, sha256, mtimeNs) : null);
}

/** Cuts off what came after the last flush: nobody vouches for it. Null where the file is not what its state says. */
async function openTaken(
  parts: StoreParts,
  sha256: string,
  id: string,
  path: string,
  { syncedBytes, etag }: PartialState,
): Promise<ClaimedPart | null> {
  const opened = await attemptCall(() => openForWriting(parts, path), refusalOfOpen);
  if (!opened.ok) return null;
  const file = opened.value;
  const cut = await attemptCall(async () => {
    const { size } = await file.stat();
    if (size > BigInt(syncedBytes)) await file.truncate(syncedBytes);
    return size >= BigInt(syncedBytes);
  }, refusalOfOpen);
  if (cut.ok && cut.value) return { sha256, id, path, file, resumeBytes: syncedBytes, etag };
  await tolerate(() => file.close());
  return null;
}

/** A process that ended while it published left the file read-only. */
async function openForWriting({ fileSystem }: StoreParts, path: string): Promise<StoreFile> {
  try {
    return await fileSystem.open(path, 'update');
  } catch (error) {
    if (!['EACCES', 'EPERM'].includes(codeOf(error) ?? '')) throw error;
  }
  const readOnly = await fileSystem.open(path, 'read');
  try {
    await readOnly.setMode(OWNER_FILE);
  } finally {
    await tolerate(() => readOnly.close());
  }
  return fileSystem.open(path, 'update');
}
