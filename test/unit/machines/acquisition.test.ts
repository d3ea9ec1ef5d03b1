import { describe, expect, test } from '@jest/globals';
import { createActor } from 'xstate';
import { acquisitionMachine } from '../../../machines/acquisition.ts';
import { DEFAULT_LIMITS } from '../../../policies/limits.ts';
import {
  MEMORY,
  NEEDS,
  stageAcquisition,
  walkToProbing,
  walkToStreaming,
  walkToVerifying,
} from '../../doubles/acquisition-stage.ts';

describe('the way of a model', () => {
  test('[AC1] a model that is nowhere is locked, probed, streamed, verified, published and recorded', () => {
    const stage = stageAcquisition();
    expect(stage.step()).toBe('planning');
    stage.found('absent');
    expect(stage.step()).toBe('locking');
    stage.locked();
    expect(stage.step()).toBe('planning');
    stage.found('absent');
    expect(stage.step()).toBe('probing');
    stage.probed();
    expect(stage.step()).toBe('streaming');
    stage.received(1000);
    stage.completed();
    expect(stage.step()).toBe('verifying');
    stage.verifiedBytes(1000);
    stage.verified();
    expect(stage.step()).toBe('publishing');
    stage.published();
    expect(stage.step()).toBe('recorded');
    expect(stage.output()).toEqual({ ok: true, attempts: 1 });
    expect(stage.entered.map(([name]) => name)).toEqual([
      'inspectStore',
      'lockModel',
      'inspectStore',
      'probeSource',
      'streamModel',
      'verifyModel',
      'publishModel',
    ]);
  });

  test('[AC2] a model whose record fits is recorded at once, with no lock and no question to a source', () => {
    const stage = stageAcquisition();
    stage.found('verified');
    expect(stage.output()).toEqual({ ok: true, attempts: 0 });
    expect(stage.entered.map(([name]) => name)).toEqual(['inspectStore']);
    expect(stage.told.at(-1)).toMatchObject({ step: 'recorded', ratio: 1, receivedBytes: 1000 });
  });

  test('[AC3] a stored model without a fitting record is verified where it lies and not published again', () => {
    const stage = stageAcquisition();
    stage.found('unproved');
    expect(stage.step()).toBe('verifying');
    expect(stage.entered.at(-1)?.[1]).toMatchObject({ downloading: false });
    stage.verifiedBytes(500);
    expect(stage.told.at(-1)?.ratio).toBe(0.5);
    stage.verified();
    expect(stage.output()).toEqual({ ok: true, attempts: 0 });
  });

  test('[AC4] a stored model that went bad is downloaded again', () => {
    const stage = stageAcquisition();
    stage.found('unproved');
    stage.refused('digest_mismatch');
    expect(stage.step()).toBe('planning');
    expect(walkToProbing(stage).step()).toBe('probing');
  });

  test('[AC5] what another process published while the lock was waited for is not downloaded again', () => {
    const stage = stageAcquisition();
    stage.found('absent');
    stage.say({ type: 'lock.waited', atMs: 5 });
    stage.locked();
    stage.found('verified');
    expect(stage.output()).toEqual({ ok: true, attempts: 0 });
  });

  test.each(['integrity_spec_malformed', 'source_host_not_allowed', 'allowlist_empty'] as const)(
    '[AC6] a plan that is refused as %s touches neither store nor source',
    (reason) => {
      const stage = stageAcquisition({ plan: { ok: false, reason } });
      expect(stage.step()).toBe('rejected');
      expect(stage.output()).toEqual({ ok: false, reason, attempts: 0 });
      expect(stage.entered).toEqual([]);
    },
  );
});

describe('a model that cannot fit', () => {
  const demand = { contextTokens: 50, sequences: 4 };

  test('[AC7] is refused after its header and before its body', () => {
    const stage = walkToProbing(stageAcquisition({ demand: { ...demand, sequences: 5 } }));
    stage.probed();
    expect(stage.output()).toEqual({ ok: false, reason: 'model_too_large', attempts: 1 });
    expect(stage.entered.map(([name]) => name)).not.toContain('streamModel');
  });

  test('[AC7] is let through where nobody asks', () => {
    expect(walkToStreaming(stageAcquisition({ demand: null })).step()).toBe('streaming');
  });

  test('[AC8] a model that fits goes on', () => {
    const stage = walkToProbing(stageAcquisition({ demand: { contextTokens: 10, sequences: 4 } }));
    stage.probed();
    expect(stage.step()).toBe('streaming');
  });
});

