import { dirname } from 'node:path';
import type { Attempt, Deny } from '../policies/verdict.ts';
import { syncNames } from './durable-file.ts';
import type { StoreFileSystem, StoreStat } from './store-file-system.ts';
import type { StoreLayout } from './store-layout.ts';
import { attemptCall, codeOf, refusalOfOpen, tolerate, unavailable } from './store-refusal.ts';

/** Makes the directories of a store that are missing. Null once all are there, else why they cannot be. */
export async function makeTree(fileSystem: StoreFileSystem, layout: StoreLayout): Promise<Deny | null> {
  const { dir, blobs, records, partials, locks, quarantine } = layout;
  const made = await attemptCall(() => fileSystem.makeDirectory(dir), refusalOfOpen);
  if (!made.ok) return made;
  let isNew = false;
  for (const directory of [blobs, records, partials, locks, quarantine]) {
    const found = await lookAtDirectory(fileSystem, directory);
    if (found === 'refused') return unavailable();
    if (found === 'there') continue;
    const added = await attemptCall(() => fileSystem.makeDirectory(directory), refusalOfOpen);
    if (!added.ok) return added;
    isNew = true;
  }
  if (!isNew) return null;
  // What is lost here is lost with all that is in it, and nothing in it is needed: so these need not succeed.
  await tolerate(() => syncNames(fileSystem, dir));
  await tolerate(() => syncNames(fileSystem, dirname(dir)));
  return null;
}

/**
 * What lies where a directory of the store belongs. A link is refused: it would move that part of the store to where
 * others may write. The directory of the store itself may be one, which `path` here never is.
 */
export async function lookAtDirectory(
  fileSystem: StoreFileSystem,
  path: string,
): Promise<'there' | 'absent' | 'refused'> {
  const found = await lookAt(fileSystem, path);
  if (!found.ok) return 'refused';
  if (found.value === null) return 'absent';
  return found.value.isDirectory() ? 'there' : 'refused';
}

/** What has a name, a link itself and not what it leads to; null where nothing has. `store_unavailable`. */
export async function lookAt(fileSystem: StoreFileSystem, path: string): Promise<Attempt<StoreStat | null>> {
  try {
    return { ok: true, value: await fileSystem.lstat(path) };
  } catch (error) {
    return codeOf(error) === 'ENOENT' ? { ok: true, value: null } : unavailable();
  }
}
