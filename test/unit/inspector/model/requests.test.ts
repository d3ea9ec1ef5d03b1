import { describe, expect, test } from '@jest/globals';
import type { InspectorModel } from '../../../../inspector/model/inspector-model.ts';
import { longLines } from '../../../doubles/long-trace.ts';
import { listGoldens } from '../../../traces/golden-files.ts';
import { goldenModel, indicesOf, linesOf, modelOf } from './fed-models.ts';
import { progressLines, silentLines } from './progress-trace.ts';

const silentModel = (name: string): InspectorModel => modelOf(silentLines(name));
const LAST = Number.MAX_SAFE_INTEGER;
const requestOf = (model: InspectorModel, requestId: string, index = LAST) =>
  model.requestsAt(index).find((row) => row.requestId === requestId);
const typeAt = (model: InspectorModel, type: string, nth = 0) =>
  indicesOf(model).filter((index) => model.rowAt(index).type === type)[nth]!;

describe('the timeline', () => {
  test('[IM80] has the public states, each until the next, and the latest without an end', () => {
    const { phases, fromMs, toMs } = goldenModel('suspect-restart-ready').timelineAt(LAST);
    expect(phases.map(({ label }) => label)).toEqual([
      'stopped',
      'starting',
      'ready',
      'draining',
      'stopped',
      'starting',
      'ready',
    ]);
    expect(phases.map(({ toMs: until }) => until)).toEqual([
      ...phases.slice(1).map((next) => next.fromMs),
      null,
    ]);
    expect(phases.at(-1)!.fromMs).toBeLessThanOrEqual(toMs);
    expect(fromMs).toBe(0);
  });

  test('[IM81] marks each restart, why it was, and where all of them ended', () => {
    const { restarts } = goldenModel('suspect-restart-ready').timelineAt(LAST);
    expect(restarts).toMatchObject([
      { label: 'backs off: runtime_probe_failed', tone: 'warning' },
      { label: 'restarts after runtime_probe_failed', atMs: 2001, tone: 'warning' },
    ]);
    const given = goldenModel('restart-intensity-exceeded').timelineAt(LAST).restarts;
    expect(given.at(-1)).toMatchObject({ label: expect.stringMatching(/^failed: /), tone: 'bad' });
  });

  test('[IM82] has the steps of a download, and its end without length', () => {
    const { downloads } = goldenModel('download-cut').timelineAt(LAST);
    expect(downloads.map(({ label }) => label)).toEqual([
      'locking',
      'probing',
      'streaming',
      'waiting',
      'probing',
      'streaming',
      'verifying',
      'publishing',
      'recorded',
    ]);
    expect(downloads.find(({ label }) => label === 'waiting')).toMatchObject({
      fromMs: 0,
      toMs: 523,
      tone: 'warning',
    });
    expect(downloads.at(-1)).toMatchObject({ tone: 'good' });
    expect(downloads.at(-1)!.toMs).toBe(downloads.at(-1)!.fromMs);
    expect(goldenModel('queue-full').timelineAt(LAST).downloads).toEqual([]);
  });

  test('[IM83] has a bar for every request that was let in, in the order of arrival', () => {
    const { requests } = goldenModel('queue-full').timelineAt(LAST);
    expect(requests.map(({ requestId, outcome }) => [requestId, outcome])).toEqual([
      ['r1', 'completed'],
      ['r2', 'completed'],
      ['r3', 'completed'],
    ]);
  });
});

