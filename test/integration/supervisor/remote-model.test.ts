import { createHash } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { readPinFile, replay, writePin } from '../../../index.ts';
import { createModelFile } from '../../../testing/model-file.ts';
import { MIRROR_URL, REMOTE_URL, stageRemote, whenSettled } from '../../doubles/remote-stage.ts';

describe('a model with a URL', () => {
  test('[RM1] is downloaded, proved, published, and then loaded from the store', async () => {
    const stage = stageRemote();
    await whenSettled(stage, stage.supervisor.start());
    expect(stage.supervisor.getSnapshot()).toMatchObject({
      state: 'ready',
      acquisition: { step: 'recorded', ratio: 1, receivedBytes: 200_000, attempt: 1, reason: null },
    });
    expect(stage.loaded).toEqual([stage.memory.store.pathOf(stage.model.sha256)]);
    expect(stage.memory.counts()).toEqual({ locks: 0, partials: 0 });
    stage.end();
  });

  test('[RM2] its progress is told as it changes, never falls, and ends the wait for progress of the start', async () => {
    const stage = stageRemote({ limits: { acquireStallMsMax: 50, retryMsMin: 5000, retryMsMax: 5000 } });
    stage.source.fail(REMOTE_URL, { reason: 'source_busy' });
    await whenSettled(stage, stage.supervisor.start());
    const steps = stage.told.map((progress) => progress?.step);
    expect(steps.filter((step, index) => step !== steps[index - 1])).toEqual(
      expect.arrayContaining([
        'locking',
        'probing',
        'waiting',
        'streaming',
        'verifying',
        'publishing',
        'recorded',
      ]),
    );
    expect(stage.told.find((progress) => progress?.step === 'waiting')?.reason).toBe('source_busy');
    const ratios = stage.told.map((progress) => progress?.ratio ?? 0);
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
    stage.end();
  });

  test('[RM3] a second start finds it in the store and asks no source', async () => {
    const stage = stageRemote();
    await whenSettled(stage, stage.supervisor.start());
    await whenSettled(stage, stage.supervisor.stop());
    const asked = stage.source.requests.length;
    await whenSettled(stage, stage.supervisor.start());
    expect(stage.source.requests).toHaveLength(asked);
    expect(stage.supervisor.getSnapshot().acquisition).toMatchObject({ step: 'recorded', attempt: 0 });
    stage.end();
  });

  test('[RM4] that is not what was pinned is never loaded', async () => {
    const stage = stageRemote();
    stage.source.serve(REMOTE_URL, stage.bytes.slice().fill(0, 199_000));
    await expect(whenSettled(stage, stage.supervisor.start())).rejects.toMatchObject({
      code: 'start_failed',
      reason: 'digest_mismatch',
    });
    expect(stage.loaded).toEqual([]);
    expect(stage.memory.quarantined).toEqual(['digest_mismatch']);
    stage.end();
  });

  test('[RM5] a stop in the middle of a download lets go of it, and the next start goes on with what came', async () => {
    const stage = stageRemote();
    stage.source.hold();
    const starting = stage.supervisor.start();
    starting.catch(() => undefined);
    for (let step = 0; step < 5; step += 1) {
      stage.source.step();
      await stage.clock.advance(0);
    }
    expect(stage.supervisor.getSnapshot()).toMatchObject({ state: 'starting', substate: 'acquiring' });
    await whenSettled(stage, stage.supervisor.stop());
    await expect(starting).rejects.toMatchObject({ code: 'start_failed' });
    expect(stage.memory.counts()).toEqual({ locks: 0, partials: 0 });
    expect(stage.source.openTransfers()).toBe(0);
    stage.source.release();
    await whenSettled(stage, stage.supervisor.start());
    expect(stage.source.requests.at(-1)?.fromBytes).toBeGreaterThan(0);
    expect(stage.supervisor.getSnapshot().state).toBe('ready');
    stage.end();
  });

  test('[RM6] a host that is not allowed is refused before anything is asked', async () => {
    const stage = stageRemote({ sources: { allow: ['other.example'] } });
    await expect(whenSettled(stage, stage.supervisor.start())).rejects.toMatchObject({
      reason: 'source_host_not_allowed',
    });
    expect(stage.source.requests).toEqual([]);
    stage.end();
  });

  test('[RM7] that can never fit is refused before its body, unless the host says otherwise', async () => {
    const stage = stageRemote({ fit: 'refuse', limits: { processBytesHard: 1000 } });
    await expect(whenSettled(stage, stage.supervisor.start())).rejects.toMatchObject({
      reason: 'model_too_large',
    });
    stage.end();
  });

  test('[RM13] a pin of the file of pins is a model as it is', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'pins-'));
    const path = join(folder, 'llamero.lock.json');
    const stage = stageRemote();
    await writePin(path, 'small', { ...stage.model, mirrors: [MIRROR_URL], licence: 'MIT' });
    const pin = (await readPinFile(path)).models.get('small');
    await rm(folder, { recursive: true });
    const pinned = stageRemote({ ...(pin && { model: pin }) });
    await whenSettled(pinned, pinned.supervisor.start());
    expect(pinned.supervisor.getSnapshot().acquisition).toMatchObject({ step: 'recorded' });
    stage.end();
    pinned.end();
  });

  test('[RM8] mirrors are asked in their order', async () => {
    const bytes = createModelFile(200_000);
    const stage = stageRemote({
      model: {
        url: REMOTE_URL,
        mirrors: [MIRROR_URL],
        sha256: createHash('sha256').update(bytes).digest('hex'),
        sizeBytes: 200_000,
      },
    });
    stage.source.fail(REMOTE_URL, { reason: 'source_unreachable' });
    stage.source.serve(MIRROR_URL, bytes);
    await whenSettled(stage, stage.supervisor.start());
    expect(stage.source.requests.map(({ url }) => url)).toEqual([REMOTE_URL, MIRROR_URL]);
    stage.end();
  });

  test('[RM9] the trace of a download replays, and holds neither URL nor path', async () => {
    const stage = stageRemote();
    stage.source.fail(REMOTE_URL, { reason: 'transfer_cut', afterBytes: 50_000 });
    await whenSettled(stage, stage.supervisor.start());
    await whenSettled(stage, stage.supervisor.stop());
    const trace = stage.supervisor.trace();
    expect(replay(trace)).toMatchObject({ kind: 'ok' });
    expect(trace).toContain('acquisition.progressed');
    expect(trace).not.toMatch(/example|gguf|store\/|https/);
    expect(trace).not.toContain(stage.model.sha256);
    stage.end();
  });
});
