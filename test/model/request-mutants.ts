import type { SupervisorContext } from '../../machines/context.ts';
import {
  abandonRunning,
  abortRunning,
  dispatchWaiting,
  recordRequestProgress,
  recordSettlement,
  type Step,
  withdraw,
} from '../../machines/requests.ts';
import { enqueue, run, withArrivals } from './arrival-mutation.ts';
import { type Mutant, onEvent, withChart, withGuards, withoutActions, withSteps } from './mutation.ts';

/** Faults in the books of requests. */
export const REQUEST_MUTANTS: readonly Mutant[] = [
  {
    name: 'runs one more than the limit',
    killedBy: 'IV2',
    machine: () => withArrivals('at_capacity', run),
  },
  {
    name: 'lets one more wait than the limit',
    killedBy: 'IV3',
    machine: () => withArrivals('queue_full', enqueue),
  },
  {
    name: 'forgets to book those that end',
    killedBy: 'IV2',
    machine: () =>
      withSteps({
        recordSettlement: onEvent('request.settled', (context, event) =>
          without(recordSettlement(context, event), 'admission'),
        ),
      }),
  },
  {
    name: 'forgets to book those that leave the queue',
    killedBy: 'IV3',
    machine: () =>
      withSteps({
        withdrawCancelled: onEvent('request.cancel', (context, { requestId }) =>
          without(cancelQueued(context, requestId), 'admission'),
        ),
      }),
  },
  {
    name: 'leaves those that run in the queue',
    killedBy: 'IV3',
    machine: () =>
      withSteps({ dispatchWaiting: ({ context }) => without(dispatchWaiting(context), 'queue') }),
  },
  {
    name: 'takes a cancelled request out without an outcome',
    killedBy: 'IV4',
    machine: () =>
      withSteps({
        withdrawCancelled: onEvent('request.cancel', (context, { requestId }) => ({
          ...cancelQueued(context, requestId),
          effects: [],
        })),
      }),
  },
  {
    name: 'concludes a shed request twice',
    killedBy: 'IV4',
    machine: () =>
      withSteps({
        shedQueue: ({ context }) => {
          const shed = withdraw(
            context,
            () => true,
            'denied',
            () => 'lifecycle_draining',
          );
          return { ...shed, effects: [...shed.effects, ...shed.effects] };
        },
      }),
  },
  {
    name: 'abandons requests without an outcome',
    killedBy: 'IV4',
    machine: () =>
      withSteps({ abandonRunning: ({ context }) => ({ ...abandonRunning(context), effects: [] }) }),
  },
  {
    name: 'books the settlement of an earlier start',
    killedBy: 'IV7',
    machine: () =>
      withSteps({
        recordSettlement: onEvent('request.settled', (context, event) =>
          recordSettlement(context, { ...event, generation: context.generation }),
        ),
      }),
  },
  {
    name: 'suspects by the settlement of an earlier start',
    killedBy: 'IV7',
    machine: () =>
      withGuards({
        castsSuspicion: ({ event }) => event.type === 'request.settled' && event.outcome === 'failed',
      }),
  },
  {
    name: 'takes a report of decoding for a silence',
    killedBy: 'IV26',
    machine: () =>
      withSteps({
        recordRequestProgress: onEvent('request.progressed', (context, event) => {
          const { context: kept } = recordRequestProgress(context, event);
          const silences = context.silences + (kept.running === undefined ? 0 : 1);
          return { context: { ...kept, silences }, effects: [] };
        }),
      }),
  },
  {
    name: 'lets a report of an earlier start make the runtime suspect',
    killedBy: 'IV7',
    machine: () =>
      withSteps({
        recordRequestProgress: onEvent('request.progressed', (context, { generation }) => ({
          context: { suspect: context.suspect || generation !== context.generation },
          effects: [],
        })),
      }),
  },
  {
    name: 'aborts all when one is cancelled',
    killedBy: 'IV24',
    machine: () =>
      withSteps({
        abortCancelled: ({ context }) => abortRunning(context, null, 'cancelled', 'cancelled_by_caller'),
      }),
  },
  {
    name: 'withdraws all when one is cancelled',
    killedBy: 'IV24',
    machine: () =>
      withSteps({
        withdrawCancelled: ({ context }) =>
          withdraw(
            context,
            () => true,
            'cancelled',
            () => 'cancelled_by_caller',
          ),
      }),
  },
  {
    name: 'runs what waits although memory is short',
    killedBy: 'IV15',
    machine: () =>
      withSteps({
        dispatchWaiting: ({ context }) =>
          dispatchWaiting({
            ...context,
            observation: context.observation && {
              ...context.observation,
              memoryAvailableBytes: context.observation.memoryTotalBytes,
            },
          }),
      }),
  },
  {
    name: 'forgets those that wait when a slot is free',
    killedBy: 'IV17',
    machine: () => withChart('states/ready/on/request.settled', { actions: ['recordSettlement'] }),
  },
  {
    name: 'runs whoever came last',
    killedBy: 'IV17',
    machine: () =>
      withSteps({
        dispatchWaiting: ({ context }) => dispatchWaiting({ ...context, queue: context.queue.toReversed() }),
      }),
  },
  {
    name: 'lets a wait go on that has ended',
    killedBy: 'IV18',
    machine: () => withoutActions('withdrawExpired'),
  },
  {
    name: 'arms no timer for those that wait',
    killedBy: 'IV18',
    machine: () => withoutActions('watchQueue'),
  },
  {
    name: 'never suspects the runtime',
    killedBy: 'IV25',
    machine: () => withGuards({ castsSuspicion: () => false }),
  },
  {
    name: 'serves while it suspects the runtime',
    killedBy: 'IV25',
    machine: () => withoutActions('markSuspect'),
  },
  {
    name: 'has no deadline for the probe of a suspect',
    killedBy: 'IV18',
    machine: () => withChart('states/ready/states/health/states/suspect/after', null),
  },
];

function cancelQueued(context: SupervisorContext, requestId: string): Step {
  return withdraw(
    context,
    (queued) => queued.requestId === requestId,
    'cancelled',
    () => 'cancelled_by_caller',
  );
}

function without({ context, effects }: Step, key: keyof SupervisorContext): Step {
  const { [key]: _left, ...rest } = context;
  return { context: rest, effects };
}
