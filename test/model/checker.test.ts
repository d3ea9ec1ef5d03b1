import { describe, expect, test } from '@jest/globals';
import { transition } from 'xstate';
import type { SupervisorEvent } from '../../machines/events.ts';
import { createPureStepper, type SupervisorSnapshot } from '../../machines/pure-stepper.ts';
import { replay } from '../../machines/replay.ts';
import { supervisorMachine } from '../../machines/supervisor.ts';
import { describeEffect } from '../../machines/trace-step.ts';
import { readRequestFacts } from '../../policies/request.ts';
import { createDice } from '../doubles/dice.ts';
import { limitsOf, SMALL } from './bounds.ts';
import { textOfCanonical, toCanonical } from './canonical.ts';
import { explore, firstWorld, JITTER_SEED } from './checker.ts';
import { tellCounterexample } from './counterexample.ts';
import { createMachineSteps } from './machine-steps.ts';
import { type Move, movesOf } from './moves.ts';
import { withChart } from './mutation.ts';
import { walk } from './real-walk.ts';
import { createSeenStates } from './seen-states.ts';
import { createToldEvents } from './told-events.ts';
import { stepHeard, stepUnheard } from './world-step.ts';

const input = { limits: limitsOf(SMALL), jitterSeed: JITTER_SEED };
const stepper = createPureStepper();
const told = createToldEvents();

/** Steps the machine under real names and times. */
function step(events: readonly SupervisorEvent[]): SupervisorSnapshot {
  return events.reduce(stepper.step, stepper.initial(input));
}

function wayUp(generation: number, atMs: number): SupervisorEvent[] {
  const sample = { ...(told.sampled('calm') as Extract<SupervisorEvent, { sample: unknown }>).sample, atMs };
  const verdict = { ok: true, reason: 'runtime_healthy' } as const;
  const facts = { contextTokens: 512, sequences: 2, threads: 1, backend: 'cpu', modelBytes: 1 };
  return [
    { type: 'supervisor.start', atMs },
    { type: 'resources.sampled', sample, atMs },
    { type: 'model.acquired', generation, atMs },
    { type: 'model.loaded', generation, facts, atMs },
    { type: 'runtime.probed', generation, verdict, atMs },
  ];
}

const submit = (requestId: string): SupervisorEvent => ({
  type: 'request.submit',
  requestId,
  facts: readRequestFacts({ prompt: 'x' }),
  wait: true,
  atMs: 0,
});
const cancel = (requestId: string): SupervisorEvent => ({ type: 'request.cancel', requestId, atMs: 0 });
const textOf = (snapshot: SupervisorSnapshot) => textOfCanonical(toCanonical(snapshot).snapshot);

describe('canonical states', () => {
  test('[MC5] are one for runs that differ in the names of requests and in which of two is aborted', () => {
    const one = step([...wayUp(1, 0), submit('r1'), submit('r2'), cancel('r1')]);
    const other = step([...wayUp(1, 0), submit('r7'), submit('r4'), cancel('r4')]);
    expect(textOf(one)).toBe(textOf(other));
  });

  test('[MC5] are one for starts of another number', () => {
    const again = step([
      ...wayUp(1, 0),
      { type: 'supervisor.stop', atMs: 0 },
      { type: 'runtime.released', generation: 1, atMs: 0 },
      ...wayUp(2, 0),
    ]);
    expect(again.context.generation).toBe(2);
    expect(textOf(again)).toBe(textOf(step(wayUp(1, 0))));
  });

  test('[MC5] are two where the order of those that wait differs in when they expire', () => {
    const full = [...wayUp(1, 0), submit('r1'), submit('r2')];
    const brief = told.submit('r3', 'short') as SupervisorEvent;
    const long = told.submit('r4', 'long') as SupervisorEvent;
    expect(textOf(step([...full, brief, long]))).not.toBe(textOf(step([...full, long, brief])));
  });

  test('[MC5] step as the states that they stand for, but for names', () => {
    const real = step([...wayUp(1, 0), submit('r5'), submit('r6'), submit('r7')]);
    const { snapshot, renaming } = toCanonical(real);
    const settled = (requestId: string, generation: number): SupervisorEvent => ({
      type: 'request.settled',
      requestId,
      generation,
      outcome: 'completed',
      reason: 'generation_completed',
      atMs: 0,
    });
    const after = stepper.step(real, settled('r5', 1));
    const canonicalAfter = stepper.step(
      snapshot,
      settled(renaming.requests.get('r5')!, 1 + renaming.generations),
    );
    expect(textOf(after)).toBe(textOf(canonicalAfter));
  });
});

