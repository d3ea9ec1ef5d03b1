import { constants } from 'node:fs';
import { open, stat } from 'node:fs/promises';

/** The calls that proving a file takes, so that a test can make each of them fail. They reject as Node's own do. */
export interface FileSystem {
  /** Opens for reading, without waiting for the other end of a pipe. */
  open(path: string): Promise<OpenFile>;
  /** Follows symbolic links. */
  stat(path: string): Promise<FileStat>;
}

export interface OpenFile {
  /** The number under which every thread of this process can read it; absent where there is none. */
  readonly fd?: number;
  stat(): Promise<FileStat>;
  /** Reads up to `lengthBytes` into the start of `buffer`; fewer may come, and 0 is the end of the file. */
  read(buffer: Uint8Array, lengthBytes: number, positionBytes: number): Promise<number>;
  close(): Promise<void>;
}

/** What tells one content of one file from another, as far as a file system can. */
export interface FileStat {
  readonly dev: bigint;
  readonly ino: bigint;
  readonly size: bigint;
  readonly mtimeNs: bigint;
  readonly ctimeNs: bigint;
  isFile(): boolean;
}

/** Whether two looks saw the same content of the same file. */
export function isSameStat(a: FileStat, b: FileStat): boolean {
  return (
    a.dev === b.dev &&
    a.ino === b.ino &&
    a.size === b.size &&
    a.mtimeNs === b.mtimeNs &&
    a.ctimeNs === b.ctimeNs
  );
}

/**
 * Opening a pipe that nobody writes to waits for ever without O_NONBLOCK, and a terminal must not become that of
 * this process. Neither flag exists on Windows, nor do such files.
 */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0) | (constants.O_NOCTTY ?? 0);

export const nodeFileSystem: FileSystem = Object.freeze({
  open: async (path: string): Promise<OpenFile> => {
    const handle = await open(path, OPEN_FLAGS);
    return {
      fd: handle.fd,
      stat: () => handle.stat({ bigint: true }),
      read: async (buffer, lengthBytes, positionBytes) =>
        (await handle.read(buffer, 0, lengthBytes, positionBytes)).bytesRead,
      close: () => handle.close(),
    };
  },
  stat: (path: string): Promise<FileStat> => stat(path, { bigint: true }),
});
