import { onPortError, portInput, stopNow } from './chart-parts.ts';
import { supervisorSetup } from './supervisor-actions.ts';

/** Requests are served, while pressure and health are watched side by side. */
export const readyState = supervisorSetup.createStateConfig({
  entry: 'enterReady',
  type: 'parallel',
  invoke: { src: 'observeResources', id: 'observeResources', input: portInput, onError: onPortError },
  on: {
    'supervisor.start': { actions: 'keepTime' },
    'supervisor.stop': stopNow,
    'supervisor.drain': { target: 'draining.settling', actions: ['keepTime', 'planDrain'] },
    'request.submit': [
      { guard: 'gateAdmits', actions: 'recordArrival' },
      { guard: 'gateEnqueues', actions: ['recordArrival', 'watchQueue'] },
      { actions: 'recordArrival' },
    ],
    'request.settled': { actions: ['recordSettlement', 'dispatchWaiting', 'watchQueue'] },
    'resources.sampled': { actions: ['recordObservation', 'dispatchWaiting', 'watchQueue'] },
  },
  states: {
    pressure: {
      description: 'What the machine can bear, with hysteresis.',
      initial: 'nominal',
      states: {
        nominal: {
          always: [
            { guard: 'pressureIsCritical', target: 'critical' },
            { guard: 'pressureIsElevated', target: 'elevated' },
          ],
        },
        elevated: {
          always: [
            { guard: 'pressureIsCritical', target: 'critical' },
            { guard: 'pressureIsNominal', target: 'nominal' },
          ],
        },
        critical: {
          always: [
            { guard: 'pressureIsElevated', target: 'elevated' },
            { guard: 'pressureIsNominal', target: 'nominal' },
          ],
        },
      },
    },
    health: {
      description: 'Whether the runtime is believed to work.',
      initial: 'healthy',
      states: {
        healthy: {
          on: {
            'request.settled': [
              {
                guard: 'exhaustsTrust',
                target: '#supervisor.draining.aborting',
                actions: [
                  'recordSettlement',
                  { type: 'planFault', params: { reason: 'runtime_unresponsive' } },
                ],
              },
              { guard: 'castsSuspicion', target: 'suspect', actions: 'recordSettlement' },
            ],
          },
        },
        suspect: {
          description: 'A request failed in a way that speaks against the runtime: one token decides.',
          tags: 'waiting',
          entry: 'markSuspect',
          exit: 'clearSuspect',
          invoke: { src: 'probeRuntime', id: 'probeRuntime', input: portInput, onError: onPortError },
          after: {
            probeDeadline: {
              target: '#supervisor.draining.aborting',
              actions: { type: 'planFault', params: { reason: 'runtime_unresponsive' } },
            },
          },
          on: {
            'runtime.probed': [
              {
                guard: 'probePassed',
                target: 'healthy',
                actions: ['keepTime', 'dispatchWaiting', 'watchQueue'],
              },
              {
                guard: 'probeFailed',
                target: '#supervisor.draining.aborting',
                actions: ['keepTime', { type: 'planFault', params: { reason: null } }],
              },
            ],
          },
        },
      },
    },
  },
});
