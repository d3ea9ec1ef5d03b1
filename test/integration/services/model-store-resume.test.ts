import { chmod, mkdir, readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import {
  download,
  ETAG,
  fillPartial,
  NEVER_ABORTED,
  openPartial,
  ownerNumber,
  processNumber,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
} from '../../doubles/store-stage.ts';

const stage = stageStore();
const { sha256 } = STORE_SPEC;
const first = () => stage.store({ processes: processNumber(1) });
const second = () => stage.store({ processes: processNumber(2) });
const parts = async () => (await stage.names('partial')).filter((name) => name.endsWith('.part'));

/** A process that wrote `bytes`, of which it flushed `syncedBytes`, and was killed. */
async function killedAfter(syncedBytes: number, moreBytes = 0, etag: string | null = ETAG): Promise<void> {
  const partial = await openPartial(first());
  await partial.restart(etag);
  await partial.append(STORE_MODEL.subarray(0, syncedBytes));
  await partial.sync();
  // What a process gathered is lost with it; this much had reached the system.
  const [name] = await parts();
  await writeFile(stage.path('partial', name!), STORE_MODEL.subarray(0, syncedBytes + moreBytes), {
    flag: 'r+',
  });
  const kept = await readFile(stage.path('partial', name!));
  const state = await readFile(stage.path('partial', stateName(name!))).catch(() => null);
  await partial.close();
  for (const left of await stage.names('partial')) {
    await createFaultyStoreFileSystem().unlink(stage.path('partial', left));
  }
  await writeFile(stage.path('partial', name!), kept);
  if (state !== null) await writeFile(stage.path('partial', stateName(name!)), state);
}

const stateName = (part: string): string => part.replace(/\..*\.part$/, '.json');

async function withState(change: (state: Record<string, unknown>) => unknown): Promise<void> {
  const [name] = (await stage.names('partial')).filter((one) => one.endsWith('.json'));
  const path = stage.path('partial', name!);
  const changed = change(JSON.parse(await readFile(path, 'utf8')) as Record<string, unknown>);
  await writeFile(path, typeof changed === 'string' ? changed : JSON.stringify(changed));
}

async function expectBegunAnew(): Promise<void> {
  const partial = await openPartial(second());
  expect([partial.resumeBytes, partial.etag]).toEqual([0, null]);
  expect(await parts()).toHaveLength(1);
  await partial.close();
  expect(await stage.names('partial')).toEqual([]);
}

describe('a partial file that an ended process left', () => {
  test('[MS32] is gone on with where it was flushed, and ends as the model', async () => {
    await killedAfter(4_000, 1_500);
    const partial = await openPartial(second());
    expect([partial.resumeBytes, partial.etag]).toEqual([4_000, ETAG]);
    const [name] = await parts();
    expect((await readFile(stage.path('partial', name!))).length).toBe(4_000);
    expect(await fillPartial(partial)).toBeNull();
    expect((await partial.publish()).ok).toBe(true);
    await partial.close();
    expect(Buffer.compare(await readFile(stage.path('sha256', sha256)), STORE_MODEL)).toBe(0);
    expect(await stage.names('partial')).toEqual([]);
  });

  test('[MS32] that was closed is gone on with in the same process too', async () => {
    const store = first();
    const partial = await openPartial(store);
    await partial.restart(ETAG);
    await partial.append(STORE_MODEL.subarray(0, 7_000));
    await partial.sync();
    await partial.append(STORE_MODEL.subarray(7_000, 8_000));
    await partial.close();
    const again = await openPartial(store);
    expect([again.resumeBytes, again.etag]).toEqual([7_000, ETAG]);
    await again.close();
  });

  test('[MS32] whole and flushed needs nothing but to be verified', async () => {
    await killedAfter(STORE_SPEC.sizeBytes);
    const partial = await openPartial(second());
    expect(partial.resumeBytes).toBe(STORE_SPEC.sizeBytes);
    expect((await partial.verify(NEVER_ABORTED)).ok).toBe(true);
    expect((await partial.publish()).ok).toBe(true);
    await partial.close();
  });

  test('[MS32] that was read-only already is gone on with', async () => {
    await killedAfter(4_000);
    const [name] = await parts();
    await chmod(stage.path('partial', name!), 0o400);
    let refusals = 0;
    const fileSystem = createFaultyStoreFileSystem({
      fail: (call) => {
        if (call.name !== 'open.update' || refusals > 0) return null;
        // To a user who may read and write everything the system does not say so.
        refusals += 1;
        return 'EACCES';
      },
    });
    const partial = await openPartial(stage.store({ fileSystem, processes: processNumber(2) }));
    expect(partial.resumeBytes).toBe(4_000);
    const [taken] = await parts();
    expect((await stat(stage.path('partial', taken!))).mode & 0o777).toBe(0o600);
    await partial.close();
  });

  test.each<readonly [string, (state: Record<string, unknown>) => unknown]>([
    ['is empty', () => ''],
    ['is cut off', (state) => JSON.stringify(state).slice(0, -9)],
    ['is of another version', (state) => ({ ...state, version: 2 })],
    ['is of another digest', (state) => ({ ...state, sha256: 'a'.repeat(64) })],
    ['is of another size', (state) => ({ ...state, sizeBytes: 10_001 })],
    ['claims more than the file has', (state) => ({ ...state, syncedBytes: 5_501 })],
    ['claims nothing', (state) => ({ ...state, syncedBytes: 0 })],
    ['has a weak validator', (state) => ({ ...state, etag: 'W/"version-1"' })],
    ['is a megabyte long', (state) => JSON.stringify({ ...state, more: 'x'.repeat(2 ** 20) })],
  ])('[MS33] whose state %s is deleted, and the download begins anew', async (_name, change) => {
    await killedAfter(4_000, 1_500);
    await withState(change);
    await expectBegunAnew();
  });

  test('[MS33] without a state is deleted', async () => {
    await killedAfter(4_000, 0, null);
    expect(await stage.names('partial')).toHaveLength(1);
    await expectBegunAnew();
  });

  test('[MS33] of the other name, or of a link, is not followed', async () => {
    await killedAfter(4_000);
    const [name] = await parts();
    const outside = stage.path('outside');
    await writeFile(outside, STORE_MODEL);
    await createFaultyStoreFileSystem().unlink(stage.path('partial', name!));
    await symlink(outside, stage.path('partial', name!));
    await expectBegunAnew();
    expect(Buffer.compare(await readFile(outside), STORE_MODEL)).toBe(0);
  });

  test('[MS33] that is a directory is left alone', async () => {
    await openPartial(first()).then((partial) => partial.close());
    const { pid, startId, hostId, bootId, placeId } = ownerNumber(1);
    const name = `${sha256}-${'0'.repeat(16)}.${[pid, startId, hostId, bootId, placeId].join('-')}.part`;
    await mkdir(stage.path('partial', name));
    const partial = await openPartial(second());
    expect(partial.resumeBytes).toBe(0);
    await partial.close();
    expect(await stage.names('partial')).toEqual([name]);
  });

  test('[MS34] of a live process is not taken, whatever its age', async () => {
    const theirs = await openPartial(first());
    await theirs.restart(ETAG);
    await theirs.append(STORE_MODEL.subarray(0, 5_000));
    await theirs.sync();
    for (const name of await parts()) await utimes(stage.path('partial', name), 0, 0);
    const mine = await openPartial(stage.store({ processes: processNumber(2, [1]) }));
    expect(mine.resumeBytes).toBe(0);
    expect(await fillPartial(theirs)).toBeNull();
    expect(await fillPartial(mine)).toBeNull();
    expect((await theirs.publish()).ok).toBe(true);
    expect((await mine.publish()).ok).toBe(true);
    await Promise.all([theirs.close(), mine.close()]);
  });

  test('[MS34] of another machine is taken once it is silent for 2 minutes', async () => {
    await killedAfter(4_000);
    const elsewhere = { ...ownerNumber(9), hostId: '0000000d', placeId: '0000000e' };
    const other = stage.store({ processes: { self: async () => elsewhere, isRunning: async () => false } });
    const early = await openPartial(other);
    expect(early.resumeBytes).toBe(0);
    await early.close();
    const twoMinutesAgo = new Date(Date.now() - 125_000);
    for (const name of await parts()) await utimes(stage.path('partial', name), twoMinutesAgo, twoMinutesAgo);
    const late = await openPartial(other);
    expect(late.resumeBytes).toBe(4_000);
    await late.close();
  });

  test('[MS34] is taken by one of several that try at once', async () => {
    await killedAfter(4_000);
    const both = await Promise.all([
      openPartial(second()),
      openPartial(stage.store({ processes: processNumber(3, [2]) })),
    ]);
    expect(both.map(({ resumeBytes }) => resumeBytes).sort()).toEqual([0, 4_000]);
    await Promise.all(both.map((partial) => partial.close()));
  });

  test('[MS35] wins where it is the longest, and the others are deleted', async () => {
    for (const syncedBytes of [2_000, 6_000, 4_000]) {
      const partial = await openPartial(
        stage.store({ processes: processNumber(syncedBytes, [2_000, 4_000, 6_000]) }),
      );
      await partial.restart(ETAG);
      await partial.append(STORE_MODEL.subarray(0, syncedBytes));
      await partial.sync();
      // It is not closed: its process is killed. The handle is closed with it.
      open.push(partial);
    }
    const partial = await openPartial(second());
    expect(partial.resumeBytes).toBe(6_000);
    expect(await parts()).toHaveLength(1);
    await partial.close();
    expect(await stage.names('partial')).toHaveLength(2);
    for (const left of open.splice(0)) await left.close();
  });

  test('[MS36] of another model is left alone', async () => {
    await killedAfter(4_000);
    const other = createModelBytes(6_000);
    expect((await download(second(), { bytes: other })).ok).toBe(true);
    expect(await stage.names('partial')).toHaveLength(2);
    expect(specOf(other).sha256).not.toBe(sha256);
  });
});

describe('free space', () => {
  const withFree = (freeBytes: number, storeReserveBytes: number) =>
    stage.store({
      storeReserveBytes,
      fileSystem: createFaultyStoreFileSystem({ freeBytes }),
      processes: processNumber(2),
    });

  test('[MS39] for the model and the reserve is enough, and one byte less is store_full', async () => {
    const enough = await openPartial(withFree(10_500, 500));
    await enough.close();
    expect(reasonOf(await withFree(10_499, 500).openPartial(STORE_SPEC))).toBe('store_full');
    expect(await stage.names('partial')).toEqual([]);
  });

  test('[MS39] need hold no more than what is missing of a partial file, which stays where it is not enough', async () => {
    await killedAfter(4_000);
    expect(reasonOf(await withFree(5_999, 0).openPartial(STORE_SPEC))).toBe('store_full');
    const partial = await openPartial(withFree(6_000, 0));
    expect(partial.resumeBytes).toBe(4_000);
    await partial.close();
  });

  test('[MS39] that the system does not tell is left to the disk', async () => {
    const fileSystem = createFaultyStoreFileSystem({
      fail: ({ name }) => (name === 'freeBytes' ? 'ENOSYS' : null),
    });
    expect((await download(stage.store({ fileSystem, storeReserveBytes: Number.MAX_SAFE_INTEGER }))).ok).toBe(
      true,
    );
  });
});

const open: { close(): Promise<void> }[] = [];
