import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { StoreLock } from '../../../services/model-store.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import {
  beginPartial,
  download,
  NEVER_ABORTED,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  valueIn,
} from '../../doubles/store-stage.ts';
import { STORE_SUBJECTS, type StoreSubject } from '../../doubles/store-subjects.ts';

const { sha256 } = STORE_SPEC;
const OTHER = createModelBytes(9_000);
const ABORTED = AbortSignal.abort();

/** What the store in memory and the one on disk must do alike, so that what is shown with the one says something of the other. */
describe.each(STORE_SUBJECTS)('%s', (_name, open) => {
  let subject: StoreSubject;
  beforeEach(async () => {
    subject = await open();
  });
  afterEach(() => subject.end());

  const opened = () => beginPartial(subject.store);

  describe('the lock of a model', () => {
    const taken = async (signal = NEVER_ABORTED, onWaiting?: (bytes: number) => void): Promise<StoreLock> =>
      valueIn(await subject.store.lock(STORE_SPEC, signal, onWaiting));

    test('[SC15] is of one holder; who waits is told how far the other is, and gets it after that one', async () => {
      const first = await taken();
      const partial = await opened();
      await partial.append(STORE_MODEL.subarray(0, 4_000));
      await partial.sync();
      let isReleased = false;
      let heard: (bytes: number) => void = () => undefined;
      const told = new Promise<number>((resolve) => (heard = resolve));
      const second = taken(NEVER_ABORTED, heard).then(async (lock) => {
        expect(isReleased).toBe(true);
        await Promise.all([lock.release(), lock.release()]);
      });
      expect(await told).toBe(4_000);
      await partial.close();
      isReleased = true;
      await first.release();
      await first.release();
      await second;
      await (await taken()).release();
    });

    test('[SC15] of one model is none of another', async () => {
      const first = await taken();
      const other = valueIn(await subject.store.lock(specOf(OTHER), NEVER_ABORTED));
      await Promise.all([first.release(), other.release()]);
    });

    test('[SC16] is not waited for any longer once aborted', async () => {
      expect(reasonOf(await subject.store.lock(STORE_SPEC, ABORTED))).toBe('start_superseded');
      const first = await taken();
      const controller = new AbortController();
      const waiting = subject.store.lock(STORE_SPEC, controller.signal, () => {
        controller.abort();
        throw new Error('of the listener');
      });
      expect(reasonOf(await waiting)).toBe('start_superseded');
      await first.release();
      await (await taken()).release();
    });
  });

  test('[SC17] what is pruned is what nobody keeps and nobody uses', async () => {
    const { store } = subject;
    await download(store);
    await download(store, { bytes: OTHER });
    const partial = await opened();
    await partial.append(STORE_MODEL.subarray(0, 4_000));
    await partial.sync();
    const nothing = { models: 0, partials: 0, evidence: 0 };
    expect(valueIn(await store.prune({ olderThanMs: 0 }))).toMatchObject(nothing);
    await partial.close();
    expect(valueIn(await store.prune())).toMatchObject({ ...nothing, freedBytes: 0 });
    expect(valueIn(await store.prune({ keep: [sha256], olderThanMs: 0 }))).toMatchObject({
      models: 1,
      partials: 1,
      evidence: 0,
    });
    expect(valueIn(await store.list()).map((one) => one.sha256)).toEqual([sha256]);
    for (const bad of [{ keep: ['no digest'] }, { olderThanMs: -1 }, { olderThanMs: Number.NaN }]) {
      expect(reasonOf(await store.prune(bad))).toBe('options_invalid');
    }
  });
});
