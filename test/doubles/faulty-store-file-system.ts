import {
  nodeStoreFileSystem,
  type StoreFile,
  type StoreFileSystem,
} from '../../services/store-file-system.ts';
import { systemError } from './faulty-file-system.ts';

/** One call of a file system: `open`, `lstat`, `makeDirectory`, … of the store's port, or `file.write`, `file.sync`, … */
export interface StoreCall {
  readonly name: string;
  /** Of the file or directory; of a rename both, with an arrow between. */
  readonly path: string;
  /** 0 for the first call of this file system. */
  readonly at: number;
}

export interface StoreFaults {
  /** Runs before each call. A code that it returns is the error of that call, and the call is not made. */
  readonly fail?: (call: StoreCall) => string | null | undefined | Promise<string | null | undefined>;
  /** Most bytes that one write takes. */
  readonly writeBytesMax?: number;
  readonly freeBytes?: number;
  /** Flushes nothing, and is quick: for tests that make no use of the disk's own memory. Default true. */
  readonly isFlushSkipped?: boolean;
  /** Whether files have no number, so that nobody reads them past this double. Default true. */
  readonly isFdHidden?: boolean;
}

export interface FaultyStoreFileSystem extends StoreFileSystem {
  readonly calls: readonly StoreCall[];
  /** `name path` of each call, the path without what is in front of `<dir>`. */
  told(dir: string): readonly string[];
}

/** The real file system, with faults. A file is closed even where its close fails. */
export function createFaultyStoreFileSystem(faults: StoreFaults = {}): FaultyStoreFileSystem {
  const calls: StoreCall[] = [];
  const { isFlushSkipped = true, isFdHidden = true } = faults;
  const enter = async (name: string, path: string): Promise<void> => {
    const call = { name, path, at: calls.length };
    calls.push(call);
    const code = await faults.fail?.(call);
    if (code != null) throw systemError(code);
  };

  const withFaults = (path: string, { fd, ...file }: StoreFile): StoreFile => ({
    ...(isFdHidden || fd === undefined ? {} : { fd }),
    stat: async () => {
      await enter('file.stat', path);
      return file.stat();
    },
    read: async (buffer, lengthBytes, positionBytes) => {
      await enter('file.read', path);
      return file.read(buffer, lengthBytes, positionBytes);
    },
    write: async (bytes, positionBytes) => {
      await enter('file.write', path);
      return file.write(bytes.subarray(0, faults.writeBytesMax ?? bytes.byteLength), positionBytes);
    },
    truncate: async (sizeBytes) => {
      await enter('file.truncate', path);
      return file.truncate(sizeBytes);
    },
    syncData: async () => {
      await enter('file.syncData', path);
      if (!isFlushSkipped) await file.syncData();
    },
    sync: async () => {
      await enter('file.sync', path);
      if (!isFlushSkipped) await file.sync();
    },
    setMode: async (mode) => {
      await enter('file.setMode', path);
      return file.setMode(mode);
    },
    close: async () => {
      await file.close();
      await enter('file.close', path);
    },
  });

  return {
    calls,
    told: (dir) => calls.map(({ name, path }) => `${name} ${path.replaceAll(`${dir}/`, '')}`),
    open: async (path, use) => {
      await enter(`open.${use}`, path);
      return withFaults(path, await nodeStoreFileSystem.open(path, use));
    },
    lstat: async (path) => {
      await enter('lstat', path);
      return nodeStoreFileSystem.lstat(path);
    },
    makeDirectory: async (path) => {
      await enter('makeDirectory', path);
      return nodeStoreFileSystem.makeDirectory(path);
    },
    readDirectory: async (path) => {
      await enter('readDirectory', path);
      return nodeStoreFileSystem.readDirectory(path);
    },
    syncDirectory: async (path) => {
      await enter('syncDirectory', path);
      if (!isFlushSkipped) await nodeStoreFileSystem.syncDirectory(path);
    },
    rename: async (fromPath, toPath) => {
      await enter('rename', `${fromPath} → ${toPath}`);
      return nodeStoreFileSystem.rename(fromPath, toPath);
    },
    unlink: async (path) => {
      await enter('unlink', path);
      return nodeStoreFileSystem.unlink(path);
    },
    removeDirectory: async (path) => {
      await enter('removeDirectory', path);
      return nodeStoreFileSystem.removeDirectory(path);
    },
    freeBytes: async (path) => {
      await enter('freeBytes', path);
      return faults.freeBytes ?? nodeStoreFileSystem.freeBytes(path);
    },
  };
}
