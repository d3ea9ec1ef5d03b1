import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  nodeStoreFileSystem,
  type StoreFile,
  type StoreFileSystem,
} from '../../services/store-file-system.ts';

/** What a power cut does to what was not flushed. Names that were not flushed stay, but for `names-lost`. */
export const CRASHES = ['data-lost', 'data-zeroed', 'data-torn', 'names-lost'] as const;
export type Crash = (typeof CRASHES)[number];

export interface CrashDisk {
  readonly fileSystem: StoreFileSystem;
  /** How many calls changed the disk so far. */
  steps(): number;
  /** Puts what a power cut after the first `steps` changes leaves into an empty directory. */
  replay(steps: number, crash: Crash, intoDir: string): Promise<void>;
}

/** A file as the disk has it: what was flushed, and what was written since. */
interface DiskFile {
  flushed: Uint8Array;
  now: Uint8Array;
  /** Ranges written since the flush. */
  dirty: (readonly [fromBytes: number, endBytes: number])[];
}

interface Disk {
  readonly files: Map<number, DiskFile>;
  readonly names: Map<string, number>;
  readonly flushedNames: Map<string, number>;
}

type Step = (disk: Disk) => void;

/** The real file system below `dir`, and a log of what was done to it, from which a disk that forgot is rebuilt. */
export function createCrashDisk(dir: string): CrashDisk {
  const log: Step[] = [];
  /** Of this moment: which file a path means when it is opened. */
  const live: Disk = emptyDisk();
  let lastFile = 0;
  const record = (step: Step): void => {
    log.push(step);
    step(live);
  };
  const below = (path: string): string => path.slice(dir.length + 1);

  const recorded = (id: number, file: StoreFile): StoreFile => {
    // Without its number, which would let a thread read it unseen: reading is no change, so that is all the same here.
    const { fd: _fd, ...calls } = file;
    return {
      ...calls,
      write: async (bytes, positionBytes) => {
        const kept = bytes.slice();
        const takenBytes = await file.write(bytes, positionBytes);
        record(({ files }) => write(files.get(id)!, kept.subarray(0, takenBytes), positionBytes));
        return takenBytes;
      },
      truncate: async (sizeBytes) => {
        await file.truncate(sizeBytes);
        record(({ files }) => {
          const found = files.get(id)!;
          found.now = found.now.slice(0, sizeBytes);
        });
      },
      syncData: async () => record(({ files }) => flush(files.get(id)!)),
      sync: async () => record(({ files }) => flush(files.get(id)!)),
    };
  };

  return {
    fileSystem: {
      ...nodeStoreFileSystem,
      open: async (path, use) => {
        const file = await nodeStoreFileSystem.open(path, use);
        if (use === 'create') {
          lastFile += 1;
          const id = lastFile;
          record(({ files, names }) => {
            files.set(id, { flushed: new Uint8Array(0), now: new Uint8Array(0), dirty: [] });
            names.set(below(path), id);
          });
        }
        const id = live.names.get(below(path));
        return id === undefined ? file : recorded(id, file);
      },
      rename: async (fromPath, toPath) => {
        await nodeStoreFileSystem.rename(fromPath, toPath);
        record(({ names }) => {
          const id = names.get(below(fromPath))!;
          names.delete(below(fromPath));
          names.set(below(toPath), id);
        });
      },
      unlink: async (path) => {
        await nodeStoreFileSystem.unlink(path);
        record(({ names }) => {
          names.delete(below(path));
        });
      },
      syncDirectory: async (path) => record((disk) => flushNames(disk, below(path))),
    },
    steps: () => log.length,
    replay: async (steps, crash, intoDir) => {
      const disk = emptyDisk();
      for (const step of log.slice(0, steps)) step(disk);
      const names = crash === 'names-lost' ? disk.flushedNames : disk.names;
      for (const [name, id] of names) {
        const path = join(intoDir, name);
        await mkdir(dirname(path), { recursive: true, mode: 0o700 });
        await writeFile(path, contentAfter(disk.files.get(id)!, crash), { mode: 0o600 });
      }
    },
  };
}

function emptyDisk(): Disk {
  return { files: new Map(), names: new Map(), flushedNames: new Map() };
}

function write(file: DiskFile, bytes: Uint8Array, positionBytes: number): void {
  const endBytes = positionBytes + bytes.byteLength;
  const now = new Uint8Array(Math.max(file.now.byteLength, endBytes));
  now.set(file.now);
  now.set(bytes, positionBytes);
  file.now = now;
  file.dirty.push([positionBytes, endBytes]);
}

function flush(file: DiskFile): void {
  file.flushed = file.now.slice();
  file.dirty = [];
}

function flushNames({ names, flushedNames }: Disk, directory: string): void {
  for (const name of flushedNames.keys()) {
    if (dirname(name) === directory && !names.has(name)) flushedNames.delete(name);
  }
  for (const [name, id] of names) {
    if (dirname(name) === directory) flushedNames.set(name, id);
  }
}

function contentAfter(file: DiskFile, crash: Crash): Uint8Array {
  switch (crash) {
    case 'data-lost':
      return file.flushed;
    case 'names-lost':
      return file.now;
    case 'data-zeroed':
      return withDirty(file, ([fromBytes, endBytes], bytes) => bytes.fill(0, fromBytes, endBytes));
    case 'data-torn':
      return withDirty(file, ([fromBytes, endBytes], bytes) =>
        bytes.fill(0, Math.ceil((fromBytes + endBytes) / 2), endBytes),
      );
  }
}

function withDirty(
  { now, dirty }: DiskFile,
  spoil: (range: readonly [number, number], bytes: Uint8Array) => unknown,
): Uint8Array {
  const bytes = now.slice();
  for (const range of dirty) spoil(range, bytes);
  return bytes;
}