describe('deadlines', () => {
  const limits = {
    lockMsMax: 100,
    firstByteMsMax: 30,
    transferStallMsMax: 20,
    flushMsMax: 50,
    acquireMsMax: 10_000,
    fetchFailuresMax: 1,
  };

  test('[AC9] a lock that does not come is not waited for any longer', async () => {
    const stage = stageAcquisition({ limits });
    stage.found('absent');
    await stage.clock.advance(99);
    stage.say({ type: 'lock.waited', atMs: stage.clock.nowMs() });
    expect(stage.step()).toBe('locking');
    await stage.clock.advance(1);
    expect(stage.step()).toBe('planning');
    stage.found('absent');
    expect(stage.step()).toBe('probing');
  });

  test.each(['probing', 'streaming'] as const)(
    '[AC10] no first byte while %s ends the attempt',
    async (step) => {
      const stage = stageAcquisition({ limits });
      (step === 'probing' ? walkToProbing : walkToStreaming)(stage);
      await stage.clock.advance(29);
      expect(stage.step()).toBe(step);
      await stage.clock.advance(1);
      expect(stage.output()).toMatchObject({ ok: false, reason: 'source_first_byte_timeout' });
    },
  );

  test.each(['probing', 'streaming'] as const)(
    '[AC11] while %s each byte extends the wait for the next one, and then it stalls',
    async (step) => {
      const stage = stageAcquisition({ limits });
      (step === 'probing' ? walkToProbing : walkToStreaming)(stage);
      for (const bytes of [1, 2, 3]) {
        stage.received(bytes);
        await stage.clock.advance(19);
      }
      expect(stage.step()).toBe(step);
      await stage.clock.advance(1);
      expect(stage.output()).toMatchObject({ ok: false, reason: 'source_stalled' });
    },
  );

  test('[AC12] a disk that stands still ends it: while the store is asked, the file read back, and published', async () => {
    const asked = stageAcquisition({ limits });
    const verifying = walkToVerifying(stageAcquisition({ limits }));
    const reading = walkToVerifying(stageAcquisition({ limits }));
    await reading.clock.advance(49);
    reading.verifiedBytes(1);
    const publishing = walkToVerifying(stageAcquisition({ limits }));
    publishing.verified();
    for (const stage of [asked, verifying, reading, publishing]) {
      await stage.clock.advance(49);
      expect(stage.actor.getSnapshot().status).toBe('active');
      await stage.clock.advance(1);
      expect(stage.output()).toMatchObject({ ok: false, reason: 'store_timeout' });
    }
  });

  test('[AC13] all of it together has a deadline, whatever goes on', async () => {
    const stage = walkToStreaming(stageAcquisition({ limits }));
    for (let bytes = 1; bytes <= 1000 && stage.output() === undefined; bytes += 1) {
      stage.received(bytes);
      await stage.clock.advance(19);
    }
    expect(stage.clock.nowMs()).toBeLessThanOrEqual(10_000 + 19);
    expect(stage.output()).toMatchObject({ ok: false, reason: 'acquire_timeout' });
  });
});

describe('failed attempts', () => {
  test('[AC14] a transient failure waits for the planned delay and asks again', async () => {
    const stage = walkToProbing(stageAcquisition({ limits: { retryMsMin: 500 } }));
    stage.fetchFailed('source_unreachable');
    expect(stage.step()).toBe('waiting');
    expect(stage.told.at(-1)).toMatchObject({ reason: 'source_unreachable', attempt: 1 });
    await stage.clock.advance(499);
    expect(stage.step()).toBe('waiting');
    await stage.clock.advance(1);
    expect(stage.step()).toBe('probing');
    expect(stage.context().attempt).toBe(2);
  });

  test('[AC15] failures without a new byte are counted, and a new byte forgets them', async () => {
    const stage = walkToProbing(stageAcquisition({ limits: { fetchFailuresMax: 2, retryMsMax: 500 } }));
    for (const bytes of [100, 200, 300]) {
      stage.received(bytes);
      stage.fetchFailed('transfer_cut');
      expect(stage.step()).toBe('waiting');
      await stage.clock.advance(500);
    }
    stage.received(300);
    stage.fetchFailed('transfer_cut');
    expect(stage.output()).toMatchObject({ ok: false, reason: 'transfer_cut' });
    expect(stage.step()).toBe('failed');
  });

  test('[AC16] bytes that are not the pinned ones ban their source, and the next one is asked from the start', async () => {
    const stage = walkToVerifying(stageAcquisition({ mirrors: 2 }));
    stage.refused('digest_mismatch');
    await stage.clock.advance(0);
    expect(stage.entered.at(-1)).toEqual([
      'probeSource',
      { attempt: 2, mirror: 1, fromStart: true, downloading: true },
    ]);
    stage.probed();
    stage.completed();
    stage.refused('digest_mismatch');
    expect(stage.step()).toBe('rejected');
    expect(stage.output()).toEqual({ ok: false, reason: 'digest_mismatch', attempts: 2 });
  });

  test('[AC17] what an earlier attempt brings is stale', async () => {
    const stage = walkToProbing(stageAcquisition());
    stage.fetchFailed('source_busy');
    await stage.clock.advance(500);
    const before = stage.actor.getSnapshot();
    stage.received(10, 1);
    stage.probed(0, 1);
    stage.fetchFailed('digest_mismatch', 1);
    stage.completed(1);
    expect(stage.actor.getSnapshot().value).toEqual(before.value);
    expect(stage.context()).toEqual(before.context);
    stage.probed();
    stage.completed(1);
    stage.fetchFailed('transfer_cut', 1);
    expect(stage.step()).toBe('streaming');
  });

  test.each([
    ['store_full', 'failed'],
    ['store_write_failed', 'failed'],
    ['store_unavailable', 'rejected'],
  ] as const)('[AC18] the disk says %s: the acquisition is %s', (reason, step) => {
    for (const walk of [walkToProbing, walkToStreaming, walkToVerifying]) {
      const stage = walk(stageAcquisition());
      stage.storeFailed(reason);
      expect(stage.step()).toBe(step);
      expect(stage.output()).toMatchObject({ ok: false, reason });
    }
  });

  test('[AC19] a part that does not fit what was kept is asked for again from the start', async () => {
    const stage = walkToProbing(stageAcquisition());
    stage.probed(300);
    stage.fetchFailed('response_range_mismatch');
    await stage.clock.advance(0);
    expect(stage.entered.at(-1)).toEqual([
      'probeSource',
      { attempt: 2, mirror: 0, fromStart: true, downloading: true },
    ]);
  });
});

