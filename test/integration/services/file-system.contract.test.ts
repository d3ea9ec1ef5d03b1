import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type FileSystem, nodeFileSystem } from '../../../services/file-system.ts';
import { createLocalModelSource } from '../../../services/model-file.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import { simulatedDisk } from '../../sim/contract-arms.ts';

const BYTES = createModelBytes(20_000);
let directory = '';

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'file-system-'));
  await writeFile(path(), BYTES);
});
afterAll(() => rm(directory, { recursive: true, force: true }));

const path = (): string => join(directory, 'model.gguf');

/** What both must do alike, so that a proof on the simulated disk says something of a real one. */
const arms: [string, () => FileSystem][] = [
  ['the real file system', () => nodeFileSystem],
  ['the simulated disk', () => simulatedDisk(path(), BYTES)],
];

describe.each(arms)('%s', (_name, open) => {
  test('[SM17] gives the bytes of a file, wherever a read begins, and none behind its end', async () => {
    const file = await open().open(path());
    const buffer = new Uint8Array(100);
    expect(await file.read(buffer, 100, 5_000)).toBe(100);
    expect(buffer).toEqual(BYTES.slice(5_000, 5_100));
    expect(await file.read(buffer, 100, 19_950)).toBe(50);
    expect(buffer.subarray(0, 50)).toEqual(BYTES.slice(19_950));
    expect(await file.read(buffer, 100, 20_000)).toBe(0);
    await file.close();
  });

  test('[SM17] tells the same of a file by its name and through its handle', async () => {
    const system = open();
    const file = await system.open(path());
    const [named, held] = [await system.stat(path()), await file.stat()];
    expect(held.isFile()).toBe(true);
    expect(held.size).toBe(20_000n);
    for (const field of ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const) {
      expect(held[field]).toBe(named[field]);
    }
    await file.close();
  });

  test('[SM17] refuses a name that is not there, with the code ENOENT', async () => {
    const nowhere = join(directory, 'nowhere.gguf');
    await expect(open().open(nowhere)).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(open().stat(nowhere)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  test.each([
    ['the meant file', specOf(BYTES), { ok: true }],
    ['a shorter one', { ...specOf(BYTES), sizeBytes: 20_001 }, { ok: false, reason: 'size_short' }],
    ['a longer one', { ...specOf(BYTES), sizeBytes: 19_999 }, { ok: false, reason: 'size_exceeded' }],
    ['another one', { ...specOf(BYTES), sha256: '0'.repeat(64) }, { ok: false, reason: 'digest_mismatch' }],
  ])('[SM17] proves or refuses alike: %s', async (_case, spec, expected) => {
    const { signal } = new AbortController();
    expect(await createLocalModelSource(open())({ path: path(), signal, ...spec })).toMatchObject(expected);
  });
});
