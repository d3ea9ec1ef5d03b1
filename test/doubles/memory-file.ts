import type { OpenFile } from '../../services/file-system.ts';

export interface MemoryFile extends OpenFile {
  readonly reads: number;
  /** Bytes that reads asked for, together. */
  readonly askedBytes: number;
}

/** An open file that holds `bytes`, and counts what is asked of it. */
export function createMemoryFile(bytes: Uint8Array): MemoryFile {
  let reads = 0;
  let askedBytes = 0;
  return {
    get reads() {
      return reads;
    },
    get askedBytes() {
      return askedBytes;
    },
    read: async (buffer, lengthBytes, positionBytes) => {
      reads += 1;
      askedBytes += lengthBytes;
      const found = bytes.subarray(positionBytes, positionBytes + lengthBytes);
      buffer.set(found);
      return found.byteLength;
    },
    stat: () => Promise.reject(new Error('not asked for')),
    close: async () => undefined,
  };
}
