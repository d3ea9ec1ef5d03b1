import { isActive } from './state-words.ts';
import type { ToldEvent } from './told-event.ts';
import type { Standing } from './views.ts';

/** Whether the machine listens to an event where it stands: not to a late completion, nor to a cancel of nobody. */
export function isHeard({ state, context }: Standing, told: ToldEvent): boolean {
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
      return true;
  }
}
