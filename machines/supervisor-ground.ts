import { setup } from 'xstate';
import type { SupervisorContext, SupervisorInput } from './context.ts';
import type { SupervisorEvent } from './events.ts';
import { supervisorPorts } from './ports.ts';
import { castsSuspicion, decideArrival, exhaustsTrust, isObserved, isQueued, isRunning } from './requests.ts';

/**
 * The ground of the supervisor chart: its types, its ports, its deadlines, and its guards.
 * Guards wrap the policies and are total: on an event they do not know they say no.
 */
export const supervisorGround = setup({
  types: {
    context: {} as SupervisorContext,
    events: {} as SupervisorEvent,
    input: {} as SupervisorInput | undefined,
    tags: {} as 'waiting',
  },
  actors: supervisorPorts,
  guards: {
    isCurrent: ({ context, event }) => 'generation' in event && event.generation === context.generation,
    isObserved: ({ context }) => isObserved(context),
    probePassed: ({ context, event }) =>
      event.type === 'runtime.probed' && event.generation === context.generation && event.verdict.ok,
    probeFailed: ({ context, event }) =>
      event.type === 'runtime.probed' && event.generation === context.generation && !event.verdict.ok,
    gateAdmits: ({ context, event }) =>
      event.type === 'request.submit' && decideArrival(context, event).disposition === 'admitted',
    gateEnqueues: ({ context, event }) =>
      event.type === 'request.submit' && decideArrival(context, event).disposition === 'queued',
    isQueued: ({ context, event }) => event.type === 'request.cancel' && isQueued(context, event.requestId),
    isRunning: ({ context, event }) => event.type === 'request.cancel' && isRunning(context, event.requestId),
    castsSuspicion: ({ context, event }) =>
      event.type === 'request.settled' && castsSuspicion(context, event),
    exhaustsTrust: ({ context, event }) => event.type === 'request.settled' && exhaustsTrust(context, event),
    isStopped: ({ context }) => context.lifecycle.phase === 'stopped',
    isLost: ({ context }) => context.lost,
    isDraining: ({ context }) => context.lifecycle.phase === 'draining',
    nothingInFlight: ({ context }) => context.running.length === 0,
    pressureIsNominal: ({ context }) => context.pressure === 'nominal',
    pressureIsElevated: ({ context }) => context.pressure === 'elevated',
    pressureIsCritical: ({ context }) => context.pressure === 'critical',
    leadsToStart: ({ context }) => context.afterDrain === 'starting',
    leadsToBackoff: ({ context }) => context.afterDrain === 'backingOff',
    leadsToFailed: ({ context }) => context.afterDrain === 'failed',
  },
  delays: {
    acquireDeadline: ({ context }) => context.limits.acquireMsMax,
    loadDeadline: ({ context }) => context.limits.loadMsMax,
    probeDeadline: ({ context }) => context.limits.probeMsMax,
    drainDeadline: ({ context }) => context.drainDeadlineMs,
    // The requests carry the abort deadline themselves; the chart's own is the net below them.
    abortDeadline: ({ context }) => context.limits.abortMsMax * 2,
    releaseDeadline: ({ context }) => context.limits.releaseMsMax,
    restartDelay: ({ context }) => context.restartDelayMs,
  },
});
