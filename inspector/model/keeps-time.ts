import { isActive } from './state-words.ts';
import { toldEvent } from './told-event.ts';
import type { Standing } from './views.ts';

/**
 * Whether the machine takes over the time that an event tells, and so, as a trace leaves that out, what `nowMs` is
 * after it. What it does not listen to does not move its clock, and neither does a request that tells how far it is.
 */
export function keepsTime(standing: Standing, event: { readonly type: string }): boolean {
  return event.type !== 'request.progressed' && isHeard(standing, event);
}

/** Whether the machine listens to an event now: not to a late completion, or a cancel of nobody. */
export function isHeard({ state, context }: Standing, event: { readonly type: string }): boolean {
  const told = toldEvent(event);
  if (told === null) return false;
  switch (told.type) {
    case 'supervisor.start':
      return !isActive(state, 'starting');
    case 'supervisor.stop':
    case 'supervisor.drain':
    case 'request.submit':
      return true;
    case 'request.cancel':
      return (
        context.queue.some(({ requestId }) => requestId === told.requestId) ||
        context.running.some(({ requestId, aborting }) => requestId === told.requestId && !aborting)
      );
    case 'request.settled':
    case 'request.progressed':
      return context.running.some(
        ({ requestId, generation }) => requestId === told.requestId && generation === told.generation,
      );
    case 'resources.sampled':
      return !isActive(state, 'stopped');
    case 'start.progressed':
      return (
        told.generation === context.generation &&
        (isActive(state, 'starting.acquiring') || isActive(state, 'starting.loading'))
      );
    case 'acquisition.progressed':
    case 'model.acquired':
      return told.generation === context.generation && isActive(state, 'starting.acquiring');
    case 'model.loaded':
      return told.generation === context.generation && isActive(state, 'starting.loading');
    case 'start.refused':
      return told.generation === context.generation && isActive(state, 'starting');
    case 'runtime.probed':
      return (
        told.generation === context.generation &&
        (isActive(state, 'starting.probing.decoding') || isActive(state, 'ready.health.suspect'))
      );
    case 'runtime.released':
      return told.generation === context.generation && isActive(state, 'draining.releasing');
    case 'backpressure.changed':
    case 'start.stalled':
    case 'queue.waited':
      return false;
  }
}
