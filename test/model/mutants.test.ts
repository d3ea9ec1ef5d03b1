import { describe, expect, test } from '@jest/globals';
import { replay } from '../../machines/replay.ts';
import { SMALL } from './bounds.ts';
import { explore } from './checker.ts';
import { tellCounterexample } from './counterexample.ts';
import { DRAIN_MUTANTS } from './drain-mutants.ts';
import { REQUEST_MUTANTS } from './request-mutants.ts';
import { START_MUTANTS } from './start-mutants.ts';

const mutants = [...START_MUTANTS, ...REQUEST_MUTANTS, ...DRAIN_MUTANTS];
const cases = mutants.map((mutant) => [mutant.killedBy, mutant.name, mutant] as const);

describe('a machine with one fault sown into it', () => {
  test.each(cases)('[%s] finds the one that %s', (id, _name, mutant) => {
    const machine = mutant.machine();
    const { violation } = explore(SMALL, machine);
    expect(violation?.id).toBe(id);
    // The counterexample is a trace of the mutant: on the mutant it replays to its end.
    const { trace, story } = tellCounterexample(SMALL, violation!.path, machine);
    expect(story).toHaveLength(violation!.path.length);
    expect(replay(trace, { machine })).toMatchObject({ kind: 'ok' });
  });

  test('[MC4] is one of 25 and more, and none is a fault of the small exploration itself', () => {
    expect(new Set(mutants.map(({ name }) => name)).size).toBeGreaterThanOrEqual(25);
    expect(explore(SMALL).violation).toBeNull();
  });
});