describe('what it leaves', () => {
  test('[AC20] every port is left when its state is, and none is entered after the end', () => {
    const stage = walkToVerifying(stageAcquisition());
    stage.verified();
    stage.published();
    expect(stage.left).toEqual(stage.entered.map(([name]) => name));
    stage.published();
    stage.found('absent');
    expect(stage.entered).toHaveLength(7);
  });

  test('[AC21] progress never runs backwards, not even where a file is begun anew', async () => {
    const stage = walkToStreaming(stageAcquisition({ mirrors: 2 }));
    stage.received(900);
    stage.fetchFailed('response_encoded');
    await stage.clock.advance(0);
    stage.received(1);
    stage.probed();
    await stage.clock.advance(300);
    stage.received(500);
    stage.received(1000);
    stage.completed();
    stage.verifiedBytes(10);
    stage.verifiedBytes(1000);
    stage.verified();
    stage.published();
    const ratios = stage.told.map(({ ratio }) => ratio);
    const bytes = stage.told.map(({ receivedBytes }) => receivedBytes);
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
    expect(bytes).toEqual([...bytes].sort((a, b) => a - b));
    expect(ratios.at(-1)).toBe(1);
  });

  test('[AC22] nobody provided for: it is rejected and waits for nothing', () => {
    const input = {
      plan: { ok: true, reason: 'source_allowed' },
      sizeBytes: 1,
      mirrors: 1,
      demand: null,
      limits: DEFAULT_LIMITS,
      jitterSeed: 1,
    } as const;
    const actor = createActor(acquisitionMachine, { input }).start();
    expect(actor.getSnapshot().output).toEqual({ ok: false, reason: 'port_unprovided', attempts: 0 });
  });
});

describe('what it remembers', () => {
  test('[AC25] a part that does not fit is held against the source where nothing had been kept', async () => {
    const fresh = walkToStreaming(stageAcquisition());
    fresh.fetchFailed('response_range_mismatch');
    expect(fresh.step()).toBe('rejected');
    const resumed = walkToProbing(stageAcquisition());
    resumed.probed(1);
    resumed.fetchFailed('transfer_cut');
    await resumed.clock.advance(500);
    // The next attempt has kept nothing yet.
    resumed.fetchFailed('response_range_mismatch');
    expect(resumed.step()).toBe('rejected');
  });

  test('[AC26] what was dropped is dropped once', async () => {
    const stage = walkToProbing(stageAcquisition());
    stage.probed(300);
    stage.fetchFailed('response_range_mismatch');
    await stage.clock.advance(0);
    expect(stage.context().fromStart).toBe(true);
    stage.probed();
    expect(stage.context().fromStart).toBe(false);
    stage.fetchFailed('transfer_cut');
    await stage.clock.advance(1000);
    expect(stage.entered.at(-1)?.[1]).toMatchObject({ attempt: 3, fromStart: false });
  });

  test('[AC27] the latest time that any event told, whatever order they come in', () => {
    const stage = stageAcquisition();
    stage.say({ type: 'store.inspected', found: 'absent', atMs: 7 });
    expect(stage.context().nowMs).toBe(7);
    stage.say({ type: 'lock.waited', atMs: 3 });
    expect(stage.context().nowMs).toBe(7);
    stage.say({ type: 'lock.taken', atMs: 9 });
    stage.say({ type: 'store.inspected', found: 'absent', atMs: 9 });
    stage.say({ type: 'source.probed', attempt: 1, needs: NEEDS, memory: MEMORY, resumedBytes: 0, atMs: 10 });
    stage.say({ type: 'transfer.completed', attempt: 1, atMs: 12 });
    expect(stage.context().nowMs).toBe(12);
  });

  test('[AC28] once everything came no rate and no rest is told any more', async () => {
    const stage = walkToStreaming(stageAcquisition());
    await stage.clock.advance(300);
    stage.received(900);
    expect(stage.told.at(-1)).toMatchObject({ bytesPerSecond: 3000, remainingMs: 34 });
    stage.completed();
    expect(stage.told.at(-1)).toMatchObject({ step: 'verifying', bytesPerSecond: null, remainingMs: null });
    expect(stage.told.at(-1)?.ratio).toBeCloseTo(0.9);
  });
});