describe('the table of requests', () => {
  test('[IM84] tells of each how long it waited, how it ended and why, the latest first', () => {
    const model = silentModel('queue-wait-expired');
    expect(model.requestsAt(LAST)).toMatchObject([
      { requestId: 'r3', stage: 'ended', outcome: 'completed', waitedMs: 1000, firstTokenMs: null },
      { requestId: 'r2', stage: 'ended', outcome: 'expired', reason: 'queue_wait_exceeded', waitedMs: null },
      { requestId: 'r1', stage: 'ended', outcome: 'completed', waitedMs: 0, reason: 'generation_completed' },
    ]);
  });

  test('[IM85] tells of one that was not let in that it was refused, and why', () => {
    expect(requestOf(goldenModel('queue-full'), 'r4')).toMatchObject({
      stage: 'ended',
      outcome: 'refused',
      reason: 'queue_full',
      waitedMs: null,
      admittedAtMs: null,
    });
  });

  test('[IM86] tells tokens, the first of them and their rate, where the trace tells how far a request is', () => {
    const model = modelOf(progressLines());
    const at = (atMs: number) => requestOf(model, 'r1', model.log.indexAtTime(atMs));
    expect(at(20)).toMatchObject({
      stage: 'prompting',
      outputTokens: 0,
      firstTokenAtMs: null,
      tokensPerSecond: null,
    });
    expect(at(200)).toMatchObject({
      stage: 'decoding',
      promptTokens: 12,
      firstTokenAtMs: 200,
      firstTokenMs: 190,
    });
    expect(at(1200)).toMatchObject({ outputTokens: 41, tokensPerSecond: 40 });
    expect(at(1300)?.stage).toBe('held');
    expect(at(2000)).toMatchObject({
      stage: 'ended',
      outcome: 'completed',
      outputTokens: 55,
      endedAtMs: 2000,
    });
    expect(requestOf(model, 'r2')).toMatchObject({ stage: 'prompting', promptTokens: 300, outcome: null });
  });

  test('[IM87] tells the stage of a request that says nothing of itself by its place alone', () => {
    const model = silentModel('cancel-running');
    const cancel = typeAt(model, 'request.cancel');
    expect(requestOf(model, 'r1', cancel - 1)).toMatchObject({ stage: 'prompting', firstTokenMs: null });
    expect(requestOf(model, 'r1', cancel)?.stage).toBe('aborting');
    expect(requestOf(model, 'r1')).toMatchObject({ stage: 'ended', outcome: 'cancelled' });
    const queue = goldenModel('queue-full');
    expect(requestOf(queue, 'r2', typeAt(queue, 'request.submit', 1))).toMatchObject({
      stage: 'queued',
      reason: 'at_capacity',
    });
  });

  test('[IM88] knows requests that ran or waited before the trace begins', () => {
    const model = modelOf(linesOf(goldenModel('queue-full').exportText(15)));
    expect(requestOf(model, 'r1')).toMatchObject({ stage: 'ended', outcome: 'completed' });
    expect(requestOf(model, 'r3', model.log.firstIndex)).toMatchObject({ stage: 'queued' });
  });

  test('[IM89] forgets requests that ended before the oldest step that is held', () => {
    const model = modelOf(longLines(3000), { stepsMax: 500 });
    const rows = model.requestsAt(LAST);
    expect(rows.length).toBeGreaterThan(50);
    expect(rows.length).toBeLessThan(150);
    expect(
      rows.every(
        ({ endedAtMs }) => endedAtMs === null || endedAtMs >= model.log.timeAt(model.log.firstIndex),
      ),
    ).toBe(true);
    expect(model.timelineAt(LAST).requests).toHaveLength(rows.length);
  });

  test.each(listGoldens())(
    '[IM90] %s: what runs and waits in the context runs and waits in the table',
    (name) => {
      const model = goldenModel(name);
      for (const index of indicesOf(model)) {
        const { running, queue } = model.log.momentAt(index).after.context;
        const open = model.requestsAt(index).filter(({ stage }) => stage !== 'ended');
        const queued = open.filter(({ stage }) => stage === 'queued').map(({ requestId }) => requestId);
        expect(queued.sort()).toEqual(queue.map(({ requestId }) => requestId).sort());
        expect(open).toHaveLength(running.length + queue.length);
      }
    },
  );
});

test('[IM99] a view of a log without a step is refused, and one of no step that is held is of the nearest', () => {
  expect(() => modelOf([]).rowAt(0)).toThrow(RangeError);
  const model = goldenModel('queue-full');
  expect(model.rowAt(-1)).toEqual(model.rowAt(0));
  expect(model.rowAt(Number.NaN)).toEqual(model.rowAt(LAST));
});
