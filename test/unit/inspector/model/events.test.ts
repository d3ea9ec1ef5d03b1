import { describe, expect, test } from '@jest/globals';
import type { InspectorModel } from '../../../../inspector/model/inspector-model.ts';
import type { EventKind } from '../../../../inspector/model/views.ts';
import { longLines } from '../../../doubles/long-trace.ts';
import { listGoldens, readGolden } from '../../../traces/golden-files.ts';
import { goldenModel, indicesOf, linesOf, modelOf } from './fed-models.ts';
import { progressLines } from './progress-trace.ts';

const KINDS: readonly EventKind[] = ['command', 'fact', 'sample', 'timer', 'progress', 'internal'];
const EVERYTHING = { kinds: new Set(KINDS), text: '', requestId: null };

const rowsOf = (model: InspectorModel) => indicesOf(model).map(model.rowAt);
const summaries = (name: string, type: string): string[] =>
  rowsOf(goldenModel(name))
    .filter((row) => row.type === type)
    .map(({ summary }) => summary);

/** Details of the first event of a type, or of the one that is counted on. */
function detailsOf(model: InspectorModel, type: string, nth = 0) {
  const index = indicesOf(model).filter((at) => model.rowAt(at).type === type)[nth]!;
  return model.detailsAt(index);
}

