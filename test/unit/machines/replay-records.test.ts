import { describe, expect, test } from '@jest/globals';
import { replay } from '../../../machines/replay.ts';
import { stageChart } from '../../doubles/chart-stage.ts';
import { decodeTrace, encodeTrace, type ToldRecord } from '../../doubles/trace-records.ts';

/** A run up to `ready`, with a request that runs and one that waits. */
function recorded(): string {
  const stage = stageChart({ maxInFlight: 1, queueBound: 2 });
  stage.makeReady();
  stage.submit();
  stage.submit();
  return stage.recorder.dump();
}
const trace = recorded();
const [header, frame, ...steps] = decodeTrace(trace) as [ToldRecord, ToldRecord, ...ToldRecord[]];
const replayed = (...records: readonly unknown[]) => replay(encodeTrace(records));
const corrupt = (line: number, why: string, stepsBefore = 0) => ({
  kind: 'corrupt',
  line,
  why,
  steps: stepsBefore,
});
const ok = { kind: 'ok', complete: false, lost: 0, changes: [] };
/** The trace with a frame in the middle, right but for the change. */
function reframed(change: object): string[] {
  const lines = encodeTrace([header, frame, ...steps.slice(0, 4)]);
  const after = /"h":"([0-9a-f]{16})"\}$/.exec(lines.at(-1)!)?.[1];
  const context = { ...(frame['context'] as object), ...contextAfter(4) };
  const state = steps.slice(0, 4).findLast((step) => 's' in step)?.['s'];
  const middle = { ...frame, i: 5, state, context, after, ...change };
  return encodeTrace([header, frame, ...steps.slice(0, 4), middle, ...steps.slice(4)]);
}
/** What the machine remembers after so many steps. */
function contextAfter(count: number): object {
  let context: object = {};
  replay(encodeTrace([header, frame, ...steps.slice(0, count)]), {
    onStep: (_step, snapshot) => {
      const { limits: _limits, resourceLimits: _resourceLimits, ...rest } = snapshot.context;
      context = rest;
    },
  });
  return context;
}

describe('the text of a trace', () => {
  test.each([
    ['with the line ends of another system', trace.replaceAll('\n', '\r\n')],
    ['without an end of its last line', trace.trimEnd()],
    ['with empty lines', `\n\n${trace.replaceAll('\n', '\n\n')}`],
  ])('[RP2] replays %s', (_what, text) => {
    expect(replay(text)).toEqual(replay(trace));
    expect(replay(text)).toMatchObject({ ...ok, steps: steps.length });
  });

  test.each([
    ['nothing', '', corrupt(1, 'empty')],
    ['line ends alone', '\n\n', corrupt(1, 'empty')],
    ['half a header', trace.slice(0, 30), corrupt(1, 'no_header')],
    ['a header and half a frame', trace.slice(0, trace.indexOf('\n') + 30), corrupt(2, 'truncated')],
  ])('[RP5] of %s is corrupt', (_what, text, result) => {
    expect(replay(text)).toEqual(result);
  });
});

