import { isIntegerFrom, isNumberWithin, isPlainObject, ownField } from './foreign.ts';
import { failClosed } from './verdict.ts';

/** Which process a lock or a partial file belongs to. The identifiers tell apart and mean nothing else. */
export interface StoreOwner {
  readonly pid: number;
  /** When the process began, as the system counts it; '0' where it does not tell. A process number is used again. */
  readonly startId: string;
  /** The machine. */
  readonly hostId: string;
  /** The boot of the machine. */
  readonly bootId: string;
  /** Where process numbers mean the same: a boot, and within it a container. */
  readonly placeId: string;
}

/** `untold`: it runs on another machine or in another container, so that only signs of life can tell. */
export type OwnerLife = 'alive' | 'gone' | 'untold';

/** A holder writes to its lock every 5 s; without a sign for this long it is held no more. */
export const LOCK_SILENT_MS_MAX = 30_000;
/** A partial file of another machine is written to with pauses: each retry waits, and so does a stalled source. */
export const PARTIAL_SILENT_MS_MAX = 120_000;
/** Longest lock file that is read, in UTF-16 units. */
export const LOCK_CHARS_MAX = 1024;

const DIGITS = /^\d{1,20}$/;
const IDENTIFIER = /^[0-9a-f]{8}$/;
const TOKEN = /^[0-9a-f]{16}$/;

/** Reads the fields of an owner; null where one is missing or malformed. Total. */
export function readStoreOwner(owner: unknown): StoreOwner | null {
  return failClosed(() => {
    if (!isPlainObject(owner)) return null;
    const pid = ownField(owner, 'pid');
    const startId = ownField(owner, 'startId');
    const hostId = ownField(owner, 'hostId');
    const bootId = ownField(owner, 'bootId');
    const placeId = ownField(owner, 'placeId');
    if (!isIntegerFrom(pid, 1) || !isText(startId, DIGITS)) return null;
    if (!isText(hostId, IDENTIFIER) || !isText(bootId, IDENTIFIER) || !isText(placeId, IDENTIFIER))
      return null;
    return { pid, startId, hostId, bootId, placeId };
  }, null);
}

/** What a lock file says: who holds it, and a token that no other lock has. Null where it is torn or not one. Total. */
export function readLock(text: unknown): { readonly owner: StoreOwner; readonly token: string } | null {
  return failClosed(() => {
    if (typeof text !== 'string' || text.length > LOCK_CHARS_MAX) return null;
    const lock: unknown = JSON.parse(text);
    if (!isPlainObject(lock)) return null;
    const owner = readStoreOwner(ownField(lock, 'owner'));
    const token = ownField(lock, 'token');
    return owner !== null && isText(token, TOKEN) ? { owner, token } : null;
  }, null);
}

/**
 * Whether a process still is.
 *
 * @param isRunning Whether a process of its number and start runs here; counts only where numbers mean the same.
 */
export function ownerLife(owner: StoreOwner, self: StoreOwner, isRunning: boolean): OwnerLife {
  if (owner.placeId === self.placeId) return isRunning ? 'alive' : 'gone';
  return owner.hostId === self.hostId && owner.bootId !== self.bootId ? 'gone' : 'untold';
}

/**
 * Whether a lock is held no more: its owner is gone, or gave no sign of life for more than 30 s.
 *
 * @param life Of its owner; `untold` where the lock does not say whose it is, as one that is just being written.
 * @param silentMs Since the last sign of life, by the clock of the file system. One from the future counts as 0.
 */
export function isLockStale(life: OwnerLife, silentMs: unknown): boolean {
  return life === 'gone' || isLonger(silentMs, LOCK_SILENT_MS_MAX);
}

/** Whether nobody works on a partial file any more. A live process keeps its own however long it is silent. */
export function isPartialLeft(life: OwnerLife, silentMs: unknown): boolean {
  if (life !== 'untold') return life === 'gone';
  return isLonger(silentMs, PARTIAL_SILENT_MS_MAX);
}

function isLonger(silentMs: unknown, mostMs: number): boolean {
  return isNumberWithin(silentMs, 0, Number.MAX_VALUE) && silentMs > mostMs;
}

function isText(value: unknown, pattern: RegExp): value is string {
  return typeof value === 'string' && pattern.test(value);
}
