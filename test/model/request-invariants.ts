import { type Invariant, isRun, isServing } from './invariant.ts';
import { kindOfSample } from './told-events.ts';
import type { Complaint } from './world-step.ts';

/** What holds of requests. */
export const REQUEST_INVARIANTS: readonly Invariant[] = [
  {
    id: 'IV1',
    sentence:
      'Ready means a proved, probed and living runtime of the present start; requests run there and nowhere else.',
    holds: ({ before, after, step, complaints }) => {
      if (complaints.includes('ran_for_another_start') || complaints.includes('loaded_unproved_file')) {
        return false;
      }
      const runs = step.effects.some(isRun);
      if (after.machine.phase !== 'ready') return !runs;
      return isServing(after) && (before.machine.phase === 'ready' || !runs);
    },
  },
  {
    id: 'IV2',
    sentence: 'No more run than the limit allows, and the book of those that run counts them.',
    holds: ({ after, limits }) => {
      const { running, admission } = after.machine.snapshot.context;
      return running.length <= limits.maxInFlight && admission.inFlight === running.length;
    },
  },
  {
    id: 'IV3',
    sentence: 'No more wait than the limit allows, and the book of those that wait counts them.',
    holds: ({ after, limits }) => {
      const { queue, admission } = after.machine.snapshot.context;
      return queue.length <= limits.queueBound && admission.queued === queue.length;
    },
  },
  {
    id: 'IV4',
    sentence: 'Whoever was let in gets exactly one outcome, and whoever was refused gets none.',
    holds: ({ complaints, after }) =>
      !complaints.some((complaint) => BROKEN_LEDGER.has(complaint)) &&
      (after.environment.requests.length === 0 ||
        after.machine.phase === 'ready' ||
        after.machine.phase === 'draining'),
  },
  {
    id: 'IV15',
    sentence: 'A request runs only under a fresh, sound observation that is within the limits.',
    holds: ({ step }) => {
      if (!step.effects.some(isRun)) return true;
      const kind = kindOfSample(step.after.snapshot.context.observation);
      return kind === 'calm' || kind === 'elevated';
    },
  },
  {
    id: 'IV17',
    sentence: 'Nobody waits while a slot is free and the gate would admit him, and nobody is overtaken.',
    holds: ({ before, after, step }) => {
      const { context } = after.machine.snapshot;
      const kind = kindOfSample(context.observation);
      const mayRun = kind === 'calm' || kind === 'elevated';
      const free = context.running.length < context.limits.maxInFlight && !context.suspect && mayRun;
      if (after.machine.phase === 'ready' && context.queue.length > 0 && free) return false;
      const waited = before.machine.snapshot.context.queue.map(({ requestId }) => requestId);
      const ran = step.effects.flatMap((effect) =>
        effect.kind === 'order' && effect.command.type === 'request.run' ? [effect.command.requestId] : [],
      );
      return waited.length === 0 || ran.every((requestId, place) => waited[place] === requestId);
    },
  },
  {
    id: 'IV24',
    sentence: 'A cancel ends or aborts its own request, at once, and touches no other.',
    holds: ({ before, move, step }) => {
      if (move.cause.kind !== 'cancel') return true;
      const { requestId } = move.cause;
      const stage = before.environment.requests.find((open) => open.requestId === requestId)?.stage;
      const orders = step.effects.flatMap((effect) => (effect.kind === 'order' ? [effect.command] : []));
      const wanted =
        stage === 'waiting' ? 'request.conclude' : stage === 'running' ? 'request.abort' : undefined;
      const own = orders.filter((command) => command.requestId === requestId);
      return orders.length === own.length && own.length === (wanted === undefined ? 0 : 1)
        ? own.every(({ type }) => type === wanted)
        : false;
    },
  },
  {
    id: 'IV25',
    sentence: 'A runtime that a request speaks against serves nobody before it has decoded a token again.',
    holds: ({ before, after, move, step }) => {
      if (after.machine.leaves.includes('ready.health.suspect') && step.effects.some(isRun)) return false;
      if (move.cause.kind !== 'settlement' || before.machine.phase !== 'ready') return true;
      if (!move.cause.speaksAgainst) return true;
      if (after.machine.leaves.includes('ready.health.suspect')) return true;
      // Or it is given up at once, because it fell silent once too often.
      const { fault } = step.told;
      return (
        after.machine.phase === 'draining' &&
        (fault === 'runtime_unresponsive' || fault === 'restart_intensity_exceeded')
      );
    },
  },
];

const BROKEN_LEDGER: ReadonlySet<Complaint> = new Set<Complaint>([
  'ran_a_stranger',
  'ran_twice',
  'ran_unheard',
  'aborted_a_stranger',
  'concluded_a_stranger',
  'arrival_not_answered',
  'request_lost',
  'request_invented',
]);
