import { backoffDelayMs } from '../../policies/backoff.ts';
import { faultClass } from '../../policies/faults.ts';
import type { World } from './environment.ts';
import type { Edge, Invariant } from './invariant.ts';

/** What holds of starts, restarts and time. */
export const START_INVARIANTS: readonly Invariant[] = [
  {
    id: 'IV8',
    sentence:
      'Restarts keep their intensity and their delay; a first start and a permanent fault are not tried again.',
    holds: (edge) => keepsIntensity(edge) && keepsDelay(edge) && isWorthARestart(edge),
  },
  {
    id: 'IV18',
    sentence: 'Whatever waits has a deadline: each state that is no rest, and each queue.',
    holds: ({ after }) => waitsWithDeadline(after),
  },
  {
    id: 'IV22',
    sentence: 'The chart is alive and in step with the lifecycle; no port is entered twice.',
    holds: ({ after, complaints }) =>
      after.machine.snapshot.status === 'active' &&
      after.machine.snapshot.context.lifecycle.phase === after.machine.phase &&
      !complaints.includes('port_entered_twice'),
  },
];

function keepsIntensity({ after, limits }: Edge): boolean {
  return after.environment.restarts <= limits.restartsMax;
}

function keepsDelay({ step, after, limits }: Edge): boolean {
  for (const effect of step.effects) {
    if (effect.kind !== 'arm' || !effect.timer.includes('restartDelay')) continue;
    if (effect.delayMs !== backoffDelayMs(after.environment.restarts, limits, 0)) return false;
  }
  return true;
}

/** Judged when the fault is: what the drain leads to is settled then. */
function isWorthARestart({ before, after, step }: Edge): boolean {
  const { afterDrain, fault, lastRestart } = step.told;
  if (afterDrain !== 'backingOff' || before.machine.snapshot.context.afterDrain === 'backingOff') return true;
  const wasReady = before.environment.wasReady || after.environment.wasReady;
  return wasReady && fault !== null && faultClass(fault) === 'transient' && lastRestart !== null;
}

const RESTS = new Set([
  'stopped.idle',
  'stopped.failed',
  'ready.pressure.nominal',
  'ready.pressure.elevated',
  'ready.pressure.critical',
  'ready.health.healthy',
]);

function waitsWithDeadline({ machine, environment }: World): boolean {
  const { timers } = environment;
  const armed = (wanted: string) => timers.some(({ id }) => id === wanted);
  for (const leaf of machine.leaves) {
    if (RESTS.has(leaf)) continue;
    if (!timers.some(({ id }) => id.startsWith('xstate.after.') && id.endsWith(`.supervisor.${leaf}`))) {
      return false;
    }
    // Progress is waited for no longer than the stall limit says; a download watches over itself.
    const isWatched = leaf === 'starting.acquiring' || leaf === 'starting.loading';
    const watchesItself = leaf === 'starting.acquiring' && machine.snapshot.context.acquisition !== null;
    if (!watchesItself && isWatched !== armed('stall')) return false;
  }
  if (machine.snapshot.context.queue.length > 0 !== armed('queue')) return false;
  return true;
}
