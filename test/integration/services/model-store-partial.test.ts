import { describe, expect, test } from '@jest/globals';
import { createFaultyStoreFileSystem } from '../../doubles/faulty-store-file-system.ts';
import { encodePlan, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, withValue } from '../../doubles/gguf-samples.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import {
  beginPartial,
  ETAG,
  fillPartial,
  NEVER_ABORTED,
  openPartial,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
  valueIn,
  wrongModels,
} from '../../doubles/store-stage.ts';

const stage = stageStore();
const MIB = 2 ** 20;

const opened = (spec = STORE_SPEC, options = {}) => beginPartial(stage.store(options), spec);

describe('what can be gone on with', () => {
  test('[MS37] without a strong validator is not kept', async () => {
    for (const etag of [null, 'W/"weak"', '""', '"a b"', 'plain', `"${'x'.repeat(1_023)}"`]) {
      const partial = await openPartial(stage.store());
      await partial.restart(etag);
      await partial.append(STORE_MODEL.subarray(0, 4_000));
      expect((await partial.sync()).ok).toBe(true);
      expect([partial.resumeBytes, partial.etag]).toEqual([0, null]);
      await partial.close();
      expect(await stage.names('partial')).toEqual([]);
    }
  });

  test('[MS38] tells how far it can be gone on with once that is flushed', async () => {
    const partial = await openPartial(stage.store());
    await partial.restart(ETAG);
    await partial.append(STORE_MODEL.subarray(0, 4_000));
    expect(partial.resumeBytes).toBe(0);
    await partial.sync();
    expect([partial.resumeBytes, partial.etag]).toEqual([4_000, ETAG]);
    await partial.restart('"version-2"');
    expect([partial.resumeBytes, partial.etag]).toEqual([0, '"version-2"']);
    await partial.close();
  });

  test('[MS38] has its data flushed before the state that tells of it', async () => {
    const fileSystem = createFaultyStoreFileSystem();
    const partial = await openPartial(stage.store({ fileSystem }));
    await partial.restart(ETAG);
    await partial.append(STORE_MODEL.subarray(0, 4_000));
    const before = fileSystem.calls.length;
    await partial.sync();
    const steps = fileSystem
      .told(stage.dir())
      .slice(before)
      .map((call) => call.replace(/partial\/\S+\.(part|json|tmp)/g, '$1'));
    expect(steps).toEqual([
      'file.write part',
      'file.syncData part',
      'open.create tmp',
      'file.write tmp',
      'file.sync tmp',
      'file.close tmp',
      'rename tmp → json',
      'syncDirectory partial',
    ]);
    await partial.sync();
    expect(fileSystem.calls).toHaveLength(before + steps.length);
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

  test.each<readonly [string, Uint8Array]>([
    ['header', Buffer.from('<!doctype html>')],
    ['size', new Uint8Array(10_001)],
    ['digest', STORE_MODEL.map((byte) => byte ^ 1)],
  ])('[MS25] of wrong bytes (%s) can be begun anew with those of another source', async (_name, wrong) => {
    const partial = await opened();
    await partial.append(wrong);
    await partial.header(NEVER_ABORTED);
    expect((await partial.verify(NEVER_ABORTED)).ok).toBe(false);
    expect(await partial.restart('"other"')).toEqual({ ok: true, reason: 'within_limits' });
    expect(await fillPartial(partial)).toBeNull();
    expect((await partial.publish()).ok).toBe(true);
    await partial.close();
    expect([await stage.names('partial'), await wrongModels(stage.dir())]).toEqual([[], []]);
  });

  test.each([
    ['file.write', 'ENOSPC', 'store_full'],
    ['file.syncData', 'EIO', 'store_write_failed'],
  ])('[MS25] on a disk that failed (%s: %s) cannot be begun anew', async (call, code, reason) => {
    const fileSystem = createFaultyStoreFileSystem({
      fail: ({ name, path }) => (name === call && path.endsWith('.part') ? code : null),
    });
    const partial = await opened(STORE_SPEC, { fileSystem });
    await partial.append(STORE_MODEL);
    expect(reasonOf(await partial.sync())).toBe(reason);
    expect(reasonOf(await partial.restart(ETAG))).toBe(reason);
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
