import type { SupervisorContext } from './context.ts';

/** What the states of the supervisor chart have in common. */
export const portInput = ({ context }: { context: Pick<SupervisorContext, 'generation'> }) => ({
  generation: context.generation,
});

/**
 * A port that dies instead of answering is our own fault: the supervisor goes down in order, and at once. It does not
 * settle first: the patience for that is a drain command's to give, and this is none.
 */
export const onPortError = {
  target: '#supervisor.draining.aborting',
  actions: [{ type: 'planFault', params: { reason: 'internal_error' } }],
} as const;

/** A port that lives as long as the chart does not come back: nothing is served any more, and starts fail. */
export const onLastingPortError = [
  { guard: 'isStopped', target: '#supervisor.stopped.failed', actions: 'planLoss' },
  { guard: 'isDraining', actions: 'planLoss' },
  { target: '#supervisor.draining.aborting', actions: 'planLoss' },
] as const;

export const stopNow = {
  target: '#supervisor.draining.aborting',
  actions: ['keepTime', 'planIdle'],
} as const;
