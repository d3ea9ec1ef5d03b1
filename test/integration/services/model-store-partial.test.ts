import { describe, expect, test } from '@jest/globals';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';
import { encodePlan, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, withValue } from '../../doubles/gguf-samples.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import {
  ETAG,
  fillPartial,
  NEVER_ABORTED,
  openPartial,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
  valueIn,
} from '../../doubles/store-stage.ts';

const stage = stageStore();
const MIB = 2 ** 20;

async function opened(spec = STORE_SPEC, options = {}) {
  const partial = await openPartial(stage.store(options), spec);
  await partial.restart(ETAG);
  return partial;
}

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

describe('the header of a partial file', () => {
  const { bytes: long } = encodePlan(
    withValue(BPE_PLAN, 'general.description', value.string('a'.repeat(200_000))),
  );

  test('[MS41] is judged from what was written so far, and asks for what it needs', async () => {
    const partial = await opened(specOf(long));
    expect(valueIn(await partial.header(NEVER_ABORTED))).toEqual({
      kind: 'more',
      needBytes: expect.any(Number),
    });
    let doneBytes = 0;
    for (;;) {
      const answer = valueIn(await partial.header(NEVER_ABORTED));
      if (answer.kind === 'whole') {
        expect(answer.facts.architecture).toBe('llama');
        break;
      }
      expect(answer.needBytes).toBeGreaterThan(doneBytes);
      await partial.append(long.subarray(doneBytes, answer.needBytes));
      doneBytes = answer.needBytes;
    }
    expect(doneBytes).toBeLessThanOrEqual(long.length);
    await partial.close();
  });

  test('[MS41] that the loader must not see is refused, and the file is not kept', async () => {
    const partial = await opened();
    await partial.append(Buffer.from('<!doctype html>'));
    await partial.sync();
    expect(reasonOf(await partial.header(NEVER_ABORTED))).toBe('model_not_gguf');
    await partial.close();
    expect(await stage.names('partial')).toEqual([]);
  });

  test('[MS41] is start_superseded once aborted, and can be asked for again', async () => {
    const partial = await opened();
    await partial.append(STORE_MODEL);
    expect(reasonOf(await partial.header(AbortSignal.abort()))).toBe('start_superseded');
    expect(valueIn(await partial.header(NEVER_ABORTED)).kind).toBe('whole');
    await partial.close();
  });
});

describe('verifying a partial file', () => {
  test('[MS26] that is not whole is size_short, and what was flushed is kept', async () => {
    const partial = await opened();
    await partial.append(STORE_MODEL.subarray(0, 4_000));
    await partial.sync();
    expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('size_short');
    await partial.close();
    const again = await openPartial(stage.store());
    expect(again.resumeBytes).toBe(4_000);
    await again.close();
  });

  test('[MS26] of other bytes is digest_mismatch, and nobody goes on with it', async () => {
    const partial = await opened();
    await partial.append(STORE_MODEL.map((byte, at) => (at === 9_000 ? byte ^ 1 : byte)));
    expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('digest_mismatch');
    expect(reasonOf(await partial.publish())).toBe('digest_mismatch');
    await partial.close();
    expect(await stage.names('partial')).toEqual([]);
  });

  test('[MS26] with a header that the loader must not see is refused by it', async () => {
    const split = encodePlan(withValue(BPE_PLAN, 'split.count', value.u16(2))).bytes;
    const partial = await opened(specOf(split));
    await partial.append(split);
    expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('gguf_split');
    await partial.close();
    expect(await stage.names('partial')).toEqual([]);
  });

  test('[MS26] describes what is on the disk and not what came', async () => {
    const fileSystem = createFaultyStoreFileSystem();
    const lying = {
      ...fileSystem,
      open: async (...args: Parameters<typeof fileSystem.open>) => {
        const file = await fileSystem.open(...args);
        return {
          ...file,
          write: (bytes: Uint8Array, positionBytes: number) =>
            file.write(
              bytes.map((byte, at) => (positionBytes + at === 42 ? byte ^ 4 : byte)),
              positionBytes,
            ),
        };
      },
    };
    const partial = await opened(STORE_SPEC, { fileSystem: lying });
    await partial.append(STORE_MODEL);
    expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('digest_mismatch');
    await partial.close();
  });

  test('[MS26] that cannot be read is model_file_unreadable, and is kept', async () => {
    const fileSystem = createFaultyStoreFileSystem({
      fail: ({ name }) => (name === 'file.read' ? 'EIO' : null),
    });
    const partial = await opened(STORE_SPEC, { fileSystem });
    await partial.append(STORE_MODEL);
    expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('model_file_unreadable');
    await partial.close();
    expect(await stage.names('partial')).toHaveLength(2);
  });

  test('[MS27] is start_superseded once aborted, and the file is gone on with later', async () => {
    const controller = new AbortController();
    const hashFile = async () => {
      controller.abort();
      return { ok: false as const, reason: 'start_superseded' as const };
    };
    const partial = await opened(STORE_SPEC, { hashFile });
    await partial.append(STORE_MODEL);
    expect(reasonOf(await partial.verify(controller.signal))).toBe('start_superseded');
    await partial.close();
    const again = await openPartial(stage.store());
    expect(again.resumeBytes).toBe(STORE_SPEC.sizeBytes);
    expect(await fillPartial(again)).toBeNull();
    await again.close();
  });

  test('[MS27] tells how many bytes it has read', async () => {
    const bytes = createModelBytes(3 * MIB);
    const told: number[] = [];
    const partial = await opened(specOf(bytes));
    await partial.append(bytes);
    await partial.verify(NEVER_ABORTED, (doneBytes) => told.push(doneBytes));
    expect(told).toEqual([MIB, 2 * MIB, 3 * MIB]);
    await partial.close();
  });
});
