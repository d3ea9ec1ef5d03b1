import { onLastingPortError, portInput } from './chart-parts.ts';
import { createSupervisorContext } from './context.ts';
import { drainingState } from './draining-state.ts';
import { readyState } from './ready-state.ts';
import { startingState } from './starting-state.ts';
import { stoppedState } from './stopped-state.ts';
import { supervisorSetup } from './supervisor-actions.ts';

/**
 * The supervisor chart.
 *
 * 1. Every state that waits has a deadline; progress extends it up to an absolute cap.
 * 2. Completions carry a generation; a stale one changes nothing.
 * 3. `supervisor.stop` is handled in every state.
 * 4. Whatever was begun is released in `draining.releasing`: there is no other way back to `stopped`.
 */
export const supervisorMachine = supervisorSetup.createMachine({
  id: 'supervisor',
  options: { maxIterations: 100 },
  context: ({ input }) => createSupervisorContext(input),
  initial: 'stopped',
  invoke: [
    { src: 'requestLedger', id: 'requestLedger', input: portInput, onError: onLastingPortError },
    { src: 'observeBackpressure', id: 'observeBackpressure', input: portInput, onError: onLastingPortError },
  ],
  on: {
    'request.submit': { actions: 'recordArrival' },
    'request.cancel': [
      { guard: 'isQueued', actions: ['keepTime', 'withdrawCancelled', 'watchQueue'] },
      { guard: 'isRunning', actions: ['keepTime', 'abortCancelled'] },
    ],
    'request.progressed': { actions: 'recordRequestProgress' },
    'request.settled': { actions: 'recordSettlement' },
    'queue.waited': { actions: ['withdrawExpired', 'watchQueue'] },
    'resources.sampled': { actions: 'recordObservation' },
    'backpressure.changed': { actions: 'recordBackpressure' },
  },
  states: {
    stopped: stoppedState,
    starting: startingState,
    ready: readyState,
    draining: drainingState,
  },
});
