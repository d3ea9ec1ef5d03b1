import type { TraceHeader } from '../../machines/trace-line.ts';
import type { Reason } from '../../policies/reasons.ts';
import { summaryOf } from './event-summary.ts';
import { isHeard } from './is-heard.ts';
import { stateWord } from './state-words.ts';
import { kindOf, type ToldEvent, toldEvent } from './told-event.ts';
import type { EventRow, Moment, Tone } from './views.ts';

/** One line of the list of events. */
export function eventRowOf(moment: Moment, header: TraceHeader | null): EventRow {
  const { index, atMs, step, before, after } = moment;
  const { type } = step.e;
  const told = toldEvent(step.e);
  return {
    index,
    atMs,
    type,
    kind: kindOf(type),
    tone: toneOf(moment, told),
    summary: summaryOf(moment, told, header),
    requestId: told !== null && 'requestId' in told ? told.requestId : null,
    reason: reasonOf(moment, told),
    enters: after.state === before.state ? null : stateWord(after.state),
  };
}

function reasonOf({ step, after }: Moment, told: ToldEvent | null): Reason | null {
  const fault = 'fault' in step.d ? after.context.fault : null;
  switch (told?.type) {
    case 'request.submit':
      return after.context.lastArrival?.verdict.reason ?? null;
    case 'request.settled':
    case 'start.refused':
      return told.reason;
    case 'runtime.probed':
      return told.verdict.reason;
    case 'acquisition.progressed':
      return told.progress.reason;
    default:
      return fault;
  }
}

function toneOf({ step, before, after }: Moment, told: ToldEvent | null): Tone {
  // What came too late changed nothing.
  if (told !== null && 'generation' in told && !isHeard(before, told)) return 'plain';
  switch (told?.type) {
    case 'request.submit':
      switch (after.context.lastArrival?.disposition) {
        case 'admitted':
          return 'good';
        case 'refused':
          return 'bad';
        default:
          return 'plain';
      }
    case 'request.settled':
      switch (told.outcome) {
        case 'completed':
          return 'good';
        case 'cancelled':
        case 'denied':
          return 'warning';
        case 'expired':
        case 'failed':
          return 'bad';
      }
      return 'plain';
    case 'start.refused':
      return 'bad';
    case 'runtime.probed':
      return told.verdict.ok ? 'good' : 'bad';
    case 'model.acquired':
    case 'model.loaded':
      return 'good';
    case 'acquisition.progressed':
      if (told.progress.step === 'recorded') return 'good';
      if (told.progress.step === 'rejected' || told.progress.step === 'failed') return 'bad';
      return told.progress.step === 'waiting' ? 'warning' : 'plain';
    case 'resources.sampled':
      if (after.context.pressure === 'critical') return 'bad';
      return after.context.pressure === 'elevated' ? 'warning' : 'plain';
    case 'queue.waited':
      return 'warning';
    case undefined:
      if (step.e.type.startsWith('xstate.error.')) return 'bad';
      return 'fault' in step.d && after.context.fault !== null ? 'bad' : 'plain';
    default:
      return 'fault' in step.d && after.context.fault !== null && before.state !== after.state
        ? 'bad'
        : 'plain';
  }
}
