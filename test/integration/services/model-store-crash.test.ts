import { mkdir, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CRASHES, type Crash, createCrashDisk } from '../../doubles/crash-disk.ts';
import {
  ageLocks,
  createTestStore,
  download,
  ETAG,
  fillPartial,
  openPartial,
  processNumber,
  STORE_MODEL,
  STORE_SPEC,
  stageStore,
  valueIn,
  wrongModels,
} from '../../doubles/store-stage.ts';

const stage = stageStore();

/** Each directory holds what is left when the power goes after one more step of `run`, at every step. */
async function afterEachStep(
  crash: Crash,
  run: (dir: string, store: ReturnType<typeof createTestStore>) => Promise<void>,
  judge: (dir: string, step: number) => Promise<void>,
): Promise<number> {
  const dir = stage.path('recorded');
  await mkdir(dir);
  const disk = createCrashDisk(dir);
  await run(dir, createTestStore({ dir, fileSystem: disk.fileSystem, processes: processNumber(1) }));
  for (let step = 0; step <= disk.steps(); step += 1) {
    const into = stage.path(`crash-${step}`);
    await mkdir(into);
    await disk.replay(step, crash, into);
    await judge(into, step);
  }
  return disk.steps();
}

/** A store that comes after the crash: nobody who wrote before runs any more. */
const nextStore = (dir: string) => createTestStore({ dir, processes: processNumber(2) });

async function expectRecovery(dir: string): Promise<void> {
  expect(await wrongModels(dir)).toEqual([]);
  const store = nextStore(dir);
  const { kind } = valueIn(await store.inspect(STORE_SPEC));
  // What was put here is another file than the one that was recorded: nothing can be known of it unread.
  expect(kind).not.toBe('verified');
  const partial = await openPartial(store);
  const [name] = (await readdir(join(dir, 'partial'))).filter((one) => one.includes('.2-'));
  const kept = (await readFile(join(dir, 'partial', name!))).subarray(0, partial.resumeBytes);
  expect(Buffer.compare(kept, STORE_MODEL.subarray(0, partial.resumeBytes))).toBe(0);
  await partial.close();
  await ageLocks(dir);
  expect((await download(store)).ok).toBe(true);
  expect(valueIn(await store.inspect(STORE_SPEC)).kind).toBe('verified');
  expect(await wrongModels(dir)).toEqual([]);
}

describe('a power cut', () => {
  test.each(CRASHES)(
    '[MS30] after any step of a download (%s) leaves no model of wrong bytes, and nothing to repair',
    async (crash) => {
      const steps = await afterEachStep(
        crash,
        async (_dir, store) => {
          expect((await download(store)).ok).toBe(true);
        },
        expectRecovery,
      );
      expect(steps).toBeGreaterThan(40);
    },
    30_000,
  );

  test.each(CRASHES)(
    '[MS30] after any step of a download that begins anew under another validator (%s) lets only its own bytes be gone on with',
    async (crash) => {
      const other = STORE_MODEL.map((byte) => byte ^ 0xff);
      const told: string[] = [];
      await afterEachStep(
        crash,
        async (_dir, store) => {
          const partial = await openPartial(store);
          await partial.restart('"other"');
          await partial.append(other.subarray(0, 8_000));
          await partial.sync();
          // More than the other had, before its state is written.
          expect(await fillPartial(partial, { pieceBytes: 9_000 })).toBeNull();
          await partial.close();
        },
        async (dir) => {
          const partial = await openPartial(nextStore(dir));
          const [name] = (await readdir(join(dir, 'partial'))).filter((one) => one.includes('.2-'));
          const kept = (await readFile(join(dir, 'partial', name!))).subarray(0, partial.resumeBytes);
          const whole = partial.etag === ETAG ? STORE_MODEL : other;
          expect(Buffer.compare(kept, whole.subarray(0, partial.resumeBytes))).toBe(0);
          told.push(`${partial.etag} ${partial.resumeBytes}`);
          await partial.close();
        },
      );
      expect(new Set(told)).toEqual(
        new Set(['null 0', '"other" 8000', ...[9_000, 10_000].map((bytes) => `${ETAG} ${bytes}`)]),
      );
    },
    30_000,
  );
});
