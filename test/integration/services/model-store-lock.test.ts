import { readFile, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import type { StoreOwner } from '../../../policies/lock-age.ts';
import type { StoreLock } from '../../../services/model-store.ts';
import { createManualClock, type ManualClock } from '../../../testing/manual-clock.ts';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';
import {
  ETAG,
  NEVER_ABORTED,
  openPartial,
  ownerNumber,
  processNumber,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
  valueIn,
} from '../../doubles/store-stage.ts';

const stage = stageStore();
const lockPath = () => stage.path('locks', `${STORE_SPEC.sha256}.lock`);
const storeOf = (pid: number, clock = createManualClock(), running: readonly number[] = [1, 2, 3]) =>
  stage.store({ clock, processes: processNumber(pid, running) });

/** Gives the disk its time, until `isSo`. */
async function until(isSo: () => boolean): Promise<void> {
  while (!isSo()) await new Promise((resolve) => setImmediate(resolve));
}

/** Lets one who waits look again. */
async function poll(clock: ManualClock): Promise<void> {
  await until(() => clock.pending() === 1);
  await clock.advance(1_000);
}

async function release(...locks: readonly StoreLock[]): Promise<void> {
  for (const lock of locks) await lock.release();
}

/** A lock whose process ended without letting go of it. */
async function lockLeftBy(owner: Partial<StoreOwner>, silentMs: number): Promise<void> {
  await release(valueIn(await storeOf(1).lock(STORE_SPEC, NEVER_ABORTED)));
  const text = JSON.stringify({ owner: { ...ownerNumber(1), ...owner }, token: '0'.repeat(16) });
  await writeFile(lockPath(), text);
  await age(silentMs);
}

async function age(silentMs: number): Promise<void> {
  const then = new Date(Date.now() - silentMs);
  await utimes(lockPath(), then, then);
}

/** Whether it is taken without waiting. */
async function isTakenAtOnce(pid = 2, running: readonly number[] = [2]): Promise<boolean> {
  const controller = new AbortController();
  const taken = await storeOf(pid, createManualClock(), running).lock(STORE_SPEC, controller.signal, () =>
    controller.abort(),
  );
  if (taken.ok) await taken.value.release();
  return taken.ok;
}

describe('the lock of a model', () => {
  test('[MS44] is taken at once where nobody holds it, and is gone once released, however often', async () => {
    const lock = valueIn(await storeOf(1).lock(STORE_SPEC, NEVER_ABORTED));
    expect(await stage.names('locks')).toEqual([`${STORE_SPEC.sha256}.lock`]);
    await Promise.all([lock.release(), lock.release()]);
    expect(await stage.names('locks')).toEqual([]);
  });

  test('[MS44] is waited for while another holds it, and how much that one has is told', async () => {
    const held = valueIn(await storeOf(1).lock(STORE_SPEC, NEVER_ABORTED));
    const partial = await openPartial(storeOf(1));
    await partial.restart(ETAG);
    await partial.append(STORE_MODEL.subarray(0, 4_000));
    await partial.sync();

    const clock = createManualClock();
    const told: number[] = [];
    const waiting = storeOf(2, clock).lock(STORE_SPEC, NEVER_ABORTED, (otherBytes) => told.push(otherBytes));
    await poll(clock);
    await until(() => clock.pending() === 1);
    expect(told).toEqual([4_000, 4_000]);
    await held.release();
    await poll(clock);
    await release(valueIn(await waiting));
    await partial.close();
  });

  test('[MS44] is looked at after 250, 500 and then each 1,000 ms', async () => {
    const held = valueIn(await storeOf(1).lock(STORE_SPEC, NEVER_ABORTED));
    const clock = createManualClock();
    const controller = new AbortController();
    const toldMs: number[] = [];
    const waiting = storeOf(2, clock).lock(STORE_SPEC, controller.signal, () => {
      toldMs.push(clock.nowMs());
      if (toldMs.length === 5) controller.abort();
    });
    for (const ms of [250, 500, 1_000, 1_000]) {
      await until(() => clock.pending() === 1);
      await clock.advance(ms - 1);
      await clock.advance(1);
    }
    expect(reasonOf(await waiting)).toBe('start_superseded');
    expect(toldMs).toEqual([0, 250, 750, 1_750, 2_750]);
    await held.release();
  });

  test('[MS44] of one model is not that of another', async () => {
    const store = storeOf(1);
    const other = { sha256: 'a'.repeat(64), sizeBytes: 1 };
    await release(
      valueIn(await store.lock(STORE_SPEC, NEVER_ABORTED)),
      valueIn(await store.lock(other, NEVER_ABORTED)),
    );
  });

  test('[MS45] is start_superseded once aborted, and whoever waited leaves nothing', async () => {
    const held = valueIn(await storeOf(1).lock(STORE_SPEC, NEVER_ABORTED));
    const clock = createManualClock();
    const controller = new AbortController();
    const waiting = storeOf(2, clock).lock(STORE_SPEC, controller.signal);
    await until(() => clock.pending() === 1);
    controller.abort();
    expect(reasonOf(await waiting)).toBe('start_superseded');
    expect(clock.pending()).toBe(0);
    await held.release();
    expect(reasonOf(await storeOf(2).lock(STORE_SPEC, controller.signal))).toBe('start_superseded');
    expect(await stage.names('locks')).toEqual([]);
  });

  test('[MS45] is taken whatever a listener throws', async () => {
    const held = valueIn(await storeOf(1).lock(STORE_SPEC, NEVER_ABORTED));
    const clock = createManualClock();
    const waiting = storeOf(2, clock).lock(STORE_SPEC, NEVER_ABORTED, () => {
      throw new Error('no');
    });
    await until(() => clock.pending() === 1);
    await held.release();
    await poll(clock);
    await release(valueIn(await waiting));
  });

  test.each<readonly [string, Partial<StoreOwner>, number, boolean]>([
    ['that ended', {}, 0, true],
    ['whose number another process has now', { pid: 2, startId: '77' }, 0, true],
    ['of an earlier boot', { bootId: '0000000f', placeId: '0000000f' }, 0, true],
    ['of another machine, with a sign of life', { hostId: '0000000f', placeId: '0000000f' }, 29_000, false],
    ['of another machine, without', { hostId: '0000000f', placeId: '0000000f' }, 31_000, true],
    ['of another container, with a sign of life', { placeId: '0000000f' }, 29_000, false],
  ])('[MS46] of a process %s: taken at once or not', async (_name, owner, silentMs, isTaken) => {
    await lockLeftBy(owner, silentMs);
    expect(await isTakenAtOnce()).toBe(isTaken);
  });

  test.each([
    ['29 s', 29_000, false],
    ['31 s', 31_000, true],
  ])(
    '[MS46] of a process that runs and was silent for %s: taken at once or not',
    async (_name, silentMs, isTaken) => {
      await lockLeftBy({}, silentMs);
      expect(await isTakenAtOnce(2, [1, 2])).toBe(isTaken);
    },
  );

  test.each(['', '{', '{"owner":{}}', 'x'.repeat(5_000)])(
    '[MS46] that is torn ends by its age: %#',
    async (text) => {
      await lockLeftBy({}, 0);
      await writeFile(lockPath(), text);
      expect(await isTakenAtOnce()).toBe(false);
      await age(31_000);
      expect(await isTakenAtOnce()).toBe(true);
      expect(await stage.names('locks')).toEqual([]);
    },
  );

  test('[MS47] shows life every 5 s while it is held, and no more after', async () => {
    const clock = createManualClock();
    const lock = valueIn(await storeOf(1, clock).lock(STORE_SPEC, NEVER_ABORTED));
    for (let beat = 0; beat < 3; beat += 1) {
      await age(60_000);
      const text = await readFile(lockPath(), 'utf8');
      await until(() => clock.pending() === 1);
      await clock.advance(5_000);
      await until(() => clock.pending() === 1);
      expect(Date.now() - (await stat(lockPath())).mtimeMs).toBeLessThan(30_000);
      expect(await readFile(lockPath(), 'utf8')).toBe(text);
    }
    await lock.release();
    expect(clock.pending()).toBe(0);
  });

  test('[MS48] that is stale goes to one of several that try at once', async () => {
    await lockLeftBy({}, 0);
    const clocks = [createManualClock(), createManualClock(), createManualClock()];
    const stores = clocks.map((clock, index) => storeOf(10 + index, clock, [10, 11, 12]));
    let holders = 0;
    const taken = stores.map(async (store) => {
      const lock = valueIn(await store.lock(STORE_SPEC, NEVER_ABORTED));
      holders += 1;
      expect(holders).toBe(1);
      await new Promise((resolve) => setImmediate(resolve));
      holders -= 1;
      await lock.release();
    });
    let isDone = false;
    const all = Promise.all(taken).finally(() => {
      isDone = true;
    });
    while (!isDone) {
      await new Promise((resolve) => setImmediate(resolve));
      for (const clock of clocks) await clock.advance(100);
    }
    await all;
    expect(await stage.names('locks')).toEqual([]);
  });

  test('[MS48] that another took and made anew meanwhile is put back', async () => {
    await lockLeftBy({}, 0);
    const theirs = JSON.stringify({ owner: ownerNumber(3), token: '1'.repeat(16) });
    let hasStruck = false;
    const fileSystem = createFaultyStoreFileSystem({
      fail: async ({ name }) => {
        if (name === 'rename' && !hasStruck) {
          hasStruck = true;
          await writeFile(lockPath(), theirs);
        }
        return null;
      },
    });
    const controller = new AbortController();
    const store = stage.store({ fileSystem, clock: createManualClock(), processes: processNumber(2, [3]) });
    const answer = await store.lock(STORE_SPEC, controller.signal, () => controller.abort());
    expect(reasonOf(answer)).toBe('start_superseded');
    expect(await readFile(lockPath(), 'utf8')).toBe(theirs);
    expect(await stage.names('locks')).toEqual([`${STORE_SPEC.sha256}.lock`]);
  });

  test('[MS48] that was taken from its holder stays with who took it', async () => {
    const slow = valueIn(await storeOf(1).lock(STORE_SPEC, NEVER_ABORTED));
    await age(31_000);
    const quick = valueIn(await storeOf(2).lock(STORE_SPEC, NEVER_ABORTED));
    await slow.release();
    expect(await stage.names('locks')).toHaveLength(1);
    await quick.release();
    expect(await stage.names('locks')).toEqual([]);
  });

  test('[MS49] that is a link is refused, and what it leads to is not touched', async () => {
    await release(valueIn(await storeOf(1).lock(STORE_SPEC, NEVER_ABORTED)));
    await writeFile(stage.path('outside'), 'kept');
    await symlink(stage.path('outside'), lockPath());
    expect(reasonOf(await storeOf(1).lock(STORE_SPEC, NEVER_ABORTED))).toBe('store_unavailable');
    expect(await readFile(stage.path('outside'), 'utf8')).toBe('kept');
  });

  test.each([
    ['open.create', 'ENOSPC', 'store_full'],
    ['open.create', 'EACCES', 'store_unavailable'],
    ['open.create', 'EMFILE', 'store_write_failed'],
    ['file.write', 'ENOSPC', 'store_full'],
    ['file.write', 'EIO', 'store_write_failed'],
  ])('[MS49] that cannot be made (%s: %s) is %s', async (call, code, reason) => {
    const fileSystem = createFaultyStoreFileSystem({
      fail: ({ name, path }) => (name === call && path.endsWith('.lock') ? code : null),
    });
    expect(reasonOf(await stage.store({ fileSystem }).lock(STORE_SPEC, NEVER_ABORTED))).toBe(reason);
    expect(await stage.names('locks')).toEqual([]);
  });
});
