import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { PartialFile } from '../../../services/model-store.ts';
import { encodePlan, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, withValue } from '../../doubles/gguf-samples.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import {
  beginPartial,
  download,
  ETAG,
  fillPartial,
  NEVER_ABORTED,
  openPartial,
  reasonOf,
  STORE_MODEL,
  STORE_SPEC,
  valueIn,
} from '../../doubles/store-stage.ts';
import { STORE_SUBJECTS, type StoreSubject } from '../../doubles/store-subjects.ts';

const { sha256, sizeBytes } = STORE_SPEC;
const FLIPPED = STORE_MODEL.map((byte, at) => (at === 5_000 ? byte ^ 1 : byte));
const OTHER = createModelBytes(9_000);
const ABORTED = AbortSignal.abort();

/** What the store in memory and the one on disk must do alike, so that what is shown with the one says something of the other. */
describe.each(STORE_SUBJECTS)('%s', (_name, open) => {
  let subject: StoreSubject;
  beforeEach(async () => {
    subject = await open();
  });
  afterEach(() => subject.end());

  const opened = (spec = STORE_SPEC) => beginPartial(subject.store, spec);
  /** What the next one finds of what this one left. */
  const leftAfter = async (partial: PartialFile): Promise<readonly [number, string | null]> => {
    await partial.close();
    const next = await openPartial(subject.store);
    const left = [next.resumeBytes, next.etag] as const;
    await next.close();
    return left;
  };
  const kindOf = async (spec = STORE_SPEC) => valueIn(await subject.store.inspect(spec)).kind;

  describe('a model', () => {
    test('[SC1] lies where its digest says, and what is no digest lies nowhere', () => {
      expect(subject.store.pathOf(sha256).endsWith(`/sha256/${sha256}`)).toBe(true);
      for (const none of ['', sha256.toUpperCase(), `../${sha256}`]) {
        expect(() => subject.store.pathOf(none)).toThrow(TypeError);
      }
    });

    test('[SC2] whose spec is none is refused by every operation', async () => {
      const { store } = subject;
      const bad = { sha256: 'no digest', sizeBytes };
      const answers = [
        await store.inspect(bad),
        await store.verify(bad, NEVER_ABORTED),
        await store.lock(bad, NEVER_ABORTED),
        await store.openPartial(bad),
        await store.remove(bad.sha256),
      ];
      expect(answers.map(reasonOf)).toEqual(Array(5).fill('integrity_spec_malformed'));
    });

    test('[SC3] is absent, then verified, and unproved once its file is another', async () => {
      expect(await kindOf()).toBe('absent');
      expect(valueIn(await download(subject.store))).toEqual({
        path: subject.store.pathOf(sha256),
        sizeBytes,
      });
      expect(await kindOf()).toBe('verified');
      const longer = { sha256, sizeBytes: sizeBytes + 1 };
      expect(reasonOf(await subject.store.inspect(longer))).toBe('size_short');
      expect(reasonOf(await subject.store.verify(longer, NEVER_ABORTED))).toBe('size_short');
      expect(await kindOf()).toBe('verified');
      await subject.overwrite(STORE_SPEC, FLIPPED);
      expect(await kindOf()).toBe('unproved');
    });

    test('[SC4] that is verified again is proved by every byte, and a wrong one is taken out', async () => {
      const { store } = subject;
      const told: number[] = [];
      const verify = (signal = NEVER_ABORTED) =>
        store.verify(STORE_SPEC, signal, (doneBytes) => told.push(doneBytes));
      expect(reasonOf(await verify())).toBe('model_not_stored');
      await download(store);
      expect(reasonOf(await verify(ABORTED))).toBe('start_superseded');
      expect(valueIn(await verify())).toEqual({ path: store.pathOf(sha256), sizeBytes });
      expect(told.at(-1)).toBe(sizeBytes);
      for (const [bytes, reason] of [
        [FLIPPED, 'digest_mismatch'],
        [STORE_MODEL.subarray(1), 'size_short'],
        [Buffer.concat([STORE_MODEL, FLIPPED]), 'size_exceeded'],
      ] as const) {
        await download(store);
        await subject.overwrite(STORE_SPEC, bytes);
        expect(reasonOf(await verify())).toBe(reason);
        expect(await kindOf()).toBe('absent');
      }
    });

    test('[SC5] is listed in the order of the digests, and can be removed once', async () => {
      const { store } = subject;
      expect(valueIn(await store.list())).toEqual([]);
      await download(store);
      await download(store, { bytes: OTHER });
      const listed = [STORE_SPEC, specOf(OTHER)].map((spec) => ({
        ...spec,
        path: store.pathOf(spec.sha256),
      }));
      const inOrder = listed.sort((a, b) => (a.sha256 < b.sha256 ? -1 : 1));
      expect(valueIn(await store.list())).toEqual(
        inOrder.map((one) => ({ ...one, isVerified: true, verifiedAtMs: expect.any(Number) })),
      );
      expect(valueIn(await store.remove(sha256))).toEqual({ path: store.pathOf(sha256), sizeBytes });
      expect(reasonOf(await store.remove(sha256))).toBe('model_not_stored');
      expect(await kindOf()).toBe('absent');
    });
  });

  describe('a partial file', () => {
    test('[SC6] tells how far it can be gone on with: what was flushed, under a strong validator', async () => {
      const partial = await opened();
      await partial.append(STORE_MODEL.subarray(0, 4_000));
      expect([partial.resumeBytes, partial.etag]).toEqual([0, ETAG]);
      expect(await partial.sync()).toEqual({ ok: true, reason: 'within_limits' });
      expect(partial.resumeBytes).toBe(4_000);
      await partial.append(STORE_MODEL.subarray(4_000, 6_000));
      expect(await leftAfter(partial)).toEqual([4_000, ETAG]);
    });

    test.each([null, 'W/"weak"', 'plain'])('[SC6] leaves nothing under the validator %s', async (etag) => {
      const partial = await openPartial(subject.store);
      await partial.restart(etag);
      await partial.append(STORE_MODEL.subarray(0, 4_000));
      await partial.sync();
      expect([partial.resumeBytes, partial.etag]).toEqual([0, null]);
      expect(await leftAfter(partial)).toEqual([0, null]);
    });

    test('[SC7] is gone on with by the next one, which may also begin anew', async () => {
      const first = await opened();
      await first.append(STORE_MODEL.subarray(0, 4_000));
      await first.sync();
      await first.close();
      const second = await openPartial(subject.store);
      expect(await second.append(STORE_MODEL.subarray(4_000))).toMatchObject({ ok: true });
      expect(await second.verify(NEVER_ABORTED)).toEqual({ ok: true, reason: 'integrity_verified' });
      await second.restart('"2"');
      expect([second.resumeBytes, second.etag]).toEqual([0, '"2"']);
      expect(await leftAfter(second)).toEqual([0, null]);
    });

    test('[SC7] that was verified and not published is kept whole', async () => {
      const partial = await opened();
      expect(await fillPartial(partial)).toBeNull();
      expect(await leftAfter(partial)).toEqual([sizeBytes, ETAG]);
    });

    test('[SC8] takes not one byte too many, and is not kept after it', async () => {
      const partial = await opened();
      await partial.append(STORE_MODEL);
      await partial.sync();
      expect(reasonOf(await partial.append(new Uint8Array(1)))).toBe('size_exceeded');
      expect(reasonOf(await partial.sync())).toBe('size_exceeded');
      expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('size_exceeded');
      expect(await leftAfter(partial)).toEqual([0, null]);
    });

    test('[SC9] that is too short is refused and kept as far as it was flushed', async () => {
      const partial = await opened();
      await partial.append(STORE_MODEL.subarray(0, 4_000));
      await partial.sync();
      expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('size_short');
      expect(reasonOf(await partial.append(STORE_MODEL.subarray(4_000)))).toBe('size_short');
      expect(await leftAfter(partial)).toEqual([4_000, ETAG]);
    });

    test('[SC9] of wrong bytes is refused, never published, and not kept', async () => {
      const partial = await opened();
      await partial.append(FLIPPED);
      await partial.sync();
      expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('digest_mismatch');
      expect(reasonOf(await partial.publish())).toBe('digest_mismatch');
      expect(await leftAfter(partial)).toEqual([0, null]);
      expect(await kindOf()).toBe('absent');
    });

    test('[SC9] with a header that the loader must not see is refused by its proof', async () => {
      const split = encodePlan(withValue(BPE_PLAN, 'split.count', value.u16(2))).bytes;
      const partial = await opened(specOf(split));
      await partial.append(split);
      expect((await partial.header(NEVER_ABORTED)).ok).toBe(true);
      expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('gguf_split');
      await partial.close();
    });

    test('[SC10] is published once, and only after its proof', async () => {
      const partial = await opened();
      await partial.append(STORE_MODEL);
      expect(reasonOf(await partial.publish())).toBe('internal_error');
      expect(reasonOf(await partial.verify(ABORTED))).toBe('start_superseded');
      const told: number[] = [];
      await partial.verify(NEVER_ABORTED, (doneBytes) => told.push(doneBytes));
      expect(told.at(-1)).toBe(sizeBytes);
      expect(valueIn(await partial.publish())).toEqual({ path: subject.store.pathOf(sha256), sizeBytes });
      expect(reasonOf(await partial.publish())).toBe('integrity_closed');
      expect(await leftAfter(partial)).toEqual([0, null]);
      expect(await kindOf()).toBe('verified');
    });

    test('[SC11] that was closed takes nothing more, however often it is closed', async () => {
      const partial = await opened();
      await partial.append(STORE_MODEL);
      await Promise.all([partial.close(), partial.close()]);
      await partial.quarantine('digest_mismatch');
      const answers = [
        await partial.restart(ETAG),
        await partial.append(STORE_MODEL),
        await partial.header(NEVER_ABORTED),
        await partial.sync(),
        await partial.verify(NEVER_ABORTED),
        await partial.publish(),
      ];
      expect(answers.map(reasonOf)).toEqual(Array(6).fill('integrity_closed'));
    });

    test('[SC12] in quarantine is refused for that reason, and not kept', async () => {
      const partial = await opened();
      await partial.append(STORE_MODEL);
      await partial.sync();
      await partial.quarantine('model_not_gguf');
      expect(reasonOf(await partial.verify(NEVER_ABORTED))).toBe('model_not_gguf');
      expect(await leftAfter(partial)).toEqual([0, null]);
      expect(valueIn(await subject.store.prune({ olderThanMs: 0 }))).toMatchObject({ evidence: 1 });
    });

    test('[SC13] has its header judged from what is here, or says how much it needs', async () => {
      const partial = await opened();
      const none = valueIn(await partial.header(NEVER_ABORTED));
      expect(none).toEqual({ kind: 'more', needBytes: expect.any(Number) });
      await partial.append(STORE_MODEL.subarray(0, 100));
      const some = valueIn(await partial.header(NEVER_ABORTED));
      expect(some.kind === 'more' && some.needBytes > 100).toBe(true);
      await partial.append(STORE_MODEL.subarray(100));
      expect(reasonOf(await partial.header(ABORTED))).toBe('start_superseded');
      expect(valueIn(await partial.header(NEVER_ABORTED))).toMatchObject({
        kind: 'whole',
        facts: { contextTokens: 4096 },
      });
      await partial.close();
    });

    test('[SC13] whose header is of no model is refused, and not kept', async () => {
      const partial = await opened();
      await partial.append(Buffer.from('<!doctype html>'));
      await partial.sync();
      expect(reasonOf(await partial.header(NEVER_ABORTED))).toBe('model_not_gguf');
      expect(reasonOf(await partial.append(STORE_MODEL))).toBe('model_not_gguf');
      expect(await leftAfter(partial)).toEqual([0, null]);
    });

    test('[SC14] is of one writer alone: two of a model are two files, and the longer one is gone on with', async () => {
      const [first, second] = [await opened(), await opened()];
      await first.append(STORE_MODEL.subarray(0, 6_000));
      await second.append(FLIPPED.subarray(0, 3_000));
      await Promise.all([first.sync(), second.sync()]);
      await first.close();
      expect(await leftAfter(second)).toEqual([6_000, ETAG]);
    });
  });
});
