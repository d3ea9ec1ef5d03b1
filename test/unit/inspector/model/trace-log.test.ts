import { describe, expect, test } from '@jest/globals';
import { longLines } from '../../../doubles/long-trace.ts';
import { decodeTrace, encodeTrace, type ToldRecord } from '../../../doubles/trace-records.ts';
import { listGoldens, readGolden } from '../../../traces/golden-files.ts';
import { indicesOf, linesOf, readLog } from './fed-models.ts';

const golden = readGolden('queue-and-dispatch');
const records = decodeTrace(golden);
const steps = records.filter((record) => !('kind' in record));

/** Header and frame as an encoder writes them that begins in mid-run, before the step at a place. */
function beginAt(place: number): ToldRecord[] {
  const { log } = readLog(linesOf(golden));
  const { before, step } = log.momentAt(place);
  return [records[0]!, { kind: 'frame', i: step.i, ...before, after: '' }];
}

describe('a log of a trace', () => {
  test('[IM3] takes every line of every golden trace, and holds its steps and their times', () => {
    for (const name of listGoldens()) {
      const told = decodeTrace(readGolden(name)).filter((record) => !('kind' in record));
      const { log, problems } = readLog(linesOf(readGolden(name)));
      expect(problems).toEqual([]);
      expect(indicesOf({ log }).map(log.stepAt)).toEqual(told);
      const times = indicesOf({ log }).map(log.timeAt);
      expect(times).toEqual([...times].sort((a, b) => a - b));
    }
  });

  test('[IM4] says of a changed line which it is and what to do, and leaves out what follows', () => {
    const lines = linesOf(golden);
    const changed = lines.map((line, place) => (place === 10 ? line.replace('"i":', '"i": ') : line));
    const { log, problems } = readLog(changed);
    expect(problems).toEqual([
      { line: 11, message: expect.stringMatching(/does not follow.*Export the trace/) },
    ]);
    expect(log.endIndex).toBe(8);
    expect(log.momentAt(7)).toEqual(readLog(lines).log.momentAt(7));
  });

  test('[IM5] keeps what came before a last line that was cut off', () => {
    const lines = linesOf(golden);
    const torn = lines.slice(0, 9).concat(lines[9]!.slice(0, -30));
    const { log, problems } = readLog(torn);
    expect(problems).toEqual([{ line: 10, message: expect.stringMatching(/cut off here/) }]);
    expect(log.endIndex).toBe(7);
    expect(log.isComplete).toBe(false);
  });

  test.each([
    ['\u001f\u008b', /compressed/],
    ['<html>', /no JSON/],
    ['[1,2]', /no JSON/],
    [encodeTrace([{ kind: 'header', format: 999 }])[0]!, /newer version of Llamero/],
    [encodeTrace([{ ...records[0], machine: 'toaster' }])[0]!, /another machine/],
    [encodeTrace([records[1]])[0]!, /does not begin with a header/],
    ['x'.repeat(4_194_305), /longer than any line/],
  ])('[IM6] refuses a file that is no trace by its first line: %#', (line, message) => {
    const { log, problems } = readLog([line]);
    expect(problems).toEqual([{ line: 1, message: expect.stringMatching(message) }]);
    expect(log.start).toBeNull();
  });

  test('[IM7] takes lines with the line ends of another system, and empty ones', () => {
    const { log, problems } = readLog(linesOf(golden).flatMap((line) => [`${line}\r`, '', '\r']));
    expect(problems).toEqual([]);
    expect(log.endIndex).toBe(steps.length);
  });

  test('[IM8] goes on from a header and a frame in mid-stream where the steps are numbered on', () => {
    const kept = encodeTrace(records.slice(0, 12));
    const live = encodeTrace([...beginAt(10), ...steps.slice(10)]);
    const { log, problems } = readLog([...kept, ...live]);
    expect(problems).toEqual([]);
    expect(log.lost).toBe(0);
    expect(log.isSeam(10)).toBe(false);
    const whole = readLog(linesOf(golden)).log;
    expect(indicesOf({ log }).map(log.momentAt)).toEqual(indicesOf({ log: whole }).map(whole.momentAt));
  });

  test('[IM9] counts the steps that are missing before a later frame, and goes on from it', () => {
    const kept = encodeTrace(records.slice(0, 8));
    const live = encodeTrace([...beginAt(10), ...steps.slice(10)]);
    const { log, problems } = readLog([...kept, ...live]);
    expect(problems).toEqual([]);
    expect(log.lost).toBe(4);
    expect(log.isSeam(6)).toBe(true);
    expect(log.endIndex).toBe(steps.length - 4);
    expect(log.momentAt(6).before).toEqual(readLog(linesOf(golden)).log.momentAt(10).before);
  });

  test('[IM10] begins anew where a header does not go on from what came before, and indices go on rising', () => {
    const other = encodeTrace([{ ...records[0], jitterSeed: 77 }, ...records.slice(1)]);
    const { log, problems } = readLog([...linesOf(golden), ...other]);
    expect(problems).toEqual([]);
    expect(log.header?.jitterSeed).toBe(77);
    expect(log.firstIndex).toBe(steps.length);
    expect(log.endIndex).toBe(2 * steps.length);
    expect(log.stepAt(log.firstIndex)).toEqual(steps[0]);
  });

  test('[IM11] adds up what a gap tells, and goes on from the frame behind it', () => {
    const [header, frame] = beginAt(12);
    const lines = encodeTrace([...records.slice(0, 8), { kind: 'gap', lost: 6 }, frame, ...steps.slice(12)]);
    const { log, problems } = readLog(lines);
    expect(problems).toEqual([]);
    expect(log.lost).toBe(6);
    expect(log.header).toEqual(header);
    expect(log.momentAt(6).step).toEqual(steps[12]);
  });

  test('[IM12] tells of a step that is missing without a word, and waits for the next frame', () => {
    const [, frame] = beginAt(12);
    const lines = encodeTrace([...records.slice(0, 8), ...steps.slice(8, 10), frame, ...steps.slice(12)]);
    const { log, problems } = readLog(lines);
    expect(problems).toEqual([{ line: 9, message: expect.stringMatching(/Steps are missing/) }]);
    expect(log.lost).toBe(6);
    expect(log.endIndex).toBe(6 + steps.length - 12);
  });

  test('[IM13] drops the oldest steps where there are too many, in pieces, and what it still holds stays the same', () => {
    const many = longLines(5000);
    const { log } = readLog(many, { stepsMax: 1000 });
    const whole = readLog(many).log;
    expect(log.endIndex).toBe(5000);
    expect(log.endIndex - log.firstIndex).toBeLessThanOrEqual(1000);
    expect(log.endIndex - log.firstIndex).toBeGreaterThan(800);
    expect(log.start).toEqual(whole.momentAt(log.firstIndex).before);
    for (const index of [log.firstIndex, log.firstIndex + 63, log.firstIndex + 64, 4990, 4999]) {
      expect(log.momentAt(index)).toEqual(whole.momentAt(index));
    }
    expect(log.momentAt(3)).toEqual(log.momentAt(log.firstIndex));
  });

  test('[IM14] finds the latest step at or before a time', () => {
    const { log } = readLog(longLines(500));
    const times = indicesOf({ log }).map(log.timeAt);
    for (const atMs of [-5, 0, times[70]!, times[400]! + 0.5, 1e9]) {
      const wanted = times.findLastIndex((time) => time <= atMs);
      expect(log.indexAtTime(atMs)).toBe(Math.max(0, wanted));
    }
  });

  test('[IM15] knows whether the recording was ended in order, and takes no line behind the end', () => {
    const begun = records.filter(({ kind }) => kind !== 'end');
    const { log, problems } = readLog(
      encodeTrace([...begun, { kind: 'end', steps: steps.length }, steps[0]]),
    );
    expect(log.isComplete).toBe(true);
    expect(problems).toEqual([{ line: begun.length + 2, message: expect.stringMatching(/behind the end/) }]);
    expect(log.endIndex).toBe(steps.length);
  });

  test('[IM16] folds at most 64 steps for any moment, however long the trace is', () => {
    const { log } = readLog(longLines(2000));
    let reads = 0;
    for (const step of indicesOf({ log }).map(log.stepAt)) {
      const { d } = step;
      const get = () => {
        reads += 1;
        return d;
      };
      Object.defineProperty(step, 'd', { get });
    }
    log.momentAt(1999);
    const once = reads;
    expect(once).toBeGreaterThan(0);
    log.momentAt(1000);
    // A fold reads what changed once for its names, and once for each of them.
    expect(reads - once).toBeLessThanOrEqual(64 * 8);
  });

  test('[IM17] is empty after a reset, and reads another trace then', () => {
    const traced = readLog(linesOf(golden));
    traced.reset();
    expect(traced.log).toMatchObject({
      header: null,
      start: null,
      lost: 0,
      firstIndex: steps.length,
      endIndex: steps.length,
    });
    for (const line of linesOf(golden)) expect(traced.feed(line)).toBeNull();
    expect(traced.log.stepAt(steps.length)).toEqual(steps[0]);
  });

  test.each<[string, (record: Record<string, unknown>) => unknown]>([
    ['a changed part named __proto__', (step) => ({ ...step, d: JSON.parse('{"__proto__":{"nowMs":1}}') })],
    ['a state that is no state', (step) => ({ ...step, s: { ready: 7 } })],
    ['a state without end', (step) => ({ ...step, s: nested(50) })],
    ['changes nested beyond reason', (step) => ({ ...step, d: { other: nested(1000) } })],
    [
      'an event with fields of another',
      (step) => ({ ...step, e: { type: 'request.submit', requestId: '<b>' } }),
    ],
    ['an event whose type is markup', (step) => ({ ...step, e: { type: '<img src=x>' } })],
    ['a time beyond all numbers', (step) => ({ ...step, t: 1e300 })],
    ['running requests that are none', (step) => ({ ...step, d: { running: { came: [null] } } })],
    ['a list in place of a list of changes', (step) => ({ ...step, d: { queue: [] } })],
    ['a sample that the event has not', (step) => ({ ...step, d: { observation: '@sample' } })],
    ['effects that are no texts', (step) => ({ ...step, x: [{}] })],
    ['a reason that is prose', (step) => ({ ...step, d: { fault: 'It broke!' } })],
  ])(
    '[IM18] refuses a record with a right hash and %s inside, and keeps what came before',
    (_name, change) => {
      const bad = records.map((record, place) =>
        place === 14 ? change({ ...record, e: { type: 'supervisor.stop', atMs: 1 } }) : record,
      );
      const { log, problems } = readLog(encodeTrace(bad));
      expect(problems).toEqual([{ line: 15, message: expect.stringMatching(/no record of a trace/) }]);
      expect(log.endIndex).toBe(12);
      expect(Object.hasOwn(Object.prototype, 'nowMs')).toBe(false);
    },
  );

  test('[IM19] takes an event and a part of the context that a newer chart may have', () => {
    const newer = records.map((record, place) =>
      place === 14 ? { ...record, e: { type: 'moon.rose' }, d: { tide: { heightMetres: 3 } } } : record,
    );
    const { log, problems } = readLog(encodeTrace(newer.slice(0, 15)));
    expect(problems).toEqual([]);
    expect(log.momentAt(12).after.context).toMatchObject({ tide: { heightMetres: 3 } });
  });
});

function nested(depth: number): unknown {
  let tree: unknown = 'idle';
  for (let level = 0; level < depth; level += 1) tree = { inner: tree };
  return tree;
}
