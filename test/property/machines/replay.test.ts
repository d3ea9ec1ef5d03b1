import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createPureStepper } from '../../../machines/pure-stepper.ts';
import { replay } from '../../../machines/replay.ts';
import { make, move } from '../../doubles/chart-moves.ts';
import { stageChart } from '../../doubles/chart-stage.ts';

const LIMITS = { maxInFlight: 2, queueBound: 3, queueMsMax: 500, probeMsMax: 800 };

describe('any run', () => {
  test('[RP18] replays step by step to the state it ended in', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 60 }), async (moves) => {
        const stage = stageChart(LIMITS);
        for (const step of moves) await make(stage, step);
        expect(replay(stage.recorder.dump())).toMatchObject({
          kind: 'ok',
          finalState: stage.value(),
          changes: [],
        });
      }),
      { numRuns: 200 },
    );
  });

  test('[RP19] with one character changed anywhere is never taken for a whole one', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(move, { minLength: 3, maxLength: 20 }),
        fc.nat(),
        fc.nat(61),
        async (moves, where, what) => {
          const stage = stageChart(LIMITS);
          for (const step of moves) await make(stage, step);
          const trace = stage.recorder.dump();
          const at = where % (trace.length - 1);
          const other = '0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ'[what]!;
          fc.pre(trace[at] !== other);
          const changed = trace.slice(0, at) + other + trace.slice(at + 1);
          expect(replay(changed).kind).not.toBe('ok');
        },
      ),
      { numRuns: 200 },
    );
  });

  test('[RP20] any text at all has a result, and no throw', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string(), fc.json())), (lines) => {
        expect(['corrupt', 'incompatible']).toContain(replay(lines).kind);
      }),
      { numRuns: 300 },
    );
  });
});

test('[RP21] the stepper of the replay does what XState does', async () => {
  const { initialTransition, transition } = await import('xstate');
  const { supervisorMachine } = await import('../../../machines/supervisor.ts');
  const { DEFAULT_LIMITS } = await import('../../../policies/limits.ts');
  const input = { limits: { ...DEFAULT_LIMITS, ...LIMITS }, jitterSeed: 1 };
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
      const stage = stageChart(LIMITS);
      const stepper = createPureStepper();
      let ours = stepper.initial(input);
      let [theirs] = initialTransition(supervisorMachine, input);
      for (const step of moves) await make(stage, step);
      const events = stage.recorder
        .dump()
        .split('\n')
        .slice(2, -1)
        .map((line) => JSON.parse(line).e);
      for (const event of events) {
        ours = stepper.step(ours, event);
        const [next, actions] = transition(supervisorMachine, theirs, event);
        theirs = next;
        expect([ours.value, ours.context]).toEqual([theirs.value, theirs.context]);
        expect(stepper.effects().map(({ type }) => type)).toEqual(actions.map(({ type }) => type));
      }
    }),
    { numRuns: 60 },
  );
});
