import { describe, expect, test } from '@jest/globals';
import { stageAcquisitionRun, URL_A, URL_B } from '../../doubles/acquisition-run.ts';
import { encodePlan, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, withValue } from '../../doubles/gguf-samples.ts';

const NOTHING_HELD = { locks: 0, partials: 0, transfers: 0, timers: 0 };
const MIB = 1024 * 1024;

describe('a good end', () => {
  test('[AA1] the header comes first by a part of its own, the rest after it, and the file is published', async () => {
    const stage = stageAcquisitionRun({ sizeBytes: 3 * MIB });
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 1 });
    expect(stage.source.requests).toEqual([
      { url: URL_A, sizeBytes: 3 * MIB, fromBytes: 0, endBytes: MIB, etag: null },
      { url: URL_A, sizeBytes: 3 * MIB, fromBytes: MIB, endBytes: 3 * MIB, etag: '"1"' },
    ]);
    expect(stage.isPublished()).toBe(true);
    expect(stage.held()).toEqual(NOTHING_HELD);
  });

  test('[AA2] a source that serves no parts is asked once, and its one transfer goes on after the header', async () => {
    const stage = stageAcquisitionRun({ sizeBytes: 3 * MIB });
    stage.source.serve(URL_A, stage.bytes, { ranges: false });
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 1 });
    expect(stage.source.requests).toHaveLength(1);
    expect(stage.isPublished()).toBe(true);
  });

  test('[AA3] without a strong validator nothing is gone on with: the rest is the whole file anew', async () => {
    const stage = stageAcquisitionRun({ sizeBytes: 3 * MIB });
    stage.source.serve(URL_A, stage.bytes, { etag: null });
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 1 });
    expect(stage.source.requests.map(({ fromBytes, endBytes }) => [fromBytes, endBytes])).toEqual([
      [0, MIB],
      [0, 3 * MIB],
    ]);
    expect(stage.isPublished()).toBe(true);
  });

  test('[AA4] a stored model needs no source', async () => {
    const stage = stageAcquisitionRun();
    stage.memory.put(stage.pin, stage.bytes, true);
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 0 });
    expect(stage.source.requests).toEqual([]);
  });
});

describe('what was here before', () => {
  test('[AA5] a partial file with its header is gone on with, without asking for the header again', async () => {
    const stage = stageAcquisitionRun();
    stage.memory.leavePartial(stage.pin, stage.bytes.slice(0, 7000), '"1"');
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 1 });
    expect(stage.source.requests.map(({ fromBytes, etag }) => [fromBytes, etag])).toEqual([[7000, '"1"']]);
    expect(stage.isPublished()).toBe(true);
  });

  test('[AA6] a source that has another file by now sends it whole, and what was kept is dropped', async () => {
    const stage = stageAcquisitionRun();
    stage.memory.leavePartial(stage.pin, new Uint8Array(7000).fill(1), '"old"');
    stage.memory.leavePartial(stage.pin, stage.bytes.slice(0, 7000).fill(9, 6000), '"old"');
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 1 });
    expect(stage.isPublished()).toBe(true);
  });

  test('[AA7] a file that was complete and not yet published needs no source', async () => {
    const stage = stageAcquisitionRun();
    stage.memory.leavePartial(stage.pin, stage.bytes, '"1"');
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 1 });
    expect(stage.source.requests).toEqual([]);
  });

  test('[AA8] a stored file that went bad is fetched again, and its evidence kept', async () => {
    const stage = stageAcquisitionRun();
    stage.memory.put(stage.pin, stage.bytes.slice().fill(0, 19_000));
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 1 });
    expect(stage.memory.quarantined).toEqual(['digest_mismatch']);
    expect(stage.isPublished()).toBe(true);
  });
});

test('[AA18] a pin with the digest of a stored model and another size is rejected, and the model stays', async () => {
  for (const isProved of [true, false]) {
    const stage = stageAcquisitionRun({ pinnedBytes: 19_999 });
    stage.memory.put(stage.pin, stage.bytes, isProved);
    expect(await stage.acquireWhole()).toEqual({ ok: false, reason: 'size_exceeded', attempts: 0 });
    expect(stage.isPublished()).toBe(true);
    expect(stage.source.requests).toEqual([]);
    expect(stage.memory.quarantined).toEqual([]);
  }
});

