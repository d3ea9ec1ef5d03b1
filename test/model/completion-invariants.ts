import type { World } from './environment.ts';
import type { Invariant } from './invariant.ts';
import type { MachineStep } from './machine-steps.ts';

/** What holds of completions and reports. */
export const COMPLETION_INVARIANTS: readonly Invariant[] = [
  {
    id: 'IV7',
    sentence:
      'A completion that nobody waits for changes nothing, and every start has a generation of its own.',
    holds: ({ move, step, before }) =>
      (move.cause.kind !== 'stale' || changesNothing(step)) && isNumberedAnew(step, before),
  },
  {
    id: 'IV26',
    sentence:
      'How far a running request is, whenever it is told, changes nothing that anything is decided by.',
    holds: ({ move, step }) => move.cause.kind !== 'advance' || changesNothing(step),
  },
];

/** Times and the gate's opinion of the head of the queue apart, which is formed anew whenever it is asked. */
function changesNothing({ before, after, effects, told }: MachineStep): boolean {
  return before === after && effects.length === 0 && told.lastArrival === null;
}

function isNumberedAnew({ effects, renaming }: MachineStep, { machine }: World): boolean {
  const starts = effects.some((effect) => effect.kind === 'enter' && effect.port === 'acquireModel');
  return !starts || (renaming.generations === -1 && machine.phase !== 'starting');
}
