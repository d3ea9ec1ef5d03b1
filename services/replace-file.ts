import { open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { randomSeed } from './entropy.ts';

/**
 * Puts a text in the place of a file so that a reader, and a power cut, find the old one or the new one whole:
 * written beside it, flushed, renamed, and the directory flushed. Rejects as Node's own calls do; then the old file
 * stands, and nothing is left beside it.
 *
 * @param mode Permissions of the new file, before the mask of the process.
 */
export async function replaceFile(path: string, text: string, mode: number): Promise<void> {
  const folder = dirname(path);
  const temporary = join(folder, `.${basename(path)}.${process.pid}-${randomSeed().toString(16)}.tmp`);
  try {
    await writeNew(temporary, text, mode);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true }).catch(() => undefined);
    throw error;
  }
  await flushFolder(folder);
}

async function writeNew(path: string, text: string, mode: number): Promise<void> {
  const file = await open(path, 'wx', mode);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
}

/** Not every system can flush a directory, and there the rename is as durable as it gets. */
async function flushFolder(path: string): Promise<void> {
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch {
    // The new file stands already.
  }
}