describe('sources that fail', () => {
  test('[AA9] a transfer that breaks is gone on with where it broke', async () => {
    const stage = stageAcquisitionRun();
    stage.source.fail(URL_A, { reason: 'transfer_cut', afterBytes: 5000 }, { reason: 'source_busy' });
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 3 });
    expect(stage.source.requests.map(({ fromBytes }) => fromBytes)).toEqual([0, 5000, 5000]);
    expect(stage.held()).toEqual(NOTHING_HELD);
  });

  test('[AA10] the next mirror is asked where the first cannot be reached', async () => {
    const stage = stageAcquisitionRun({ mirrors: [URL_B] });
    stage.source.fail(URL_A, { reason: 'source_unreachable' });
    stage.source.serve(URL_B, stage.bytes);
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 2 });
    expect(stage.source.requests.map(({ url }) => url)).toEqual([URL_A, URL_B]);
  });

  test('[AA11] bytes that mismatch go to quarantine, and the mirror that sent them is not asked again', async () => {
    const stage = stageAcquisitionRun({ mirrors: [URL_B] });
    stage.source.serve(URL_A, stage.bytes.slice().fill(0, 19_000));
    stage.source.serve(URL_B, stage.bytes, { etag: '"2"' });
    stage.source.fail(URL_B, { reason: 'source_busy' });
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 3 });
    expect(stage.source.requests.map(({ url }) => url)).toEqual([URL_A, URL_B, URL_B]);
    expect(stage.memory.quarantined).toEqual(['digest_mismatch']);
  });

  test('[AA12] a header that no loader may see is refused before the body is asked for', async () => {
    const stage = stageAcquisitionRun({ sizeBytes: 3 * MIB });
    stage.source.serve(URL_A, new Uint8Array(3 * MIB).fill(60));
    expect(await stage.acquireWhole()).toEqual({ ok: false, reason: 'model_not_gguf', attempts: 1 });
    expect(stage.source.requests).toHaveLength(1);
    expect(stage.held()).toEqual(NOTHING_HELD);
  });

  test('[AA19] a header that is refused goes to quarantine, and the next mirror is asked from the start', async () => {
    const stage = stageAcquisitionRun({ mirrors: [URL_B] });
    stage.source.serve(URL_A, new Uint8Array(stage.bytes.length).fill(60));
    stage.source.serve(URL_B, stage.bytes);
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 2 });
    expect(stage.source.requests.map(({ url }) => url)).toEqual([URL_A, URL_B]);
    expect(stage.memory.quarantined).toEqual(['model_not_gguf']);
    expect(stage.isPublished()).toBe(true);
  });

  test('[AA20] a header that an earlier run left is dropped where it is refused, and held against no source', async () => {
    const stage = stageAcquisitionRun();
    stage.memory.leavePartial(stage.pin, new Uint8Array(7000).fill(60), '"1"');
    expect(await stage.acquireWhole()).toEqual({ ok: true, attempts: 1 });
    expect(stage.source.requests.map(({ fromBytes }) => fromBytes)).toEqual([0]);
    expect(stage.memory.quarantined).toEqual(['model_not_gguf']);
  });

  test('[AA22] one part of a split model is refused before its body is asked for', async () => {
    const stage = stageAcquisitionRun({ sizeBytes: 3 * MIB });
    const split = new Uint8Array(3 * MIB);
    split.set(encodePlan(withValue(BPE_PLAN, 'split.count', value.u16(2))).bytes);
    stage.source.serve(URL_A, split);
    expect(await stage.acquireWhole()).toEqual({ ok: false, reason: 'gguf_split', attempts: 1 });
    expect(stage.source.requests).toHaveLength(1);
    expect(stage.held()).toEqual(NOTHING_HELD);
  });

  test('[AA23] the memory of the machine is looked at only where somebody asks whether the model fits', async () => {
    const unasked = stageAcquisitionRun();
    await unasked.acquireWhole();
    const asked = stageAcquisitionRun({ demand: { contextTokens: 1, sequences: 1 } });
    await asked.acquireWhole();
    expect([unasked.looks(), asked.looks()]).toEqual([0, 1]);
  });

  test('[AA13] a model that cannot fit is refused before its body is asked for', async () => {
    const stage = stageAcquisitionRun({
      sizeBytes: 3 * MIB,
      demand: { contextTokens: 100, sequences: 1 },
      memoryBytes: 3 * MIB,
    });
    expect(await stage.acquireWhole()).toMatchObject({ ok: false, reason: 'model_too_large' });
    expect(stage.source.requests).toHaveLength(1);
    expect(stage.held()).toEqual(NOTHING_HELD);
  });
});

