import { supervisorSetup } from './supervisor-actions.ts';

/** Nothing is held. What comes next is a command, or a scheduled restart. */
export const stoppedState = supervisorSetup.createStateConfig({
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
      description: 'A permanent fault, a failed first start, or too many restarts. Only a command leaves it.',
      on: {
        'supervisor.stop': { target: 'idle', actions: ['keepTime', 'forgetRun'] },
        'supervisor.drain': { target: 'idle', actions: ['keepTime', 'forgetRun'] },
      },
    },
  },
});
