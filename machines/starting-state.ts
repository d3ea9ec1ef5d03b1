import { onPortError, portInput, stopNow } from './chart-parts.ts';
import { supervisorSetup } from './supervisor-actions.ts';

/** The model is proved, loaded and probed, in this order. */
export const startingState = supervisorSetup.createStateConfig({
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
      description: 'The model is downloaded where it is not here, and its file is proved.',
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
        // The acquisition chart has a deadline for each of its own waits; the absolute one stays the net below it.
        'acquisition.progressed': {
          guard: 'isCurrent',
          actions: ['recordAcquisition', 'unwatchStall'],
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
});
