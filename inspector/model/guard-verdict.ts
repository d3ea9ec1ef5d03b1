import { isActive } from './state-words.ts';
import { toldEvent } from './told-event.ts';
import type { Moment } from './views.ts';

/**
 * What a guard of the supervisor said in a step, read off what came of it; null where that cannot be told, as for a
 * guard of another version.
 */
export function guardVerdictOf(guard: string | null, { step, before, after }: Moment): boolean | null {
  if (guard === null) return true;
  const told = toldEvent(step.e);
  const isCurrent = told !== null && 'generation' in told && told.generation === before.context.generation;
  const disposition = told?.type === 'request.submit' ? after.context.lastArrival?.disposition : undefined;
  const { context } = before;
  switch (guard) {
    case 'isCurrent':
      return isCurrent;
    case 'probePassed':
      return isCurrent && told?.type === 'runtime.probed' && told.verdict.ok;
    case 'probeFailed':
      return isCurrent && told?.type === 'runtime.probed' && !told.verdict.ok;
    case 'gateAdmits':
      return disposition === 'admitted';
    case 'gateEnqueues':
      return disposition === 'queued';
    case 'isQueued':
      return (
        told?.type === 'request.cancel' && context.queue.some(({ requestId }) => requestId === told.requestId)
      );
    case 'isRunning':
      return (
        told?.type === 'request.cancel' &&
        context.running.some(({ requestId, aborting }) => requestId === told.requestId && !aborting)
      );
    case 'castsSuspicion':
      return told?.type === 'request.settled' && isActive(after.state, 'ready.health.suspect');
    case 'exhaustsTrust':
      return told?.type === 'request.settled' && after.context.lifecycle.phase !== 'ready';
    case 'isStopped':
      return context.lifecycle.phase === 'stopped';
    case 'isDraining':
      return context.lifecycle.phase === 'draining';
    // These are asked in mid-step, where their fact may have been set a moment ago, or will be cleared a moment later.
    case 'isLost':
      return context.lost || after.context.lost;
    case 'leadsToStart':
      return context.afterDrain === 'starting' || after.context.afterDrain === 'starting';
    case 'leadsToBackoff':
      return after.context.afterDrain === 'backingOff';
    case 'leadsToFailed':
      return after.context.afterDrain === 'failed';
    case 'nothingInFlight':
      return after.context.running.length === 0;
    case 'pressureIsNominal':
      return after.context.pressure === 'nominal';
    case 'pressureIsElevated':
      return after.context.pressure === 'elevated';
    case 'pressureIsCritical':
      return after.context.pressure === 'critical';
    default:
      return null;
  }
}
