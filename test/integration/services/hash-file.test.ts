import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { nodeFileSystem, type OpenFile } from '../../../services/file-system.ts';
import { createHashFile, hashFile } from '../../../services/hash-file.ts';
import { createLocalModelSource } from '../../../services/model-file.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import { NEVER_ABORTED, reasonOf } from '../../doubles/store-stage.ts';

const MIB = 2 ** 20;
/** Beyond what is hashed without a thread, and no whole number of pieces. */
const LARGE = createModelBytes(24 * MIB + 5);
const SPEC = specOf(LARGE);

let directory = '';
let path = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hash-'));
  path = join(directory, 'large.gguf');
  await writeFile(path, LARGE);
});
afterAll(() => rm(directory, { recursive: true }));

async function withFile<T>(work: (file: OpenFile) => Promise<T>, of = path): Promise<T> {
  const file = await nodeFileSystem.open(of);
  try {
    return await work(file);
  } finally {
    await file.close();
  }
}

/** Notes how many bytes each read of this thread asks for. */
function watch(file: OpenFile, reads: number[]): OpenFile {
  return {
    ...file,
    read: (buffer, lengthBytes, positionBytes) => {
      reads.push(lengthBytes);
      return file.read(buffer, lengthBytes, positionBytes);
    },
  };
}

const NOWHERE = createHashFile(new URL('./no-such-worker.mjs', import.meta.url));
const BROKEN = createHashFile(new URL('data:text/javascript,throw new Error()'));

describe('hashing a file', () => {
  test.each([
    ['in a thread of its own', hashFile],
    ['here, where there is no code for a thread', NOWHERE],
    ['here, where the thread breaks', BROKEN],
  ])('[MS65] gives the SHA-256 of its bytes, %s', async (_name, hash) => {
    const answer = await withFile((file) => hash(file, LARGE.length, NEVER_ABORTED));
    expect(answer).toEqual({ ok: true, value: SPEC });
  });

  test.each([1, MIB - 1, MIB, 4 * MIB - 1, 4 * MIB, 5 * MIB])(
    '[MS65] gives that of its first %d bytes',
    async (sizeBytes) => {
      const answer = await withFile((file) => hashFile(file, sizeBytes, NEVER_ABORTED));
      expect(answer).toEqual({ ok: true, value: specOf(LARGE.subarray(0, sizeBytes)) });
    },
  );

  test('[MS65] tells how many bytes there were where the file ends before', async () => {
    const short = join(directory, 'short.gguf');
    await writeFile(short, LARGE);
    await truncate(short, 6 * MIB);
    const answer = await withFile((file) => hashFile(file, LARGE.length, NEVER_ABORTED), short);
    expect(answer).toEqual({ ok: true, value: specOf(LARGE.subarray(0, 6 * MIB)) });
  });

  test.each([
    ['in a thread', hashFile],
    ['here', NOWHERE],
  ])(
    '[MS66] tells progress that never falls and ends with the whole (%s), whatever the listener throws',
    async (_name, hash) => {
      const told: number[] = [];
      await withFile((file) =>
        hash(file, LARGE.length, NEVER_ABORTED, (doneBytes) => {
          told.push(doneBytes);
          throw new Error('no');
        }),
      );
      expect(told).toEqual([...told].sort((a, b) => a - b));
      expect(told.at(-1)).toBe(LARGE.length);
    },
  );

  test.each([
    ['in a thread', hashFile],
    ['here', NOWHERE],
  ])('[MS67] is start_superseded once aborted, before or while (%s)', async (_name, hash) => {
    const aborted = await withFile((file) => hash(file, LARGE.length, AbortSignal.abort()));
    expect(reasonOf(aborted)).toBe('start_superseded');
    const controller = new AbortController();
    const answer = await withFile((file) => {
      const hashed = hash(file, LARGE.length, controller.signal);
      controller.abort();
      return hashed;
    });
    expect(reasonOf(answer)).toBe('start_superseded');
  });

  test('[MS67] is model_file_unreadable where a read fails, in a thread too', async () => {
    const answer = await withFile((file) => hashFile({ ...file, fd: 2 ** 30 }, LARGE.length, NEVER_ABORTED));
    expect(reasonOf(answer)).toBe('model_file_unreadable');
    const failing: OpenFile = {
      stat: () => Promise.reject(new Error()),
      read: () => Promise.reject(new Error()),
      close: async () => undefined,
    };
    expect(reasonOf(await hashFile(failing, 10, NEVER_ABORTED))).toBe('model_file_unreadable');
  });

  test('[MS68] of 4 MiB and more reads nothing on this thread, and of less nothing but the file', async () => {
    const reads: number[] = [];
    const answers = await withFile(async (file) => {
      const watched = watch(file, reads);
      return [
        await hashFile(watched, 4 * MIB, NEVER_ABORTED),
        reads.length,
        await hashFile(watched, 4 * MIB - 1, NEVER_ABORTED),
        reads.length,
      ];
    });
    const digestOf = (sizeBytes: number) => ({ ok: true, value: specOf(LARGE.subarray(0, sizeBytes)) });
    expect(answers).toEqual([digestOf(4 * MIB), 0, digestOf(4 * MIB - 1), 4]);
  });

  test('[MS68] that a local model file needs is done in a thread too, with the same answers', async () => {
    const reads: number[] = [];
    const open = async (name: string): Promise<OpenFile> => watch(await nodeFileSystem.open(name), reads);
    const watched = await createLocalModelSource({ ...nodeFileSystem, open })({
      path,
      ...SPEC,
      signal: NEVER_ABORTED,
    });
    expect(watched.ok).toBe(true);
    // Its header, and no more.
    expect(reads).toEqual([64 * 1024]);

    const source = createLocalModelSource();
    const told: number[] = [];
    const request = { path, ...SPEC, signal: NEVER_ABORTED };
    expect(await source({ ...request, onProgress: (ratio) => told.push(ratio) })).toEqual({
      ok: true,
      value: { path, sizeBytes: SPEC.sizeBytes },
    });
    expect(told.at(-1)).toBe(1);
    expect(reasonOf(await source({ ...request, sha256: 'a'.repeat(64) }))).toBe('digest_mismatch');
    expect(reasonOf(await source({ ...request, signal: AbortSignal.abort() }))).toBe('start_superseded');
  });
});
