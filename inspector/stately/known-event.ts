import type { AcquisitionEvent } from '../../machines/acquisition-events.ts';
import type { LedgerCommand } from '../../machines/events.ts';
import type { GenerateCommand, RequestEvent } from '../../machines/request.ts';
import { readTraceEvent } from '../../machines/trace-event.ts';
import type { Place } from './actor-place.ts';

/**
 * An event as it may be told; null where it is of no known form.
 *
 * The supervisor's own events are those of a trace, whole. Of any other actor's, and of XState's own, the name alone
 * is told, and only where it is one of the charts': nothing of a host can be in it.
 */
export function readKnownEvent(event: unknown, kind: Place['kind']): { readonly type: string } | null {
  if (kind === 'supervisor') {
    const traced = readTraceEvent(event);
    if (traced !== null) return traced;
  }
  const { type } = (event ?? {}) as { type?: unknown };
  if (typeof type !== 'string') return null;
  return Object.hasOwn(NAMES, type) || INTERNAL.test(type) ? { type } : null;
}

type NamedEvent = LedgerCommand | GenerateCommand | RequestEvent | AcquisitionEvent;

/** A record, so that a name that is missing, or is one too many, does not compile. */
const NAMES: Readonly<Record<NamedEvent['type'], true>> = {
  'request.run': true,
  'request.abort': true,
  'request.conclude': true,
  'generation.abort': true,
  'prompt.advanced': true,
  'token.decoded': true,
  'reader.held': true,
  'reader.flowing': true,
  'generation.ended': true,
  'store.inspected': true,
  'store.failed': true,
  'lock.taken': true,
  'lock.waited': true,
  'source.probed': true,
  'bytes.received': true,
  'transfer.completed': true,
  'fetch.failed': true,
  'bytes.verified': true,
  'model.verified': true,
  'model.refused': true,
  'model.published': true,
};

/** XState's own: beginnings and ends, timers, and what it tells itself of a promise or a stream. */
const INTERNAL =
  /^xstate\.(init|stop|(promise|observable)\.[a-z]{1,16}|(done|error)\.actor\.[a-zA-Z]{1,32}|after\.[a-zA-Z]{1,32}\.(supervisor|acquisition|request)(\.[a-zA-Z]{1,32}){0,5})$/;
