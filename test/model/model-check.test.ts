import { beforeAll, describe, expect, test } from '@jest/globals';
import { CI } from './bounds.ts';
import { type Exploration, explore } from './checker.ts';
import { INVARIANTS } from './invariants.ts';
import { missedBy } from './sometimes.ts';

const MINUTES = 60_000;

describe('the shipped chart with every interleaving', () => {
  let exploration: Exploration;
  beforeAll(() => {
    exploration = explore(CI);
  }, 5 * MINUTES);

  test('[MC1] keeps every invariant in 50,000 states and more', () => {
    expect(exploration.violation).toBeNull();
    expect(exploration.complete).toBe(true);
    expect(exploration.states).toBeGreaterThanOrEqual(50_000);
  });

  test('[MC2] does everything at some time that it must do at some time', () => {
    expect(missedBy(exploration.coverage)).toEqual([]);
    expect(exploration.coverage.leaves.size).toBe(15);
    expect(exploration.coverage.guards.size).toBeGreaterThan(15);
  });

  test('[MC3] is held against invariants that each have a name and a sentence of their own', () => {
    const ids = INVARIANTS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    for (const { sentence } of INVARIANTS) expect(sentence).toMatch(/^[A-Z].*\.$/);
  });
});
