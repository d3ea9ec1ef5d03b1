import { describe, expect, test } from '@jest/globals';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';
import {
  beginPartial,
  NEVER_ABORTED,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
} from '../../doubles/store-stage.ts';

const stage = stageStore();
const MIB = 2 ** 20;

const opened = (spec = STORE_SPEC, options = {}) => beginPartial(stage.store(options), spec);

describe('appending', () => {
  test('[MS20] a byte more than the model has is size_exceeded, and the file is not kept', async () => {
    const partial = await opened();
    await partial.append(STORE_MODEL);
    await partial.sync();
    expect(await partial.append(new Uint8Array(1))).toEqual({ ok: false, reason: 'size_exceeded' });
    expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('size_exceeded');
    await partial.close();
    expect(await stage.names('partial')).toEqual([]);
  });

  test('[MS20] nothing changes nothing', async () => {
    const partial = await opened();
    expect(await partial.append(new Uint8Array(0))).toEqual({ ok: true, reason: 'within_limits' });
    await partial.close();
  });

  test('[MS40] takes the bytes before it answers: the caller may use the buffer again', async () => {
    const partial = await opened();
    const buffer = new Uint8Array(1_000);
    for (let at = 0; at < STORE_MODEL.length; at += 1_000) {
      buffer.set(STORE_MODEL.subarray(at, at + 1_000));
      await partial.append(buffer);
      buffer.fill(0);
    }
    expect((await partial.verify(NEVER_ABORTED)).ok).toBe(true);
    await partial.close();
  });

  test('[MS40] writes pieces of 1 MiB, and flushes behind itself every 64 MiB', async () => {
    const sizeBytes = 130 * MIB;
    const fileSystem = createFaultyStoreFileSystem();
    const partial = await opened({ ...STORE_SPEC, sizeBytes }, { fileSystem });
    const before = fileSystem.calls.length;
    const piece = new Uint8Array(3 * MIB - 1);
    let left = sizeBytes;
    while (left > 0) {
      const taken = Math.min(left, piece.length);
      await partial.append(piece.subarray(0, taken));
      left -= taken;
    }
    const told = fileSystem.calls.slice(before).map(({ name }) => name);
    expect(told.filter((name) => name === 'file.write')).toHaveLength(130);
    expect(told.filter((name) => name === 'file.syncData')).toHaveLength(2);
    expect(told.filter((name) => name === 'file.sync')).toHaveLength(0);
    await partial.close();
  });

  test('[MS23] after a flush behind it failed is refused, and the file is not kept', async () => {
    const fileSystem = createFaultyStoreFileSystem({
      fail: ({ name, path }) => (name === 'file.syncData' && path.endsWith('.part') ? 'EIO' : null),
    });
    const partial = await opened({ ...STORE_SPEC, sizeBytes: 80 * MIB }, { fileSystem });
    const reasons: string[] = [];
    for (let at = 0; at < 80; at += 1) reasons.push(reasonOf(await partial.append(new Uint8Array(MIB))));
    expect(reasons.at(-1)).toBe('store_write_failed');
    expect(reasons.filter((reason) => reason === 'within_limits').length).toBeGreaterThanOrEqual(64);
    await partial.close();
    expect(await stage.names('partial')).toEqual([]);
  });

  test('[MS40] calls that overlap are taken in their order', async () => {
    const partial = await opened();
    const halves = [STORE_MODEL.subarray(0, 5_000), STORE_MODEL.subarray(5_000)];
    const answers = await Promise.all([
      ...halves.map((half) => partial.append(half)),
      partial.sync(),
      partial.verify(NEVER_ABORTED),
    ]);
    expect(answers.map(({ ok }) => ok)).toEqual([true, true, true, true]);
    await partial.close();
  });
});
