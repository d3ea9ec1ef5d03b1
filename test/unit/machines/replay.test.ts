import { describe, expect, test } from '@jest/globals';
import { createReplay, replay } from '../../../machines/replay.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { stageChart } from '../../doubles/chart-stage.ts';
import { editChart } from '../../doubles/edited-chart.ts';
import { decodeTrace, encodeTrace } from '../../doubles/trace-records.ts';

function recorded(limits: Parameters<typeof stageChart>[0] = { maxInFlight: 1, queueBound: 2 }): string[] {
  const stage = stageChart(limits);
  stage.makeReady();
  for (let i = 0; i < 4; i += 1) stage.submit();
  stage.settled('r1');
  stage.settled('r2', 'failed', 'generation_failed');
  stage.probed(false);
  stage.settled('r3', 'cancelled', 'cancelled_by_stop');
  stage.released();
  return stage.recorder.dump().trimEnd().split('\n');
}

describe('a whole trace', () => {
  test('[RP1] comes out as it was recorded', () => {
    const lines = recorded();
    expect(replay(lines)).toEqual({
      kind: 'ok',
      steps: lines.length - 2,
      complete: false,
      lost: 0,
      finalState: { stopped: 'backingOff' },
      changes: [],
    });
  });

  test('[RP2] is the same as one text and as lines', () => {
    const lines = recorded();
    expect(replay(`${lines.join('\n')}\n`)).toEqual(replay(lines));
  });

  test('[RP3] tells each step as it goes', () => {
    const states: unknown[] = [];
    replay(recorded(), { onStep: (_step, { value }) => states.push(value) });
    expect(states.slice(0, 3)).toEqual([
      { starting: 'acquiring' },
      { starting: 'acquiring' },
      { starting: 'loading' },
    ]);
  });

  test('[RP4] of another version of the package replays, and says what is other', () => {
    const records = decodeTrace(recorded());
    const lines = encodeTrace([
      { ...records[0], chart: '0'.repeat(16), policies: '0'.repeat(16) },
      ...records.slice(1),
    ]);
    expect(replay(lines, { library: '9.9.9' })).toMatchObject({
      kind: 'ok',
      changes: ['chart', 'policies', 'library'],
    });
  });
});

