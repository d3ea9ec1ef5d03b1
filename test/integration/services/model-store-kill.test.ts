import { describe, expect, test } from '@jest/globals';
import { createDiskStore } from '../../../services/disk-store.ts';
import { runFile } from '../../doubles/child-process.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import { fillPartial, NEVER_ABORTED, stageStore, valueIn, wrongModels } from '../../doubles/store-stage.ts';

const stage = stageStore();
/** Large enough to be hashed in a thread. */
const bytes = createModelBytes(6 * 2 ** 20);
const spec = specOf(bytes);

describe('a process that is killed', () => {
  test.each([
    ['locked', 0, 'absent'],
    ['opened', 0, 'absent'],
    ['synced', 3 * 2 ** 20, 'absent'],
    ['written', 3 * 2 ** 20, 'absent'],
    ['verified', 6 * 2 ** 20, 'absent'],
    ['published', 0, 'verified'],
  ])(
    '[MS28] when it has %s leaves %d bytes to go on with, its lock to be taken at once, and the model %s',
    async (step, resumeBytes, kind) => {
      const args = [stage.dir(), String(bytes.length), step];
      const { signal } = await runFile('test/integration/services/store-child.ts', args, {
        onOutput: (stdout, kill) => {
          if (stdout.endsWith(`${step}\n`)) kill('SIGKILL');
        },
      });
      expect(signal).toBe('SIGKILL');
      expect(await stage.names('locks')).toHaveLength(1);

      const store = createDiskStore({ dir: stage.dir(), storeReserveBytes: 0 });
      expect(valueIn(await store.inspect(spec)).kind).toBe(kind);
      let waits = 0;
      const lock = valueIn(
        await store.lock(spec, NEVER_ABORTED, () => {
          waits += 1;
        }),
      );
      expect(waits).toBe(0);
      const partial = valueIn(await store.openPartial(spec));
      expect(partial.resumeBytes).toBe(resumeBytes);
      expect(await fillPartial(partial, { bytes, etag: '"v1"', pieceBytes: 2 ** 20 })).toBeNull();
      expect((await partial.publish()).ok).toBe(true);
      await partial.close();
      await lock.release();
      expect(await wrongModels(stage.dir())).toEqual([]);
      expect(valueIn(await store.inspect(spec)).kind).toBe('verified');
      const left = await Promise.all(['partial', 'locks', 'quarantine'].map(stage.names));
      expect(left).toEqual([[], [], []]);
    },
    30_000,
  );

  test('[MS28] never, publishes the model, hashed in a thread of its own, and ends by itself', async () => {
    const args = [stage.dir(), String(bytes.length), 'none'];
    const { code, stderr } = await runFile('test/integration/services/store-child.ts', args);
    expect([code, stderr]).toEqual([0, '']);
    const store = createDiskStore({ dir: stage.dir(), storeReserveBytes: 0 });
    expect(valueIn(await store.inspect(spec)).kind).toBe('verified');
  }, 30_000);
});
