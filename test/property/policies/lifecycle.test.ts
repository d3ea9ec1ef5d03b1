import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import {
  canServeInference,
  createLifecycleState,
  type LifecyclePhase,
  transitionLifecycle,
} from '../../../policies/lifecycle.ts';

const PHASES: readonly LifecyclePhase[] = ['stopped', 'starting', 'ready', 'draining'];
const walk = fc.array(fc.oneof(fc.constantFrom(...PHASES), fc.string({ maxLength: 3 })), { maxLength: 60 });

describe('lifecycle, whatever is asked of it', () => {
  test('[LC8] serves only after stopped, starting and ready in a row', () => {
    fc.assert(
      fc.property(walk, (asked) => {
        let state = createLifecycleState();
        let path: string[] = ['stopped'];
        for (const next of asked) {
          const { verdict, state: after } = transitionLifecycle(state, next);
          if (verdict.ok) path = [...path, after.phase];
          else if (after !== state) return false;
          state = after;
          const hasStarted = path.slice(-3).join() === 'stopped,starting,ready';
          if (canServeInference(state) !== hasStarted) return false;
        }
        return true;
      }),
      { numRuns: 500 },
    );
  });

  test('[LC9] from every state it can be brought to stopped', () => {
    fc.assert(
      fc.property(walk, (asked) => {
        const state = asked.reduce(
          (before, next) => transitionLifecycle(before, next).state,
          createLifecycleState(),
        );
        const end = ['draining', 'stopped'].reduce(
          (before, next) => transitionLifecycle(before, next).state,
          state,
        );
        return end.phase === 'stopped';
      }),
      { numRuns: 300 },
    );
  });
});
