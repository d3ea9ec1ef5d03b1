import { describe, expect, test } from '@jest/globals';
import { explainDivergence } from '../../../machines/divergence.ts';

type Disagreement = Parameters<typeof explainDivergence>[0];

const IDLE = { stopped: 'idle' };
const READY = { ready: 'nominal' };
const DRAINING = { draining: 'settling' };
const same = { state: IDLE, effects: ['run r1'], changes: {} };

const explain = (other: Partial<Disagreement>) =>
  explainDivergence({
    step: 7,
    line: 9,
    event: { type: 'request.submit' },
    atMs: 5,
    expected: same,
    actual: same,
    stateBefore: IDLE,
    isKnown: true,
    before: [{ step: 6, event: { type: 'supervisor.start' }, state: IDLE }],
    changes: ['chart'],
    ...other,
  });
/** Where the two sides remember these values. */
const remembered = (expected: Record<string, unknown>, actual: Record<string, unknown>) =>
  explain({ expected: { ...same, changes: expected }, actual: { ...same, changes: actual } });

describe('where a step parts from its record', () => {
  test('[RP12] it is told with its place, both states and the steps before', () => {
    const actual = { state: READY, effects: [], changes: { generation: 2 } };
    expect(explain({ expected: { ...same, state: DRAINING }, actual })).toEqual({
      kind: 'diverged',
      step: 7,
      line: 9,
      atMs: 5,
      event: { type: 'request.submit' },
      cause: 'target_moved',
      expected: { state: DRAINING, effects: ['run r1'] },
      actual: { state: READY, effects: [] },
      context: [{ pointer: '/generation', expected: undefined, actual: 2 }],
      decisions: [],
      before: [{ step: 6, event: { type: 'supervisor.start' }, state: IDLE }],
      changes: ['chart'],
    });
  });

  test.each([
    ['was to be taken', DRAINING, IDLE, 'guard_flipped'],
    ['was not to be taken', IDLE, DRAINING, 'guard_flipped'],
    ['leads elsewhere', DRAINING, READY, 'target_moved'],
  ])('[RP13] a transition that %s: %j, not %j', (_what, expected, actual, cause) => {
    expect(
      explain({ expected: { ...same, state: expected }, actual: { ...same, state: actual } }).cause,
    ).toBe(cause);
  });

  test('[RP14] other effects in the same state are a changed effect, whatever is remembered', () => {
    const actual = { state: { ...IDLE }, effects: ['run r2'], changes: { generation: 2 } };
    expect(explain({ actual }).cause).toBe('effect_changed');
  });

  test('[RP16] an event that is not known is told as such, whatever came of it', () => {
    expect(explain({ isKnown: false }).cause).toBe('unknown_event');
    expect(explain({ isKnown: false, actual: { ...same, state: READY } }).cause).toBe('unknown_event');
  });
});

describe('a decision that is other', () => {
  const admitted = {
    verdict: { ok: true, reason: 'admitted' },
    disposition: 'admitted',
    facts: { queued: 0 },
  };
  const waiting = { ...admitted, disposition: 'queued' };
  const full = { ...admitted, verdict: { ok: false, reason: 'queue_full' } };

  test.each<[string, string, unknown, unknown]>([
    ['the verdict of an arrival', 'lastArrival', admitted, full],
    ['the place of an arrival', 'lastArrival', admitted, waiting],
    ['an arrival that is gone', 'lastArrival', admitted, undefined],
    ['a dispatch', 'lastDispatch', admitted, full],
    [
      'a restart',
      'lastRestart',
      { ok: true, reason: 'restart_allowed' },
      { ok: false, reason: 'restart_allowed' },
    ],
    ['why a restart', 'lastRestart', { ok: false, reason: 'restart_disabled' }, { ok: false, reason: 'a' }],
    ['a restart that nobody judged', 'lastRestart', { ok: true, reason: 'restart_allowed' }, null],
  ])('[RP11] is a flipped guard, with both sides: %s', (_what, name, expected, actual) => {
    const result = remembered({ [name]: expected }, actual === undefined ? {} : { [name]: actual });
    expect(result.cause).toBe('guard_flipped');
    expect(result.decisions).toEqual([{ name, expected, actual: actual ?? null }]);
  });

  test('[RP11] is told where one side alone made it', () => {
    expect(remembered({}, { lastDispatch: full }).decisions).toEqual([
      { name: 'lastDispatch', expected: null, actual: full },
    ]);
  });

  test('[RP11] comes before where the machine went', () => {
    const expected = { ...same, changes: { lastArrival: admitted } };
    const actual = { state: READY, effects: [], changes: { lastArrival: full } };
    expect(explain({ expected, actual, stateBefore: DRAINING }).cause).toBe('guard_flipped');
  });

  test('[RP15] in its facts alone is no flipped guard', () => {
    const result = remembered(
      { lastArrival: admitted },
      { lastArrival: { ...admitted, facts: { queued: 1 } } },
    );
    expect(result.cause).toBe('context_changed');
    expect(result.context).toEqual([{ pointer: '/lastArrival/facts/queued', expected: 0, actual: 1 }]);
    expect(result.decisions).toHaveLength(1);
  });
});

describe('what is remembered otherwise', () => {
  test.each<[string, Record<string, unknown>, Record<string, unknown>, unknown[]]>([
    ['the same', { a: { b: [1] } }, { a: { b: [1] } }, []],
    ['a leaf', { a: 1, b: 2 }, { a: 1, b: 3 }, ['/b', 2, 3]],
    ['a leaf within', { a: { b: { c: 1 } } }, { a: { b: { c: null } } }, ['/a/b/c', 1, null]],
    ['an entry of a list', { a: [1, 2] }, { a: [1, 3] }, ['/a/1', 2, 3]],
    ['a leaf more', {}, { a: 1 }, ['/a', undefined, 1]],
    ['a leaf less', { a: 1 }, {}, ['/a', 1, undefined]],
    ['nothing for a tree', { a: { b: 1 } }, { a: null }, ['/a', { b: 1 }, null]],
    ['a tree for nothing', { a: null }, { a: { b: 1 } }, ['/a', null, { b: 1 }]],
    ['a word for a tree', { a: { b: 1 } }, { a: 'b' }, ['/a', { b: 1 }, 'b']],
    ['names that a pointer escapes', { '~/~': { '/': 1 } }, { '~/~': { '/': 2 } }, ['/~0~1~0/~1', 1, 2]],
  ])('[RP15] is told by pointer: %s', (_what, expected, actual, told) => {
    const [pointer, was, is] = told;
    expect(remembered(expected, actual).context).toEqual(
      told.length === 0 ? [] : [{ pointer, expected: was, actual: is }],
    );
  });

  test('[RP15] is told leaf by leaf', () => {
    expect(remembered({ a: 1, b: { c: 1 } }, { a: 2, b: { d: 1 } }).context).toEqual([
      { pointer: '/a', expected: 1, actual: 2 },
      { pointer: '/b/c', expected: 1, actual: undefined },
      { pointer: '/b/d', expected: undefined, actual: 1 },
    ]);
  });
});