describe('a header', () => {
  test.each([
    ['of a format that is no number', { format: '1' }],
    ['of half a format', { format: 0.5 }],
    ['of no format', { format: undefined }],
  ])('[RP5] %s is no record', (_what, change) => {
    expect(replayed({ ...header, ...change }, frame)).toEqual(corrupt(1, 'not_a_record'));
  });

  test.each([
    ['one limit less', ({ maxInFlight: _gone, ...rest }: Record<string, unknown>) => rest],
    [
      'a limit under another name',
      ({ maxInFlight, ...rest }: Record<string, unknown>) => ({ ...rest, a: 1, maxInFlight }),
    ],
    [
      'one limit for another',
      ({ maxInFlight: _gone, ...rest }: Record<string, unknown>) => ({ ...rest, a: 1 }),
    ],
    ['a limit that is text', (limits: Record<string, unknown>) => ({ ...limits, maxInFlight: '1' })],
    ['a word', () => 'limits'],
    ['nothing', () => undefined],
  ])('[RP7] with %s in place of its limits is for another version', (_what, change) => {
    const limits = change(header['limits'] as Record<string, unknown>);
    expect(replayed({ ...header, limits }, frame)).toEqual({
      kind: 'incompatible',
      line: 1,
      change: 'limits_other',
    });
  });

  test('[RP4] names what is other, and a package of the same version is not', () => {
    const changed = (change: object, library?: string) =>
      replay(encodeTrace([{ ...header, ...change }, frame]), library === undefined ? {} : { library });
    expect(changed({}, 'test')).toMatchObject({ kind: 'ok', changes: [] });
    expect(changed({}, 'other')).toMatchObject({ changes: ['library'] });
    expect(changed({ chart: 'x' })).toMatchObject({ changes: ['chart'] });
    expect(changed({ policies: 'x' }, 'test')).toMatchObject({ changes: ['policies'] });
  });

  test('[RP5] comes once, and first', () => {
    expect(replayed(header, header)).toEqual(corrupt(2, 'second_header'));
    expect(replayed(frame, header)).toEqual(corrupt(1, 'no_header'));
    expect(replayed(steps[0])).toEqual(corrupt(1, 'no_header'));
    expect(replayed(header)).toEqual(corrupt(1, 'no_frame'));
  });

  test('[RP8] that an upgrade makes of something else counts as one, and one that it unmakes does not', () => {
    const older = { ...header, format: 0 };
    const upgraded = (upgrade: (record: object) => object, ...records: object[]) =>
      replay(encodeTrace([older, ...records]), { upgrades: { 0: upgrade } });
    expect(upgraded(() => header, frame)).toEqual(corrupt(2, 'second_header'));
    expect(upgraded(() => frame)).toEqual(corrupt(1, 'not_a_record'));
    expect(upgraded(() => steps[0]!)).toEqual(corrupt(1, 'not_a_record'));
  });
});

describe('a frame', () => {
  test.each([
    ['of no ordinal', { i: '1' }],
    ['of half an ordinal', { i: 1.5 }],
    ['of a context that is text', { context: 'context' }],
    ['of no context', { context: null }],
    ['of a state that is none', { state: { stopped: 'nowhere' } }],
  ])('[RP5] %s is no record', (_what, change) => {
    expect(replayed(header, { ...frame, ...change })).toEqual(corrupt(2, 'not_a_record'));
  });

  test('[RP17] in the middle that agrees is passed over', () => {
    expect(replay(reframed({}))).toMatchObject({ ...ok, steps: steps.length });
  });

  test.each([
    ['of another ordinal', { i: 6 }, 'out_of_order'],
    ['of an earlier ordinal', { i: 4 }, 'out_of_order'],
    ['behind another line', { after: '0'.repeat(16) }, 'hash_mismatch'],
    ['without an ordinal', { i: null }, 'not_a_record'],
  ])('[RP17] in the middle %s is corrupt', (_what, change, why) => {
    expect(replay(reframed(change))).toEqual(corrupt(7, why, 4));
  });

  test('[RP17] in the middle of another state is told with both, and nothing else', () => {
    const state = { stopped: 'idle' };
    const result = replay(reframed({ state }));
    expect(result).toMatchObject({
      kind: 'diverged',
      step: 5,
      line: 7,
      atMs: 0,
      event: { type: 'frame' },
      cause: 'guard_flipped',
      expected: { state, effects: [] },
      actual: { state: { starting: { probing: 'decoding' } }, effects: [] },
      context: [],
      changes: [],
    });
    expect(result).toHaveProperty('before.length', 4);
  });

  test('[RP17] in the middle of another context is told by pointer', () => {
    const context = { ...contextAfter(4), generation: 9 };
    expect(replay(reframed({ context }))).toMatchObject({
      cause: 'context_changed',
      context: [{ pointer: '/generation', expected: 9, actual: 1 }],
    });
  });
});

describe('a gap', () => {
  const gap = (lost: unknown) => ({ kind: 'gap', lost });
  const later = { ...frame, i: 20, state: { stopped: 'idle' } };

  test('[TR9] is counted, and the trace goes on at the frame behind it', () => {
    expect(replayed(header, frame, steps[0], gap(3), later, gap(2), { ...later, i: 30 })).toEqual({
      ...ok,
      steps: 1,
      lost: 5,
      finalState: { stopped: 'idle' },
    });
    const next = { ...steps[0], i: 20 };
    expect(replayed(header, frame, gap(19), later, next)).toMatchObject({ kind: 'ok', steps: 1, lost: 19 });
  });

  test.each(['3', 1.5, null])('[TR9] of %p steps counts for none', (lost) => {
    expect(replayed(header, frame, gap(lost), later)).toMatchObject({ kind: 'ok', lost: 0 });
  });

  test('[RP5] is followed by a frame, and by no earlier one', () => {
    expect(replayed(header, frame, gap(1), steps[0])).toEqual(corrupt(4, 'no_frame'));
    expect(replayed(header, frame, steps[0], gap(1), { ...frame, i: 1 })).toEqual(
      corrupt(5, 'out_of_order', 1),
    );
    expect(replayed(header, frame, steps[0], gap(1), { ...frame, i: 2 })).toMatchObject({ kind: 'ok' });
  });
});

