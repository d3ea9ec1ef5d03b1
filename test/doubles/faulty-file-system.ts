import { type FileStat, type FileSystem, nodeFileSystem, type OpenFile } from '../../services/file-system.ts';

/** A hook runs before the real call: it may throw in its place, change the file, or change what is asked. */
export interface FileFaults {
  readonly open?: () => unknown;
  readonly stat?: () => unknown;
  /** `count` is 0 for the first fstat. */
  readonly fstat?: (count: number) => unknown;
  /** Returns how many bytes may come, or nothing for as many as were asked. `count` is 0 for the first read. */
  readonly read?: (count: number) => number | undefined | Promise<number | undefined>;
  readonly close?: () => unknown;
}

export interface FaultyFileSystem extends FileSystem {
  /** Calls made so far, in order: `open`, `fstat`, `read`, `stat`, `close`. */
  readonly calls: readonly string[];
}

/** An error as Node's file system calls reject with. */
export function systemError(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/** The real file system, with faults. A file is closed even where its close fails. */
export function createFaultyFileSystem(faults: FileFaults = {}): FaultyFileSystem {
  const calls: string[] = [];
  const withFaults = (file: OpenFile): OpenFile => {
    let stats = 0;
    let reads = 0;
    return {
      stat: async (): Promise<FileStat> => {
        calls.push('fstat');
        await faults.fstat?.(stats++);
        return file.stat();
      },
      read: async (buffer, lengthBytes, positionBytes) => {
        calls.push('read');
        const mostBytes = await faults.read?.(reads++);
        return file.read(buffer, Math.min(lengthBytes, mostBytes ?? lengthBytes), positionBytes);
      },
      close: async () => {
        calls.push('close');
        await file.close();
        await faults.close?.();
      },
    };
  };
  return {
    calls,
    open: async (path) => {
      calls.push('open');
      await faults.open?.();
      return withFaults(await nodeFileSystem.open(path));
    },
    stat: async (path) => {
      calls.push('stat');
      await faults.stat?.();
      return nodeFileSystem.stat(path);
    },
  };
}
