import { portInput, stopNow } from './chart-parts.ts';
import { supervisorSetup } from './supervisor-actions.ts';

/** Nothing new is admitted; what was begun is ended and released. */
export const drainingState = supervisorSetup.createStateConfig({
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
});
