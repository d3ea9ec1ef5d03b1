import { createSupervisorContext } from './context.ts';
import { supervisorSetup } from './supervisor-actions.ts';

const portInput = ({ context }: { context: { generation: number } }) => ({ generation: context.generation });

/**
 * A port that dies instead of answering is our own fault: the supervisor goes down in order, and at once. It does not
 * settle first: the patience for that is a drain command's to give, and this is none.
 */
const onPortError = {
  target: '#supervisor.draining.aborting',
  actions: [{ type: 'planFault', params: { reason: 'internal_error' } }],
} as const;

/** A port that lives as long as the chart does not come back: nothing is served any more, and starts fail. */
const onLastingPortError = [
  { guard: 'isStopped', target: '#supervisor.stopped.failed', actions: 'planLoss' },
  { guard: 'isDraining', actions: 'planLoss' },
  { target: '#supervisor.draining.aborting', actions: 'planLoss' },
] as const;

const stopNow = { target: '#supervisor.draining.aborting', actions: ['keepTime', 'planIdle'] } as const;

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
    'request.settled': { actions: 'recordSettlement' },
    'queue.waited': { actions: ['withdrawExpired', 'watchQueue'] },
    'resources.sampled': { actions: 'recordObservation' },
    'backpressure.changed': { actions: 'recordBackpressure' },
  },
  states: {
    stopped: {
      entry: 'enterStopped',
      initial: 'idle',
      on: {
        'supervisor.start': [
          { guard: 'isLost', target: '.failed', actions: ['keepTime', 'planLoss'] },
          { target: 'starting', actions: ['keepTime', 'beginRun'] },
        ],
        // A sample that was under way when the observers stopped says nothing about the next start.
        'resources.sampled': {},
      },
      states: {
        idle: {
          description: 'Nothing is loaded.',
          always: [
            { guard: 'isLost', target: 'failed', actions: 'planLoss' },
            // A start that came while draining: only now is there room for it.
            { guard: 'leadsToStart', target: '#supervisor.starting', actions: 'beginRun' },
          ],
          on: { 'supervisor.stop': { actions: 'keepTime' }, 'supervisor.drain': { actions: 'keepTime' } },
        },
        backingOff: {
          description: 'A restart is scheduled.',
          tags: 'waiting',
          after: { restartDelay: { target: '#supervisor.starting' } },
          on: {
            'supervisor.stop': { target: 'idle', actions: ['keepTime', 'forgetRun'] },
            'supervisor.drain': { target: 'idle', actions: ['keepTime', 'forgetRun'] },
          },
        },
        failed: {
          description:
            'A permanent fault, a failed first start, or too many restarts. Only a command leaves it.',
          on: {
            'supervisor.stop': { target: 'idle', actions: ['keepTime', 'forgetRun'] },
            'supervisor.drain': { target: 'idle', actions: ['keepTime', 'forgetRun'] },
          },
        },
      },
    },

    starting: {
      entry: 'enterStarting',
      tags: 'waiting',
      initial: 'acquiring',
      invoke: [
        { src: 'prepareRuntime', id: 'prepareRuntime', input: portInput, onError: onPortError },
        { src: 'observeResources', id: 'observeResources', input: portInput, onError: onPortError },
      ],
      on: {
        'supervisor.stop': stopNow,
        'supervisor.drain': stopNow,
        'start.refused': {
          guard: 'isCurrent',
          target: 'draining',
          actions: ['keepTime', { type: 'planFault', params: { reason: null } }],
        },
      },
      states: {
        acquiring: {
          description: 'The model file is proved: size, then SHA-256.',
          entry: 'watchAcquireStall',
          exit: 'unwatchStall',
          invoke: { src: 'acquireModel', id: 'acquireModel', input: portInput, onError: onPortError },
          after: {
            acquireDeadline: {
              target: '#supervisor.draining',
              actions: { type: 'planFault', params: { reason: 'acquire_timeout' } },
            },
          },
          on: {
            'start.progressed': {
              guard: 'isCurrent',
              actions: ['recordProgress', 'unwatchStall', 'watchAcquireStall'],
            },
            'start.stalled': {
              target: '#supervisor.draining',
              actions: { type: 'planFault', params: { reason: 'acquire_timeout' } },
            },
            'model.acquired': { guard: 'isCurrent', target: 'loading', actions: 'keepTime' },
          },
        },
        loading: {
          description: 'The runtime loads the proved file.',
          entry: 'watchLoadStall',
          exit: 'unwatchStall',
          invoke: { src: 'loadModel', id: 'loadModel', input: portInput, onError: onPortError },
          after: {
            loadDeadline: {
              target: '#supervisor.draining',
              actions: { type: 'planFault', params: { reason: 'runtime_load_timeout' } },
            },
          },
          on: {
            'start.progressed': {
              guard: 'isCurrent',
              actions: ['recordProgress', 'unwatchStall', 'watchLoadStall'],
            },
            'start.stalled': {
              target: '#supervisor.draining',
              actions: { type: 'planFault', params: { reason: 'runtime_load_timeout' } },
            },
            'model.loaded': { guard: 'isCurrent', target: 'probing', actions: 'recordLoaded' },
          },
        },
        probing: {
          description: 'One real token is decoded, and the machine was observed: nothing is ready before.',
          invoke: { src: 'probeRuntime', id: 'probeRuntime', input: portInput, onError: onPortError },
          initial: 'decoding',
          states: {
            decoding: {
              after: {
                probeDeadline: {
                  target: '#supervisor.draining',
                  actions: { type: 'planFault', params: { reason: 'runtime_probe_timeout' } },
                },
              },
              on: {
                'runtime.probed': [
                  { guard: 'probePassed', target: 'observing', actions: 'keepTime' },
                  {
                    guard: 'probeFailed',
                    target: '#supervisor.draining',
                    actions: ['keepTime', { type: 'planFault', params: { reason: null } }],
                  },
                ],
              },
            },
            observing: {
              always: { guard: 'isObserved', target: '#supervisor.ready' },
              after: {
                probeDeadline: {
                  target: '#supervisor.draining',
                  actions: { type: 'planFault', params: { reason: 'observation_missing' } },
                },
              },
            },
          },
        },
      },
    },

    ready: {
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
                'request.settled': {
                  guard: 'castsSuspicion',
                  target: 'suspect',
                  actions: 'recordSettlement',
                },
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
    },

    draining: {
      entry: ['enterDraining', 'shedQueue', 'watchQueue'],
      tags: 'waiting',
      initial: 'settling',
      on: {
        'supervisor.start': { actions: ['keepTime', 'planStart'] },
        'supervisor.stop': stopNow,
        'supervisor.drain': { actions: ['keepTime', 'planIdle'] },
      },
      states: {
        settling: {
          description: 'Admits nothing; running work goes on.',
          always: { guard: 'nothingInFlight', target: 'releasing' },
          after: { drainDeadline: { target: 'aborting' } },
        },
        aborting: {
          description: 'Running work is told to stop.',
          entry: 'abortRunning',
          always: { guard: 'nothingInFlight', target: 'releasing' },
          after: { abortDeadline: { target: 'releasing', actions: 'abandonRunning' } },
          on: { 'supervisor.stop': { actions: ['keepTime', 'planIdle'] } },
        },
        releasing: {
          description: 'The runtime gives back what it holds.',
          invoke: {
            src: 'releaseRuntime',
            id: 'releaseRuntime',
            input: portInput,
            onError: { target: 'released', actions: 'noteReleaseTimeout' },
          },
          on: {
            'supervisor.stop': { actions: ['keepTime', 'planIdle'] },
            'runtime.released': { guard: 'isCurrent', target: 'released', actions: 'keepTime' },
          },
          after: { releaseDeadline: { target: 'released', actions: 'noteReleaseTimeout' } },
        },
        released: {
          description: 'Nothing is held any more: where to, says what led here.',
          always: [
            { guard: 'leadsToBackoff', target: '#supervisor.stopped.backingOff' },
            { guard: 'leadsToFailed', target: '#supervisor.stopped.failed' },
            { target: '#supervisor.stopped.idle' },
          ],
        },
      },
    },
  },
});
