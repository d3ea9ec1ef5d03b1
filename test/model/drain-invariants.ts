import { type Edge, type Invariant, isRun, isWhole } from './invariant.ts';

const SETTLING = 'xstate.after.drainDeadline.supervisor.draining.settling';
const ABORTING = 'xstate.after.abortDeadline.supervisor.draining.aborting';

/** What holds on the way down. */
export const DRAIN_INVARIANTS: readonly Invariant[] = [
  {
    id: 'IV5',
    sentence: 'A drain admits nothing, and ends by the deadline it was given: nothing lets it wait longer.',
    holds: (edge) => admitsNothing(edge) && keepsItsDeadline(edge) && endsByItsDeadline(edge),
  },
  {
    id: 'IV6',
    sentence: 'Where the supervisor is stopped, nothing is alive but what outlasted its release.',
    holds: ({ after }) => {
      if (after.machine.phase !== 'stopped') return true;
      const { ports, timers, requests, spawns, runtimes } = after.environment;
      const waits = after.machine.leaves.includes('stopped.backingOff') ? 1 : 0;
      return (
        ports.every(({ port }) => port === 'requestLedger' || port === 'observeBackpressure') &&
        timers.length === waits &&
        requests.length === 0 &&
        spawns.every(({ overdue }) => overdue) &&
        runtimes.every(({ overdue }) => overdue)
      );
    },
  },
  {
    id: 'IV23',
    sentence:
      'The last command decides: a stop comes to rest and serves nobody, a start asked for is made, if it can be.',
    holds: ({ before, after, move }) => {
      const { cause } = move;
      if (after.machine.leaves[0] === 'draining.aborting' && !allAreAborting(after)) return false;
      if (!isWhole(after))
        return after.machine.phase === 'draining' || after.machine.leaves[0] === 'stopped.failed';
      if (cause.kind === 'command' && cause.command !== 'start') {
        if (after.machine.phase === 'ready' || after.machine.phase === 'starting') return false;
        if (after.machine.phase === 'stopped') return after.machine.leaves[0] === 'stopped.idle';
      }
      if (cause.kind === 'command' && cause.command === 'start' && before.machine.phase === 'stopped') {
        return after.machine.phase === 'starting';
      }
      if (before.machine.phase !== 'draining' || after.machine.phase === 'draining') return true;
      switch (before.environment.wish) {
        case 'start':
          return after.machine.phase === 'starting';
        case 'stop':
          return after.machine.leaves[0] === 'stopped.idle';
        case null:
          return after.machine.phase === 'stopped';
      }
    },
  },
];

const allAreAborting = ({ environment }: Edge['after']) =>
  environment.requests.every(({ stage }) => stage === 'aborting');

function admitsNothing({ before, step, move }: Edge): boolean {
  if (before.machine.phase !== 'draining') return true;
  const arrival = step.told.lastArrival;
  const admitted = move.cause.kind === 'submit' && arrival !== null && arrival.disposition !== 'refused';
  return !admitted && !step.effects.some(isRun) && step.after.snapshot.context.queue.length === 0;
}

/** Armed when it begins, with what the host said or the limit, and not armed again while it lasts. */
function keepsItsDeadline({ before, after, step, move, limits }: Edge): boolean {
  const { event } = move;
  const told = event !== null && 'deadlineMs' in event ? event.deadlineMs : null;
  for (const effect of step.effects) {
    if (effect.kind !== 'arm') continue;
    if (effect.timer === SETTLING && after.machine.leaves[0] === 'draining.settling') {
      if (before.machine.phase === 'draining') return false;
      if (effect.delayMs > (told ?? limits.drainMsMax)) return false;
    }
    if (effect.timer === ABORTING && before.machine.leaves[0] === 'draining.aborting') return false;
    if (effect.timer === ABORTING && effect.delayMs > limits.abortMsMax * 2) return false;
  }
  return after.machine.leaves[0] !== 'draining.settling' || isArmed(after.environment.timers, SETTLING);
}

const isArmed = (timers: readonly { readonly id: string }[], wanted: string) =>
  timers.some(({ id }) => id === wanted);

/** Each deadline leads on: from settling to an abort, from an abort to the release, from the release out. */
function endsByItsDeadline({ before, after, move }: Edge): boolean {
  if (move.cause.kind !== 'timer' || before.machine.phase !== 'draining') return true;
  const [leaf] = before.machine.leaves;
  const [next] = after.machine.leaves;
  switch (leaf) {
    case 'draining.settling':
      return next === 'draining.aborting';
    case 'draining.aborting':
      return next === 'draining.releasing';
    default:
      return after.machine.phase !== 'draining';
  }
}