describe('a disk that fails', () => {
  test.each([
    ['inspect', 'store_unavailable'],
    ['lock', 'store_unavailable'],
    ['openPartial', 'store_full'],
    ['append', 'store_full'],
    ['append', 'store_write_failed'],
    ['read', 'store_write_failed'],
    ['publish', 'store_write_failed'],
  ] as const)(
    '[AA14] where %s fails with %s the acquisition does, and lets go of everything',
    async (operation, reason) => {
      const stage = stageAcquisitionRun();
      stage.memory.fail(operation, reason);
      expect(await stage.acquireWhole()).toMatchObject({ ok: false, reason });
      expect(stage.held()).toEqual(NOTHING_HELD);
      expect(stage.memory.quarantined).toEqual([]);
      expect(await stage.acquireWhole()).toMatchObject({ ok: true });
    },
  );
});

describe('an abort', () => {
  test('[AA15] at any moment ends it, lets go of everything, and keeps what came for the next time', async () => {
    let steps = 0;
    for (; ; steps += 1) {
      const stage = stageAcquisitionRun();
      stage.source.hold();
      const ended = stage.acquire();
      for (let step = 0; step < steps; step += 1) {
        stage.source.step();
        await stage.settle();
      }
      stage.abort();
      await stage.settle();
      const output = await ended;
      expect(stage.held()).toEqual(NOTHING_HELD);
      if (output.ok) break;
      expect(output.reason).toBe('start_superseded');
      const before = stage.source.requests.length;
      stage.source.release();
      expect(await stage.acquireWhole()).toMatchObject({ ok: true });
      expect(stage.isPublished()).toBe(true);
      if (steps > 1) expect(stage.source.requests[before]?.fromBytes ?? 1).toBeGreaterThan(0);
    }
    expect(steps).toBeGreaterThan(5);
  });

  test('[AA16] before anything was begun touches nothing', async () => {
    const stage = stageAcquisitionRun();
    stage.abort();
    expect(await stage.acquire()).toEqual({ ok: false, reason: 'start_superseded', attempts: 0 });
    expect(stage.source.requests).toEqual([]);
  });
});

test('[AA17] a source that stands still is left at its deadline, and the transfer closed', async () => {
  const stage = stageAcquisitionRun({ limits: { fetchFailuresMax: 1, firstByteMsMax: 10_000 } });
  stage.source.hold();
  const ended = stage.acquire();
  stage.source.step(2);
  await stage.clock.advance(9_999);
  expect(stage.source.openTransfers()).toBe(1);
  await stage.clock.advance(1);
  expect(await ended).toMatchObject({ ok: false, reason: 'source_first_byte_timeout' });
  expect(stage.held()).toEqual(NOTHING_HELD);
});

test('[AA21] what came is made safe each second, so that a killed process loses no more than that', async () => {
  const stage = stageAcquisitionRun();
  stage.memory.fail('sync', 'store_write_failed');
  stage.source.hold();
  const ended = stage.acquire();
  for (let step = 0; step < 4; step += 1) {
    stage.source.step();
    await stage.clock.advance(200);
  }
  expect(stage.progress.at(-1)?.step).toBe('streaming');
  await stage.clock.advance(200);
  stage.source.step();
  await stage.settle();
  expect(await ended).toMatchObject({ ok: false, reason: 'store_write_failed' });
});
