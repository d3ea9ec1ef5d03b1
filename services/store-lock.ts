import { isLockStale, LOCK_CHARS_MAX, readLock } from '../policies/lock-age.ts';
import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { type Attempt, type Deny, deny } from '../policies/verdict.ts';
import { readSmallText, writeAll } from './durable-file.ts';
import type { FileStat } from './file-system.ts';
import { silentMs } from './file-system-time.ts';
import type { StoreLock } from './model-store.ts';
import { longestPartBytes } from './partial-claim.ts';
import { lifeOf } from './process-table.ts';
import type { StoreFile } from './store-file-system.ts';
import { temporaryPath } from './store-layout.ts';
import type { StoreParts } from './store-parts.ts';
import {
  attemptCall,
  codeOf,
  refusalOfOpen,
  refusalOfWrite,
  tolerate,
  unavailable,
} from './store-refusal.ts';
import { lookAt } from './store-tree.ts';
import { waitMs } from './wait.ts';

const HEARTBEAT_EVERY_MS = 5_000;
const POLL_MS_MIN = 250;
const POLL_MS_MAX = 1_000;

/**
 * Takes the lock of a model. A lock spares two processes the same download and no more: on a file system where it does
 * nothing both of them download, each into a file of its own.
 */
export async function takeLock(
  parts: StoreParts,
  sha256: string,
  signal: CancelSignal,
  onWaiting?: (otherBytes: number) => void,
): Promise<Attempt<StoreLock>> {
  let hasEnded = false;
  for (let pollMs = POLL_MS_MIN; ; pollMs = Math.min(2 * pollMs, POLL_MS_MAX)) {
    if (signal.aborted) return deny('start_superseded');
    const made = await makeLock(parts, sha256);
    if (made !== 'held') {
      if (!made.ok || !signal.aborted) return made;
      await made.value.release();
      continue;
    }
    const looked = await endStaleLock(parts, sha256);
    if (looked !== 'held' && looked !== 'ended') return looked;
    // At once, and then not at once again: a file system that says both "there" and "not there" must not be hurried.
    hasEnded = looked === 'ended' && !hasEnded;
    if (hasEnded) continue;
    tell(onWaiting, await longestPartBytes(parts, sha256));
    await waitMs(parts.clock, pollMs, signal);
  }
}

/**
 * Deletes a lock that nobody holds any more; `held` where somebody does. Of several processes that find it stale, one
 * takes it out; what another put in its place meanwhile is put back.
 */
export async function endStaleLock(parts: StoreParts, sha256: string): Promise<'ended' | 'held' | Deny> {
  const { fileSystem, layout, processes, uniqueId } = parts;
  const path = layout.lock(sha256);
  const found = await lookAt(fileSystem, path);
  if (!found.ok) return found;
  if (found.value === null) return 'ended';
  if (!found.value.isFile()) return unavailable();

  const lock = readLock(await readSmallText(fileSystem, path, LOCK_CHARS_MAX));
  const life = await lifeOf(processes, lock?.owner ?? null);
  const silent = life === 'gone' ? null : await silentMs(parts, sha256, found.value.mtimeNs);
  if (!isLockStale(life, silent)) return 'held';

  const taken = temporaryPath(path, uniqueId());
  const renamed = await attemptCall(() => fileSystem.rename(path, taken), refusalOfWrite);
  if (!renamed.ok) {
    const left = await lookAt(fileSystem, path);
    return left.ok && left.value === null ? 'ended' : renamed;
  }
  const now = await lookAt(fileSystem, taken);
  if (now.ok && now.value !== null && !isSameLock(found.value, now.value)) {
    // Somebody else was quicker, and this is the lock they made since; or its holder lives after all.
    await tolerate(() => fileSystem.rename(taken, path));
    return 'held';
  }
  const deleted = await attemptCall(() => fileSystem.unlink(taken), refusalOfWrite);
  return deleted.ok ? 'ended' : deleted;
}

/** The number of a deleted file is given to the next one: its time tells them apart. */
function isSameLock(a: FileStat, b: FileStat): boolean {
  return a.dev === b.dev && a.ino === b.ino && a.mtimeNs === b.mtimeNs;
}

async function makeLock(parts: StoreParts, sha256: string): Promise<Attempt<StoreLock> | 'held'> {
  const path = parts.layout.lock(sha256);
  let isHeld = false;
  const opened = await attemptCall(
    () => parts.fileSystem.open(path, 'create'),
    (error) => {
      isHeld = codeOf(error) === 'EEXIST';
      return refusalOfOpen(error);
    },
  );
  if (!opened.ok) return isHeld ? 'held' : opened;
  const file = opened.value;
  const owner = await parts.processes.self();
  const text = Buffer.from(`${JSON.stringify({ owner, token: parts.uniqueId() })}\n`);
  const written = await attemptCall(() => writeAll(file, text, 0), refusalOfWrite);
  if (written.ok) return { ok: true, value: holdLock(parts, path, file, text) };
  await tolerate(() => file.close());
  await tolerate(() => parts.fileSystem.unlink(path));
  return written;
}

/** Writing the same bytes again is the sign of life: it takes its time from the clock of the file system. */
function holdLock(parts: StoreParts, path: string, file: StoreFile, text: Uint8Array): StoreLock {
  const { fileSystem, heartbeatClock: clock } = parts;
  let beating: Promise<void> = Promise.resolve();
  let timer: unknown;
  let released: Promise<void> | null = null;
  const arm = (): void => {
    timer = clock.setTimeout(() => {
      beating = tolerate(() => writeAll(file, text, 0)).then(() => {
        if (released === null) arm();
      });
    }, HEARTBEAT_EVERY_MS);
  };
  arm();

  const letGo = async (): Promise<void> => {
    clock.clearTimeout(timer);
    await beating;
    // A lock that was taken for stale is another's by now, and stays.
    const isOwn = await attemptCall(async () => {
      const [own, named] = await Promise.all([file.stat(), fileSystem.lstat(path)]);
      return own.ino === named.ino && own.dev === named.dev;
    }, unavailable);
    await tolerate(() => file.close());
    if (isOwn.ok && isOwn.value) await tolerate(() => fileSystem.unlink(path));
  };
  return {
    release: () => {
      released ??= letGo();
      return released;
    },
  };
}

/** A listener that throws must not decide who waits. */
function tell(onWaiting: ((otherBytes: number) => void) | undefined, otherBytes: number): void {
  try {
    onWaiting?.(otherBytes);
  } catch {
    // Its own affair.
  }
}
