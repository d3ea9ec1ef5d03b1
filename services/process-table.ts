import { createHash } from 'node:crypto';
import { readFile, readlink } from 'node:fs/promises';
import { hostname, uptime } from 'node:os';
import { type OwnerLife, ownerLife, type StoreOwner } from '../policies/lock-age.ts';

/** Who this process is to others that share a directory with it, and which of them still are. */
export interface ProcessTable {
  self(): Promise<StoreOwner>;
  /** Whether a process of this number and start runs on this machine, as far as this process can see. */
  isRunning(owner: StoreOwner): Promise<boolean>;
}

/** Whether the owner of a lock or a partial file still is; `untold` for one that nobody can name. */
export async function lifeOf(processes: ProcessTable, owner: StoreOwner | null): Promise<OwnerLife> {
  if (owner === null) return 'untold';
  const self = await processes.self();
  const isHere = owner.placeId === self.placeId;
  return ownerLife(owner, self, isHere && (await processes.isRunning(owner)));
}

export function createProcessTable(): ProcessTable {
  let self: Promise<StoreOwner> | null = null;
  return {
    self: () => {
      self ??= identify();
      return self;
    },
    isRunning: async ({ pid, startId }) => {
      if (!hasProcess(pid)) return false;
      const foundId = await startIdOf(pid);
      // What cannot be told is taken for the same process: a lock that is kept too long ends by its age.
      return foundId === UNTOLD || startId === UNTOLD || foundId === startId;
    },
  };
}

const UNTOLD = '0';
/** The moment of boot, reckoned from two clocks, is told the same within this. */
const BOOT_GRAIN_MS = 60_000;

async function identify(): Promise<StoreOwner> {
  const machine = await readText('/etc/machine-id');
  const boot = (await readText('/proc/sys/kernel/random/boot_id')) ?? bootMoment();
  const numbers = await readlink('/proc/self/ns/pid').catch(() => '');
  const host = [hostname(), machine ?? ''];
  return {
    pid: process.pid,
    startId: await startIdOf(process.pid),
    hostId: identifierOf(host),
    bootId: identifierOf([boot]),
    placeId: identifierOf([...host, boot, numbers]),
  };
}

function hasProcess(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // It is there, and another user's.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** Field 22 of Linux's table; the name before it can hold anything but ends with the last parenthesis. */
async function startIdOf(pid: number): Promise<string> {
  const line = await readText(`/proc/${pid}/stat`);
  const started = line?.slice(line.lastIndexOf(')') + 2).split(' ')[19];
  return started !== undefined && /^\d{1,20}$/.test(started) ? started : UNTOLD;
}

function bootMoment(): string {
  return String(Math.round((Date.now() - uptime() * 1000) / BOOT_GRAIN_MS));
}

async function readText(path: string): Promise<string | null> {
  return readFile(path, 'utf8').catch(() => null);
}

function identifierOf(parts: readonly string[]): string {
  return createHash('sha256').update(parts.join('\n')).digest('hex').slice(0, 8);
}
