import type { SupervisorContext } from '../../machines/context.ts';
import { faultOf, planAfterFault } from '../../machines/faults.ts';
import type { Machine } from './guard-tally.ts';
import {
  type Mutant,
  type Situation,
  withChanges,
  withChart,
  withDelays,
  withGuards,
  withoutActions,
} from './mutation.ts';

/** Faults on the way up, and in what follows a fault. */
export const START_MUTANTS: readonly Mutant[] = [
  {
    name: 'serves before the probe',
    killedBy: 'IV1',
    machine: () => withChart('states/starting/states/loading/on/model.loaded/target', '#supervisor.ready'),
  },
  {
    name: 'loads before the file is proved',
    killedBy: 'IV1',
    machine: () => withChart('states/starting/initial', 'loading'),
  },
  {
    name: 'takes a failed probe for a passed one',
    killedBy: 'IV1',
    machine: () =>
      withGuards({
        probePassed: ({ context, event }) =>
          event.type === 'runtime.probed' && event.generation === context.generation,
      }),
  },
  {
    name: 'goes on when the start is refused',
    killedBy: 'IV1',
    machine: () => withChart('states/starting/on/start.refused/target', '.loading'),
  },
  {
    name: 'ignores the generation of completions',
    killedBy: 'IV7',
    machine: () => withGuards({ isCurrent: ({ event }) => 'generation' in event }),
  },
  {
    name: 'believes the probe of another start',
    killedBy: 'IV7',
    machine: () =>
      withGuards({ probePassed: ({ event }) => event.type === 'runtime.probed' && event.verdict.ok }),
  },
  {
    name: 'believes the failed probe of another start',
    killedBy: 'IV7',
    machine: () =>
      withGuards({ probeFailed: ({ event }) => event.type === 'runtime.probed' && !event.verdict.ok }),
  },
  {
    name: 'starts again under the same generation',
    killedBy: 'IV7',
    machine: () => withoutActions('enterStarting'),
  },
  {
    name: 'has no deadline for the load',
    killedBy: 'IV18',
    machine: () => withChart('states/starting/states/loading/after', null),
  },
  {
    name: 'does not watch whether the load stalls',
    killedBy: 'IV18',
    machine: () => withChart('states/starting/states/loading/entry', null),
  },
  {
    name: 'leaves the stall timer behind',
    killedBy: 'IV21',
    machine: () => withoutActions('unwatchStall'),
  },
  {
    name: 'does not count restarts',
    killedBy: 'IV8',
    machine: () => withFaults((context, plan) => ({ ...plan, restarts: context.restarts })),
  },
  {
    name: 'does not wait before a restart',
    killedBy: 'IV8',
    machine: () => withDelays({ restartDelay: () => 0 }),
  },
  {
    name: 'tries a first start again by itself',
    killedBy: 'IV8',
    machine: () =>
      withChanges({
        planFault: ({ context, event }, params) =>
          planAfterFault({ ...context, hasBeenReady: true }, reasonOf(event, params)),
      }),
  },
  {
    name: 'tries again what fails for ever',
    killedBy: 'IV8',
    machine: () =>
      withFaults((context, plan) => (context.hasBeenReady ? { ...plan, afterDrain: 'backingOff' } : plan)),
  },
  {
    name: 'drains when a port dies while it is stopped',
    killedBy: 'IV22',
    machine: () => withChart('invoke/1/onError', { target: '#supervisor.draining', actions: [PORT_FAULT] }),
  },
  {
    name: 'starts although a lasting port is dead',
    killedBy: 'IV23',
    machine: () => withGuards({ isLost: () => false }),
  },
];

const PORT_FAULT = { type: 'planFault', params: { reason: 'internal_error' } };

function withFaults(
  change: (context: SupervisorContext, plan: Partial<SupervisorContext>) => Partial<SupervisorContext>,
): Machine {
  return withChanges({
    planFault: ({ context, event }, params) =>
      change(context, planAfterFault(context, reasonOf(event, params))),
  });
}

function reasonOf(event: Situation['event'], params: unknown) {
  return (params as { reason: Parameters<typeof planAfterFault>[1] | null }).reason ?? faultOf(event);
}