describe('the row of an event', () => {
  test.each([
    ['queue-full', 'request.submit', 'admitted, 1 of 1 in flight'],
    ['queue-full', 'request.submit', 'queued: place 2 of 2, 1 of 1 in flight'],
    ['queue-full', 'request.submit', 'refused: queue_full, queue 2 of 2'],
    [
      'memory-exceeded',
      'request.submit',
      'refused: memory_exceeded, memory 16 of 16 GiB in use (100 %), limit 97 %',
    ],
    ['queue-full', 'model.loaded', 'loaded: 4,096 tokens of context, 1 sequence, cpu'],
    ['queue-full', 'resources.sampled', 'memory 8 of 16 GiB free, cpu 10 %'],
    ['queue-full', 'start.progressed', 'verifying 41 %'],
    ['queue-full', 'start.progressed', 'loading 50 %'],
    ['queue-full', 'request.settled', 'completed'],
    ['queue-wait-expired', 'queue.waited', 'r2 waited too long: queue_wait_exceeded'],
    ['start-load-stall', 'start.stalled', 'no progress for 2 s while loading: runtime_load_timeout'],
    ['cancel-queued', 'request.cancel', 'taken out of the queue'],
    ['cancel-running', 'request.cancel', 'told to abort'],
    ['port-dies', 'xstate.error.actor.observeResources', 'observeResources died: internal_error'],
    ['download-cut', 'acquisition.progressed', 'waits to try again after attempt 1: transfer_cut'],
    ['download-cut', 'acquisition.progressed', 'downloading 78.1 of 195 KiB, 112 KiB/s'],
    ['real-demo', 'supervisor.drain', 'drains for up to 10 s, 1 in flight'],
    ['start-digest-mismatch', 'start.refused', 'refused: digest_mismatch'],
    ['unknown-event', 'unknown', 'an event that the machine does not know: changes nothing'],
  ])('[IM20] says in plain words with the facts what came of it: %s, %s', (name, type, summary) => {
    expect(summaries(name, type)).toContain(summary);
  });

  test('[IM21] tells a completion of an earlier start from one of this', () => {
    const late = rowsOf(goldenModel('stale-completions')).filter(({ summary }) =>
      /^too late|^not expected/.test(summary),
    );
    expect(late.map(({ type }) => type)).toEqual(expect.arrayContaining(['model.loaded', 'runtime.probed']));
    expect(late.every(({ tone, enters }) => tone === 'plain' && enters === null)).toBe(true);
  });

  test('[IM22] has a kind, a tone, and where there are such a request, a reason and the state it led to', () => {
    const rows = rowsOf(goldenModel('queue-full'));
    expect(rows.find(({ reason }) => reason === 'queue_full')).toMatchObject({
      type: 'request.submit',
      kind: 'command',
      tone: 'bad',
      requestId: 'r4',
      enters: null,
    });
    expect(rows.find(({ type }) => type === 'supervisor.start')).toMatchObject({
      kind: 'command',
      tone: 'plain',
      requestId: null,
      reason: null,
      enters: 'starting.acquiring',
    });
    expect(rows.find(({ type }) => type === 'resources.sampled')?.kind).toBe('sample');
    expect(rows.find(({ type }) => type === 'start.progressed')?.kind).toBe('progress');
    expect(rows.find(({ type }) => type === 'request.settled')).toMatchObject({ kind: 'fact', tone: 'good' });
  });

  test('[IM23] says how far a request is, where the trace tells', () => {
    const rows = rowsOf(modelOf(progressLines())).filter(
      ({ kind, requestId }) => kind === 'progress' && requestId === 'r1',
    );
    expect(rows.map(({ summary }) => summary)).toEqual(
      expect.arrayContaining([
        'prompting, 0 tokens read',
        'decoding, 1 token written',
        'held, 45 tokens written',
      ]),
    );
  });

  test.each(listGoldens())('[IM24] %s: no row is without words, and none says what is not known', (name) => {
    for (const { summary } of rowsOf(goldenModel(name))) {
      expect(summary).not.toBe('');
      expect(summary).not.toMatch(/undefined|null|NaN|\bunknown\b|\[object/);
    }
  });
});

describe('the filter of events', () => {
  const model = goldenModel('real-demo');

  test('[IM25] lets through the kinds, the request, and the rows that hold every word, in order', () => {
    const rows = rowsOf(model);
    const expected = (keeps: (row: (typeof rows)[number]) => boolean) =>
      rows.filter(keeps).map(({ index }) => index);
    expect(model.filterRows(EVERYTHING)).toEqual(indicesOf(model));
    expect(model.filterRows({ ...EVERYTHING, kinds: new Set(['sample', 'timer']) })).toEqual(
      expected(({ kind }) => kind === 'sample' || kind === 'timer'),
    );
    expect(model.filterRows({ ...EVERYTHING, requestId: 'r3' })).toEqual(
      expected(({ requestId }) => requestId === 'r3'),
    );
    const found = model.filterRows({ ...EVERYTHING, text: ' QUEUE_full  refused ' });
    expect(found).toEqual(expected(({ reason }) => reason === 'queue_full'));
    expect(found.length).toBeGreaterThan(0);
    expect(model.filterRows({ ...EVERYTHING, text: 'draining.settling' })).toHaveLength(1);
    expect(model.filterRows({ ...EVERYTHING, kinds: new Set() })).toEqual([]);
  });

  test('[IM26] gives the same list until something new passes, and goes on from there', () => {
    const lines = linesOf(readGolden('queue-full'));
    const growing = modelOf(lines.slice(0, 12));
    const filter = { ...EVERYTHING, kinds: new Set<EventKind>(['command']) };
    const before = growing.filterRows(filter);
    growing.feed(lines[12]!);
    expect(growing.rowAt(10).kind).toBe('sample');
    expect(growing.filterRows({ ...filter, kinds: new Set(['command']) })).toBe(before);
    for (const line of lines.slice(13)) growing.feed(line);
    expect(growing.filterRows(filter)).toEqual(modelOf(lines).filterRows(filter));
    expect(growing.filterRows(filter)).not.toBe(before);
  });

  test('[IM27] finds nothing that is not held any more', () => {
    const dropping = modelOf(longLines(2000), { stepsMax: 500 });
    expect(dropping.log.firstIndex).toBeGreaterThan(0);
    expect(dropping.filterRows(EVERYTHING)).toEqual(indicesOf(dropping));
  });
});

describe('the details of an event', () => {
  test('[IM30] hold the verdict of the gate with every fact and limit, the deciding one first', () => {
    const { verdicts } = detailsOf(goldenModel('queue-full'), 'request.submit', 3);
    expect(verdicts).toEqual([
      {
        subject: 'gate',
        ok: false,
        reason: 'queue_full',
        text: 'refused: queue_full',
        facts: [
          'queue 2 of 2',
          'lifecycle ready',
          'in flight 1 of 1',
          'sample 1 ms old, limit 5 s',
          'memory 8 of 16 GiB in use (50 %), limit 97 %',
          'cpu 10 %, limit 100 %',
        ],
      },
    ]);
  });

  test('[IM31] hold what the gate said of the head of the queue, the health check and the restart', () => {
    const dispatch = detailsOf(goldenModel('queue-full'), 'request.settled', 1).verdicts;
    expect(dispatch).toMatchObject([
      { subject: 'dispatch', ok: true, reason: 'admitted', text: 'r3 runs: admitted' },
    ]);
    const probe = detailsOf(goldenModel('suspect-restart-ready'), 'runtime.probed', 1).verdicts;
    expect(probe).toMatchObject([
      { subject: 'probe', ok: false, reason: 'runtime_probe_failed' },
      {
        subject: 'restart',
        ok: true,
        reason: 'restart_allowed',
        facts: ['fault runtime_probe_failed', 'restarts 1 of 3 within 5 min 0 s', 'delay 2 s'],
      },
    ]);
  });

  test('[IM32] hold what changed in the context by JSON pointer, before and after', () => {
    const { differences } = detailsOf(goldenModel('queue-full'), 'request.submit');
    expect(differences).toEqual(
      expect.arrayContaining([
        { pointer: '/nowMs', before: 0, after: 1 },
        { pointer: '/admission/inFlight', before: 0, after: 1 },
        {
          pointer: '/running/0',
          before: undefined,
          after: { requestId: 'r1', generation: 1, aborting: false },
        },
      ]),
    );
  });

  test.each(listGoldens())(
    '[IM33] %s: the differences lead from what stood before to what stands after',
    (name) => {
      const model = goldenModel(name);
      for (const index of indicesOf(model)) {
        const { before, after } = model.log.momentAt(index);
        const patched = structuredClone(before.context) as unknown as Record<string, unknown>;
        for (const change of model.detailsAt(index).differences) patch(patched, change.pointer, change.after);
        expect(patched).toEqual(after.context);
      }
    },
  );

  test('[IM34] tell the effects in words', () => {
    const { effects } = detailsOf(goldenModel('start-load-stall'), 'model.acquired');
    expect(effects).toEqual(
      expect.arrayContaining([
        'starts loadModel: loads the proved file',
        'ends acquireModel',
        'arms a timer: the longest time without progress, 2 s',
        'disarms a timer: the deadline to bring and prove the model',
      ]),
    );
    expect(detailsOf(goldenModel('cancel-running'), 'request.cancel').effects).toEqual([
      'tells r1 to end: cancelled, cancelled_by_caller',
    ]);
    expect(detailsOf(goldenModel('cancel-queued'), 'request.cancel').effects).toContain(
      'r2 ends: cancelled, cancelled_by_caller',
    );
  });

  test.each([
    ['start-load-stall', 'start.stalled', 'model.acquired', /timer was armed/],
    ['queue-wait-expired', 'queue.waited', 'request.submit', /timer was armed/],
    [
      'suspect-restart-ready',
      'xstate.after.restartDelay.supervisor.stopped.backingOff',
      'runtime.released',
      /timer was armed/,
    ],
    ['queue-full', 'model.loaded', 'model.acquired', /loadModel was started/],
    ['queue-full', 'runtime.probed', 'model.loaded', /probeRuntime was started/],
    ['queue-full', 'request.settled', 'request.submit', /r1 was let run/],
    ['port-dies', 'xstate.error.actor.observeResources', 'resources.sampled', /observeResources was started/],
    ['start-digest-mismatch', 'start.refused', 'supervisor.start', /acquireModel was started/],
  ])('[IM35] name the earlier step that led to it: %s, %s', (name, type, causeType, text) => {
    const model = goldenModel(name);
    const [cause] = detailsOf(model, type).causes;
    expect(cause?.text).toMatch(text);
    expect(model.rowAt(cause!.index!).type).toBe(causeType);
    expect(cause!.index!).toBeLessThan(detailsOf(model, type).row.index);
  });

  test('[IM36] name the host as the cause of commands', () => {
    const model = goldenModel('cancel-running');
    expect(detailsOf(model, 'supervisor.start').causes).toEqual([{ index: null, text: 'from the host' }]);
    const [host, submit] = detailsOf(model, 'request.cancel').causes;
    expect(host).toEqual({ index: null, text: 'from the host' });
    expect(model.rowAt(submit!.index!).type).toBe('request.submit');
    const settled = detailsOf(model, 'request.settled').causes.map(({ index }) => model.rowAt(index!).type);
    expect(settled).toEqual(['request.submit', 'request.cancel']);
  });

  test('[IM37] name no step as a cause that is not held any more', () => {
    const lines = linesOf(goldenModel('queue-full').exportText(13));
    const [cause] = detailsOf(modelOf(lines), 'request.settled').causes;
    expect(cause).toEqual({ index: null, text: 'r1 was let run' });
  });
});

/** Sets the part of a tree that a JSON pointer names; undefined takes it away. */
function patch(tree: Record<string, unknown>, pointer: string, value: unknown): void {
  const keys = pointer.split('/').slice(1);
  const last = keys.pop()!;
  const parent = keys.reduce<unknown>((inner, key) => (inner as Record<string, unknown>)[key], tree);
  if (Array.isArray(parent) && value === undefined) parent.length = Math.min(parent.length, Number(last));
  else if (value === undefined) delete (parent as Record<string, unknown>)[last];
  else (parent as Record<string, unknown>)[last] = structuredClone(value);
}
