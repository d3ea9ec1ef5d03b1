import { readdir, stat } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { createFaultyStoreFileSystem, type StoreCall } from '../../doubles/faulty-store-file-system.ts';
import {
  ageLocks,
  createTestStore,
  download,
  ETAG,
  fillPartial,
  NEVER_ABORTED,
  openPartial,
  processNumber,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
  valueIn,
  wrongModels,
} from '../../doubles/store-stage.ts';

const stage = stageStore();
const CODES = ['EIO', 'ENOSPC', 'EACCES'];
const STORE_REASONS = [
  'no refusal',
  'store_full',
  'store_write_failed',
  'store_unavailable',
  'model_file_unreadable',
];

/** A download that goes on with what was left, by a process that ended since. */
async function begin(dir: string): Promise<void> {
  const partial = await openPartial(createTestStore({ dir, processes: processNumber(1) }));
  await partial.restart(ETAG);
  await partial.append(STORE_MODEL.subarray(0, 4_000));
  await partial.sync();
  await partial.close();
}

describe('a disk that fails', () => {
  test.each(
    CODES.flatMap((code) => [
      [code, 'once'],
      [code, 'from then on'],
    ]),
  )(
    '[MS29] with %s at any call of a download, %s, leaves no model of wrong bytes and nothing to repair',
    async (code, length) => {
      const seen = new Set<string>();
      let isDone = false;
      for (let failing = 0; !isDone; failing += 1) {
        const dir = stage.path(`at-${failing}`);
        await begin(dir);
        const fileSystem = createFaultyStoreFileSystem({
          fail: ({ at }) => ((length === 'once' ? at === failing : at >= failing) ? code : null),
        });
        const answer = await download(createTestStore({ dir, fileSystem, processes: processNumber(2) }));
        seen.add(reasonOf(answer));
        isDone = fileSystem.calls.length <= failing;
        expect(await wrongModels(dir)).toEqual([]);

        await ageLocks(dir);
        const next = createTestStore({ dir, processes: processNumber(3) });
        expect((await download(next)).ok).toBe(true);
        expect(valueIn(await next.inspect(STORE_SPEC)).kind).toBe('verified');
        expect(await wrongModels(dir)).toEqual([]);
        expect(await readdir(`${dir}/locks`)).toEqual(
          expect.not.arrayContaining([expect.stringMatching(/lock$/)]),
        );
      }
      expect([...seen].filter((reason) => !STORE_REASONS.includes(reason))).toEqual([]);
      expect(seen.size).toBeGreaterThan(1);
    },
    30_000,
  );

  test.each([
    ['ENOSPC', 'store_full'],
    ['EDQUOT', 'store_full'],
    ['EIO', 'store_write_failed'],
    ['EFBIG', 'store_write_failed'],
  ])('[MS22] that answers a write with %s is %s', async (code, reason) => {
    const fileSystem = failing(({ name, path }) => name === 'file.write' && path.endsWith('.part'), code);
    expect(reasonOf(await download(stage.store({ fileSystem })))).toBe(reason);
  });

  test.each([1, 511, 4_096, 9_999])('[MS22] that is full after %d bytes is store_full', async (room) => {
    let written = 0;
    const fileSystem = createFaultyStoreFileSystem({
      writeBytesMax: 1_000,
      fail: ({ name, path }) => {
        if (name !== 'file.write' || !path.endsWith('.part')) return null;
        written += 1_000;
        return written > room ? 'ENOSPC' : null;
      },
    });
    expect(reasonOf(await download(stage.store({ fileSystem })))).toBe('store_full');
    expect(await stage.names('sha256')).toEqual([]);
    // There is room again.
    expect((await download(stage.store())).ok).toBe(true);
  });

  test.each([
    ['EXDEV', 'store_unavailable'],
    ['EACCES', 'store_write_failed'],
    ['EPERM', 'store_write_failed'],
    ['EIO', 'store_write_failed'],
  ])('[MS22] that answers the rename with %s is %s, and what was downloaded stays', async (code, reason) => {
    const fileSystem = failing(
      ({ name, path }) => name === 'rename' && path.includes(' → ') && path.includes('/sha256/'),
      code,
    );
    expect(reasonOf(await download(stage.store({ fileSystem })))).toBe(reason);
    expect(await stage.names('sha256')).toEqual([]);
    const [left] = (await stage.names('partial')).filter((name) => name.endsWith('.part'));
    expect((await stat(stage.path('partial', left!))).mode & 0o777).toBe(0o600);
    const partial = await openPartial(stage.store());
    expect(partial.resumeBytes).toBe(STORE_SPEC.sizeBytes);
    expect(await fillPartial(partial)).toBeNull();
    expect((await partial.publish()).ok).toBe(true);
    await partial.close();
  });

  test.each(['file.sync', 'file.syncData'])(
    '[MS23] at a flush (%s) costs the file at once, and the flush is not tried again',
    async (flush) => {
      const fileSystem = failing(({ name, path }) => name === flush && path.endsWith('.part'), 'EIO');
      const partial = await openPartial(stage.store({ fileSystem }));
      await partial.restart(ETAG);
      await partial.append(STORE_MODEL);
      const answer = flush === 'file.sync' ? await partial.verify(NEVER_ABORTED) : await partial.sync();
      expect(answer).toEqual({ ok: false, reason: 'store_write_failed' });
      expect(await stage.names('partial')).toEqual([]);
      const again = await Promise.all([partial.sync(), partial.verify(NEVER_ABORTED), partial.publish()]);
      expect(again.map(reasonOf)).toEqual(Array(3).fill('store_write_failed'));
      await partial.close();
      expect(
        fileSystem.calls.filter(({ name, path }) => name === flush && path.endsWith('.part')),
      ).toHaveLength(1);
    },
  );

  test.each(['EINVAL', 'ENOTSUP', 'EISDIR', 'EPERM'])(
    '[MS24] that cannot flush a directory (%s) is good enough',
    async (code) => {
      const fileSystem = failing(({ name }) => name === 'syncDirectory', code);
      expect((await download(stage.store({ fileSystem }))).ok).toBe(true);
    },
  );

  test('[MS24] that fails to flush the directory is store_write_failed, and the model is not known before it is read', async () => {
    const fileSystem = failing(
      ({ name, path }) => name === 'syncDirectory' && path.endsWith('sha256'),
      'EIO',
    );
    expect(reasonOf(await download(stage.store({ fileSystem })))).toBe('store_write_failed');
    expect(await wrongModels(stage.dir())).toEqual([]);
    expect(valueIn(await stage.store().inspect(STORE_SPEC)).kind).toBe('unproved');
    expect((await stage.store().verify(STORE_SPEC, NEVER_ABORTED)).ok).toBe(true);
  });

  test('[MS24] that fails to keep the record costs a second look and no more', async () => {
    const fileSystem = failing(
      ({ name, path }) => name.startsWith('open') && path.includes('/records/'),
      'EIO',
    );
    expect((await download(stage.store({ fileSystem }))).ok).toBe(true);
    expect(valueIn(await stage.store().inspect(STORE_SPEC)).kind).toBe('unproved');
  });

  test('[MS21] that takes a few bytes at a time gets all of them', async () => {
    const fileSystem = createFaultyStoreFileSystem({ writeBytesMax: 7 });
    expect((await download(stage.store({ fileSystem }))).ok).toBe(true);
    expect(await wrongModels(stage.dir())).toEqual([]);
  });

  test('[MS21] that takes no byte is store_write_failed', async () => {
    const fileSystem = createFaultyStoreFileSystem({ writeBytesMax: 0 });
    expect(reasonOf(await download(stage.store({ fileSystem })))).toBe('store_write_failed');
  });
});

function failing(where: (call: StoreCall) => boolean, code: string) {
  return createFaultyStoreFileSystem({ fail: (call) => (where(call) ? code : null) });
}