describe('a step', () => {
  test.each([
    ['of an event that is text', { e: 'supervisor.start' }],
    ['of no event', { e: null }],
    ['of changes that are text', { d: 'changes' }],
    ['of no changes', { d: null }],
  ])('[RP5] %s is no record', (_what, change) => {
    expect(replayed(header, frame, { ...steps[0], ...change })).toEqual(corrupt(3, 'not_a_record'));
  });

  test.each([[0], [2], ['1']])('[RP5] of ordinal %p is out of order', (i) => {
    expect(replayed(header, frame, { ...steps[0], i })).toEqual(corrupt(3, 'out_of_order'));
  });

  test("[RP12] that parts is told with its time: its own, the event's, or the latest before", () => {
    const wrong = { s: { stopped: 'failed' } };
    const at = (change: object) => replayed(header, frame, { ...steps[0], ...wrong, ...change });
    expect(at({ t: 44, e: { type: 'queue.waited' } })).toMatchObject({ kind: 'diverged', atMs: 44 });
    expect(at({ e: { type: 'supervisor.start', atMs: 33 } })).toMatchObject({ atMs: 33 });
    expect(at({ e: { type: 'queue.waited' } })).toMatchObject({ atMs: 0 });
    expect(at({ e: { type: 'model.fused', atMs: 'noon' } })).toMatchObject({
      atMs: 0,
      cause: 'unknown_event',
    });
  });

  test('[RP12] that parts is told with the ten steps before it, and no more', () => {
    const stage = stageChart();
    stage.makeReady();
    for (let i = 0; i < 12; i += 1) stage.sampled({ processBytes: i });
    const records = decodeTrace(stage.recorder.dump());
    const last = records.at(-1)!;
    const result = replay(encodeTrace([...records.slice(0, -1), { ...last, s: { stopped: 'idle' } }]));
    const before = (
      result as { before: readonly { step: number; event: { type: string }; state: unknown }[] }
    ).before;
    expect(before.map(({ step }) => step)).toEqual([7, 8, 9, 10, 11, 12, 13, 14, 15, 16]);
    expect(before[0]).toEqual({
      step: 7,
      event: records[8]!['e'],
      state: { ready: { pressure: 'nominal', health: 'healthy' } },
    });
  });

  test('[RP16] of what the closed schema kept out changes nothing', () => {
    const unknown = { i: 1, t: 5, e: { type: 'unknown' }, d: {} };
    expect(replayed(header, frame, unknown)).toMatchObject({ kind: 'ok', steps: 1 });
    expect(replayed(header, frame, { ...unknown, s: { stopped: 'failed' } })).toMatchObject({
      kind: 'diverged',
      cause: 'guard_flipped',
    });
  });

  test('[RP14] of other effects, or of none where there were some, parts', () => {
    const [first] = steps;
    expect(replayed(header, frame, { ...first, x: ['run r1'] })).toMatchObject({ cause: 'effect_changed' });
    expect(replayed(header, frame, { ...first, x: undefined })).toMatchObject({ cause: 'effect_changed' });
  });
});

describe('an end', () => {
  const end = { kind: 'end', steps: 1 };

  test('[RP1] says that nothing is missing behind', () => {
    expect(replayed(header, frame, steps[0], end)).toMatchObject({ ...ok, complete: true, steps: 1 });
  });

  test.each([[steps[1]], [frame], [end], [header]])(
    '[RP5] is followed by nothing, not even by %j',
    (record) => {
      expect(replayed(header, frame, steps[0], end, record)).toMatchObject({
        kind: 'corrupt',
        why: 'after_end',
      });
    },
  );
});