describe('a damaged trace', () => {
  const lines = recorded();
  const at = (index: number, change: (line: string) => string) =>
    lines.map((line, i) => (i === index ? change(line) : line));
  const records = decodeTrace(lines);

  test.each<[string, readonly string[], number, string]>([
    ['nothing', [], 1, 'empty'],
    ['a header alone', lines.slice(0, 1), 1, 'no_frame'],
    ['no header', lines.slice(1), 1, 'no_header'],
    ['text', ['hello'], 1, 'not_json'],
    ['a gzip file', ['\u001f\ufffd\u0008 …'], 1, 'compressed'],
    ['a truncated last line', at(lines.length - 1, (line) => line.slice(0, -9)), lines.length, 'truncated'],
    ['a truncated first line', [lines[0]!.slice(0, 40)], 1, 'no_header'],
    [
      'a flipped digit',
      at(7, (line) => line.replace(/\d/, (digit) => String(9 - Number(digit)))),
      8,
      'hash_mismatch',
    ],
    ['a flipped hash', at(7, (line) => line.replace(/.{3}"\}$/, 'fff"}')), 8, 'hash_mismatch'],
    [
      'two lines in the other order',
      [...lines.slice(0, 5), lines[6]!, lines[5]!, ...lines.slice(7)],
      6,
      'hash_mismatch',
    ],
    ['a line taken out', lines.filter((_, i) => i !== 6), 7, 'hash_mismatch'],
    ['a line told twice', [...lines.slice(0, 7), lines[6]!, ...lines.slice(7)], 8, 'hash_mismatch'],
    [
      'ordinals that jump',
      encodeTrace(records.map((r, i) => (i < 5 ? r : { ...r, i: i + 7 }))),
      6,
      'out_of_order',
    ],
    ['a second header', encodeTrace([...records.slice(0, 4), records[0]]), 5, 'second_header'],
    ['a step before its frame', encodeTrace([records[0], records[2]]), 2, 'no_frame'],
    [
      'lines after the end',
      encodeTrace([...records, { kind: 'end', steps: 1 }, { kind: 'gap', lost: 0 }]),
      lines.length + 2,
      'after_end',
    ],
    ['a record of no kind', encodeTrace([records[0], records[1], { kind: 'poem' }]), 3, 'not_a_record'],
    ['a step without an event', encodeTrace([records[0], records[1], { i: 1, d: {} }]), 3, 'not_a_record'],
    ['a frame without a context', encodeTrace([records[0], { kind: 'frame', i: 1 }]), 2, 'not_a_record'],
    [
      'a frame of no state',
      encodeTrace([records[0], { ...records[1], state: { nowhere: 'at all' } }]),
      2,
      'not_a_record',
    ],
    ['a line beyond every bound', [`{"x":"${'y'.repeat(5_000_000)}`], 1, 'too_long'],
  ])('[RP5] %s is corrupt, with its line and why', (_what, damaged, line, why) => {
    expect(replay(damaged)).toMatchObject({ kind: 'corrupt', line, why });
  });

  test('[RP6] keeps the steps before the damage', () => {
    expect(replay(at(9, (line) => `${line} `))).toMatchObject({ kind: 'corrupt', line: 10, steps: 7 });
  });

  test.each<[string, Record<string, unknown>, string]>([
    ['a newer format', { format: 2 }, 'format_newer'],
    ['an older format without an upgrade', { format: 0 }, 'format_older'],
    ['another machine', { machine: 'elevator' }, 'machine_other'],
    [
      'a limit that is gone',
      { limits: { ...(records[0]!['limits'] as object), windows: 2 } },
      'limits_other',
    ],
    ['a limit that is new', { limits: {} }, 'limits_other'],
    ['limits that are no numbers', { limits: null }, 'limits_other'],
  ])('[RP7] %s is incompatible, and says which change', (_what, change, expected) => {
    expect(replay(encodeTrace([{ ...records[0], ...change }, ...records.slice(1)]))).toEqual({
      kind: 'incompatible',
      line: 1,
      change: expected,
    });
  });

  test('[RP8] an older format is upgraded record by record where an upgrade leads from there', () => {
    const older = records.map((record) =>
      record['kind'] === 'header' ? { ...record, format: 0 } : { was: record },
    );
    const upgrades = {
      0: (record: object) => ('was' in record ? (record.was as object) : { ...record, format: 1 }),
    };
    expect(replay(encodeTrace(older), { upgrades })).toMatchObject({ kind: 'ok' });
  });

  test.each<[string, unknown]>([
    [
      '__proto__ keys',
      JSON.parse(
        '{"i":1,"e":{"type":"supervisor.start","atMs":0,"__proto__":{"x":1}},"d":{"__proto__":{"y":1}}}',
      ),
    ],
    ['huge numbers', { i: 1, e: { type: 'supervisor.start', atMs: 1e308 }, d: {} }],
    ['nulls', { i: 1, e: null, d: null }],
    ['arrays', [1, 2, 3]],
  ])('[RP9] %s in a line never throw', (_what, record) => {
    const result = replay(encodeTrace([records[0], records[1], record]));
    expect(['corrupt', 'diverged']).toContain(result.kind);
    expect(({} as Record<string, unknown>)['y']).toBeUndefined();
  });

  test('[RP10] a result, once there is one, stays', () => {
    const run = createReplay();
    const first = run.feed('nonsense');
    expect(run.feed(lines[0]!)).toBe(first);
    expect(run.end()).toBe(first);
  });
});

describe('a machine that does something else', () => {
  test('[RP11] a guard that flipped is told with both verdicts and their facts', () => {
    const machine = supervisorMachine.provide({
      guards: { gateAdmits: () => false, gateEnqueues: () => false },
    });
    const kinder = supervisorMachine.provide({ guards: { isRunning: () => true } });
    expect(replay(recorded(), { machine: kinder }).kind).toBe('ok');
    expect(replay(recorded(), { machine })).toMatchObject({ kind: 'diverged', cause: 'effect_changed' });

    const records = decodeTrace(recorded());
    const index = records.findIndex(
      ({ d }) => (d as { lastArrival?: { place: number } })?.lastArrival?.place === 1,
    );
    const was = records[index]!;
    const arrival = (was['d'] as { lastArrival: object }).lastArrival;
    const flipped = {
      ...was,
      d: { lastArrival: { ...arrival, verdict: { ok: false, reason: 'queue_full' } } },
    };
    const result = replay(encodeTrace(records.map((record, i) => (i === index ? flipped : record))));
    expect(result).toMatchObject({
      kind: 'diverged',
      cause: 'guard_flipped',
      step: index - 1,
      line: index + 1,
    });
    expect(result).toHaveProperty('decisions.0.expected.verdict.reason', 'queue_full');
    expect(result).toHaveProperty('decisions.0.actual.verdict.reason', 'at_capacity');
    expect(result).toHaveProperty('decisions.0.actual.facts.inFlight', 1);
  });

  test('[RP12] a target that moved is told with both states, the time, and the steps before', () => {
    const machine = editChart(({ states }) => {
      const { on } = states['starting']!.states['acquiring']!;
      on['model.acquired'] = { guard: 'isCurrent', target: 'probing', actions: 'keepTime' };
    });
    const result = replay(recorded(), { machine });
    expect(result).toMatchObject({
      kind: 'diverged',
      cause: 'target_moved',
      step: 3,
      event: { type: 'model.acquired' },
      atMs: 0,
      expected: { state: { starting: 'loading' } },
      actual: { state: { starting: { probing: 'decoding' } } },
      changes: ['chart'],
    });
    expect(result).toHaveProperty('before.length', 2);
  });

  test('[RP13] a transition that is gone counts as a flipped guard', () => {
    const machine = editChart(({ states }) => {
      delete states['starting']!.states['acquiring']!.on['model.acquired'];
    });
    expect(replay(recorded(), { machine })).toMatchObject({
      kind: 'diverged',
      cause: 'guard_flipped',
      step: 3,
    });
  });

  test('[RP14] an effect that is gone is told with both lists', () => {
    const machine = editChart(({ states }) => {
      delete states['starting']!.states['acquiring']!.exit;
    });
    const result = replay(recorded(), { machine });
    expect(result).toMatchObject({ kind: 'diverged', cause: 'effect_changed', step: 3 });
    expect(result).toHaveProperty('expected.effects.0', 'disarm stall');
    expect(result).not.toHaveProperty('actual.effects.0', 'disarm stall');
  });

  test('[RP15] what is remembered otherwise is told as pointer, old and new', () => {
    const records = decodeTrace(recorded());
    const lines = encodeTrace(
      records.map((record, i) =>
        i === 2 ? { ...record, d: { ...(record['d'] as object), generation: 7 } } : record,
      ),
    );
    expect(replay(lines)).toMatchObject({
      kind: 'diverged',
      cause: 'context_changed',
      context: [{ pointer: '/generation', expected: 7, actual: 1 }],
    });
  });

  test('[RP16] an event that the machine does not know is told as such', () => {
    const records = decodeTrace(recorded());
    const lines = encodeTrace([...records.slice(0, 3), { i: 2, e: { type: 'model.fused', atMs: 1 }, d: {} }]);
    expect(replay(lines)).toMatchObject({
      kind: 'diverged',
      cause: 'unknown_event',
      event: { type: 'model.fused' },
    });
  });

  test('[RP17] a frame in the middle is held against the machine', () => {
    const stage = stageChart({ traceBytesMax: 65_536 });
    stage.makeReady();
    for (let i = 0; i < 100; i += 1) stage.sampled({ processBytes: i });
    const records = decodeTrace(stage.recorder.dump().trimEnd().split('\n'));
    const frame = records.findLastIndex(({ kind }) => kind === 'frame');
    expect(frame).toBeGreaterThan(5);
    const after = (records[frame]!['after'] as string) ?? '';
    expect(after).toMatch(/^[0-9a-f]{16}$/);
    const forged = records.map((record, i) =>
      i === frame ? { ...record, context: { ...(record['context'] as object), generation: 9 } } : record,
    );
    expect(replay(encodeTrace(forged))).toMatchObject({
      kind: 'diverged',
      cause: 'context_changed',
      event: { type: 'frame' },
    });
  });
});
