import { enqueue, withArrivals } from './arrival-mutation.ts';
import { type Mutant, withChart, withDelays, withoutActions } from './mutation.ts';

/** Faults on the way down. */
export const DRAIN_MUTANTS: readonly Mutant[] = [
  {
    name: 'lets requests wait while draining',
    killedBy: 'IV5',
    machine: () => withArrivals('lifecycle_draining', enqueue),
  },
  {
    name: 'does not shed the queue when it drains',
    killedBy: 'IV21',
    machine: () => withChart('states/draining/entry', ['enterDraining', 'watchQueue']),
  },
  {
    name: 'has no deadline for a drain',
    killedBy: 'IV5',
    machine: () => withChart('states/draining/states/settling/after', null),
  },
  {
    name: 'waits longer than the drain was told to',
    killedBy: 'IV5',
    machine: () => withDelays({ drainDeadline: ({ context }) => context.drainDeadlineMs * 2 }),
  },
  {
    name: 'begins a drain anew when it is asked again',
    killedBy: 'IV5',
    machine: () =>
      withChart('states/draining/on/supervisor.drain', { target: '.settling', actions: ['planDrain'] }),
  },
  {
    name: 'settles after a fault with the patience of an earlier drain',
    killedBy: 'IV5',
    machine: () => withChart('states/ready/invoke/onError', { target: DRAINING, actions: [PORT_FAULT] }),
  },
  {
    name: 'is stopped without releasing',
    killedBy: 'IV6',
    machine: () =>
      withChart('states/draining/states/settling/always', { guard: 'nothingInFlight', target: 'released' }),
  },
  {
    name: 'does not wait for the release',
    killedBy: 'IV6',
    machine: () => withChart('states/draining/states/releasing/always', { target: 'released' }),
  },
  {
    name: 'has no deadline for the release',
    killedBy: 'IV21',
    machine: () => withChart('states/draining/states/releasing/after', null),
  },
  {
    name: 'settles again when an abort takes too long',
    killedBy: 'IV21',
    machine: () => withChart('states/draining/states/aborting/after/abortDeadline', { target: 'settling' }),
  },
  {
    name: 'does not hear a stop while it starts',
    killedBy: 'IV21',
    machine: () => withChart('states/starting/on/supervisor.stop', null),
  },
  {
    name: 'does not hear a stop while it backs off',
    killedBy: 'IV21',
    machine: () => withChart('states/stopped/states/backingOff/on/supervisor.stop', null),
  },
  {
    name: 'aborts nobody when it is stopped',
    killedBy: 'IV23',
    machine: () => withChart('states/draining/states/aborting/entry', null),
  },
  {
    name: 'forgets a start that came while draining',
    killedBy: 'IV23',
    machine: () => withoutActions('planStart'),
  },
];

const DRAINING = '#supervisor.draining';
const PORT_FAULT = { type: 'planFault', params: { reason: 'internal_error' } };
