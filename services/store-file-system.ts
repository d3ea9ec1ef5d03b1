import { constants } from 'node:fs';
import {
  type FileHandle,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rmdir,
  statfs,
  unlink,
} from 'node:fs/promises';
import type { FileStat, OpenFile } from './file-system.ts';

/**
 * The calls that a store makes, so that a test can make each of them fail or forget. They reject as Node's own do.
 * No call but those that make a directory follows a symbolic link in the last part of a path.
 */
export interface StoreFileSystem {
  open(path: string, use: FileUse): Promise<StoreFile>;
  lstat(path: string): Promise<StoreStat>;
  /** Makes a directory and those above it, for its owner alone; one that is there is no error. */
  makeDirectory(path: string): Promise<void>;
  readDirectory(path: string): Promise<readonly string[]>;
  /** Flushes the names in a directory. */
  syncDirectory(path: string): Promise<void>;
  rename(fromPath: string, toPath: string): Promise<void>;
  unlink(path: string): Promise<void>;
  removeDirectory(path: string): Promise<void>;
  /** Space that this user may fill, on the file system of a directory. */
  freeBytes(path: string): Promise<number>;
}

/** `create` makes a new file that only its owner can read and write, and fails where anything has the name. */
export type FileUse = 'read' | 'update' | 'create';

export interface StoreFile extends OpenFile {
  /** Writes at a position; fewer bytes may be taken than came. */
  write(bytes: Uint8Array, positionBytes: number): Promise<number>;
  truncate(sizeBytes: number): Promise<void>;
  /** Flushes what is needed to read the file's bytes again. */
  syncData(): Promise<void>;
  /** Flushes the file and all that is known of it. */
  sync(): Promise<void>;
  setMode(mode: number): Promise<void>;
}

export interface StoreStat extends FileStat {
  isDirectory(): boolean;
}

const OWNER_DIRECTORY = 0o700;
const OWNER_FILE = 0o600;

/** Windows has none of these flags, and asks for rights to make a symbolic link. */
const NEVER_FOLLOW = (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);
const FLAGS: Readonly<Record<FileUse, number>> = {
  read: constants.O_RDONLY | NEVER_FOLLOW,
  update: constants.O_RDWR | NEVER_FOLLOW,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | NEVER_FOLLOW,
};

export const nodeStoreFileSystem: StoreFileSystem = Object.freeze({
  open: async (path: string, use: FileUse) => storeFile(await open(path, FLAGS[use], OWNER_FILE)),
  lstat: (path: string) => lstat(path, { bigint: true }),
  makeDirectory: async (path: string) => {
    await mkdir(path, { recursive: true, mode: OWNER_DIRECTORY });
  },
  readDirectory: (path: string) => readdir(path),
  syncDirectory: async (path: string) => {
    const handle = await open(path, constants.O_RDONLY);
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
  rename: (fromPath: string, toPath: string) => rename(fromPath, toPath),
  unlink: (path: string) => unlink(path),
  removeDirectory: (path: string) => rmdir(path),
  freeBytes: async (path: string) => {
    const { bavail, bsize } = await statfs(path);
    return bavail * bsize;
  },
});

function storeFile(handle: FileHandle): StoreFile {
  return {
    fd: handle.fd,
    stat: () => handle.stat({ bigint: true }),
    read: async (buffer, lengthBytes, positionBytes) =>
      (await handle.read(buffer, 0, lengthBytes, positionBytes)).bytesRead,
    write: async (bytes, positionBytes) =>
      (await handle.write(bytes, 0, bytes.byteLength, positionBytes)).bytesWritten,
    truncate: (sizeBytes) => handle.truncate(sizeBytes),
    syncData: () => handle.datasync(),
    sync: () => handle.sync(),
    setMode: (mode) => handle.chmod(mode),
    close: () => handle.close(),
  };
}