describe('a real run in step with the exploration', () => {
  test('[MC5] comes to the same canonical state at each of 3,000 random steps', () => {
    const dice = createDice(7);
    let walked = 0;
    while (walked < 3000) {
      let left = 100;
      walk(
        SMALL,
        supervisorMachine,
        (moves) => (left === 0 ? null : dice.roll(moves.length)),
        ({ world, real }) => {
          left -= 1;
          walked += 1;
          if (real !== null) expect(textOf(real.after)).toBe(textOfCanonical(world.machine.snapshot));
        },
      );
    }
  });
});

describe('states that were seen', () => {
  test('[MC6] are told from new ones, and remember the way to them, also when there are more than expected', () => {
    const seen = createSeenStates(10);
    expect(seen.add('first', -1, 0)).toBe(0);
    for (let i = 1; i < 5000; i += 1) expect(seen.add(`state ${i}`, i - 1, i % 7)).toBe(i);
    expect(seen.add('state 4321', 0, 0)).toBe(-1);
    expect(seen.count()).toBe(5000);
    expect(seen.pathTo(3)).toEqual([1, 2, 3]);
  });
});

describe('a counterexample', () => {
  // Two moves by hand: a start, and a file that was never proved is loaded when the proof is refused.
  const machine = withChart('states/starting/on/start.refused/target', '.loading');
  const { violation } = explore(SMALL, machine);

  test('[MC7] is the shortest there is', () => {
    expect(violation).toMatchObject({ id: 'IV1' });
    expect(violation!.path).toHaveLength(2);
  });

  test('[MC8] is told as a trace that replays on the machine it was found on, and diverges on the shipped one', () => {
    const { trace, story } = tellCounterexample(SMALL, violation!.path, machine);
    expect(story[0]).toBe('supervisor.start -> {"starting":"acquiring"}');
    expect(story[1]).toMatch(/^start\.refused .*generation=1 -> \{"starting":"loading"\}$/);
    expect(replay(trace, { machine })).toMatchObject({ kind: 'ok', steps: 2 });
    expect(replay(trace)).toMatchObject({ kind: 'diverged' });
  });
});

describe('the pure stepper', () => {
  test("[MC9] steps as XState's own transition() does, in 2,000 random steps of the exploration", () => {
    const dice = createDice(20);
    const steps = createMachineSteps(supervisorMachine);
    const restart = () => firstWorld(steps.initial(input));
    let world = restart();
    let compared = 0;
    for (let move: Move; compared < 2000; ) {
      move = dice.pick(movesOf(world, SMALL, told));
      if (move.event === null) {
        world = stepUnheard(world, move).world;
        continue;
      }
      const event = move.event as SupervisorEvent;
      const { snapshot } = world.machine;
      const [theirs, actions] = transition(supervisorMachine, snapshot, event);
      const ours = stepper.step(snapshot, event);
      expect([ours.value, ours.context]).toEqual([theirs.value, theirs.context]);
      expect(stepper.effects().map(describeEffect)).toEqual(
        actions.map((action) => describeEffect({ type: action.type, params: action.params })),
      );
      compared += 1;
      world = stepHeard(world, move, steps.step(world.machine, move.event)).world;
      // A lost port ends all that can happen.
      if (world.machine.snapshot.context.lost) world = restart();
    }
  });
});
