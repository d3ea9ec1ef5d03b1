import { dirname } from 'node:path';
import { type Deny, deny } from '../policies/verdict.ts';
import type { StoreFile, StoreFileSystem } from './store-file-system.ts';
import { temporaryPath } from './store-layout.ts';
import { attemptCall, codeOf, refusalOfOpen, refusalOfWrite, tolerate } from './store-refusal.ts';

/**
 * Puts a small file in place at one stroke: after a power cut there is the old one, the new one or none, and never a
 * part of one. Null once it is safe, else why not; then what was there before still is.
 *
 * @param id Part of a temporary name that nobody else has.
 */
export async function writeDurably(
  fileSystem: StoreFileSystem,
  path: string,
  text: string,
  id: string,
): Promise<Deny | null> {
  const temporary = temporaryPath(path, id);
  const opened = await attemptCall(() => fileSystem.open(temporary, 'create'), refusalOfOpen);
  if (!opened.ok) return opened;
  const written = await attemptCall(() => fill(opened.value, text), refusalOfWrite);
  const placed = written.ok
    ? await attemptCall(() => fileSystem.rename(temporary, path), refusalOfWrite)
    : written;
  if (!placed.ok) {
    await tolerate(() => fileSystem.unlink(temporary));
    return placed;
  }
  const kept = await attemptCall(() => syncNames(fileSystem, dirname(path)), refusalOfWrite);
  return kept.ok ? null : kept;
}

/** Writes all of the bytes: a system may take a part of them and say so. Rejects where it takes none. */
export async function writeAll(file: StoreFile, bytes: Uint8Array, positionBytes: number): Promise<void> {
  let doneBytes = 0;
  while (doneBytes < bytes.byteLength) {
    const takenBytes = await file.write(bytes.subarray(doneBytes), positionBytes + doneBytes);
    if (!(takenBytes > 0)) throw new Error('the file takes no more bytes');
    doneBytes += takenBytes;
  }
}

/** Flushes the names in a directory; where a system cannot do that, its names are as safe as it makes them. */
export async function syncNames(fileSystem: StoreFileSystem, directory: string): Promise<void> {
  try {
    await fileSystem.syncDirectory(directory);
  } catch (error) {
    if (!CANNOT_SYNC.includes(codeOf(error) ?? '')) throw error;
  }
}

/** Reads a small text file from its start; null where there is none, it is no regular file, or it is too long. */
export async function readSmallText(
  fileSystem: StoreFileSystem,
  path: string,
  bytesMax: number,
): Promise<string | null> {
  const read = await attemptCall(
    async () => {
      const file = await fileSystem.open(path, 'read');
      try {
        if (!(await file.stat()).isFile()) return null;
        return await readText(file, bytesMax);
      } finally {
        await tolerate(() => file.close());
      }
    },
    () => deny('store_unavailable'),
  );
  return read.ok ? read.value : null;
}

/** Windows opens no directory; some file systems flush none. */
const CANNOT_SYNC: readonly string[] = ['EINVAL', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EISDIR', 'EPERM'];

async function fill(file: StoreFile, text: string): Promise<void> {
  try {
    await writeAll(file, Buffer.from(text), 0);
    await file.sync();
  } finally {
    await tolerate(() => file.close());
  }
}

async function readText(file: StoreFile, bytesMax: number): Promise<string | null> {
  const buffer = Buffer.alloc(bytesMax + 1);
  let lengthBytes = 0;
  while (lengthBytes < buffer.length) {
    const rest = buffer.subarray(lengthBytes);
    const readBytes = await file.read(rest, rest.length, lengthBytes);
    if (readBytes === 0) return buffer.toString('utf8', 0, lengthBytes);
    lengthBytes += readBytes;
  }
  return null;
}
