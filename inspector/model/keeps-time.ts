import { isHeard } from './is-heard.ts';
import { toldEvent } from './told-event.ts';
import type { Standing } from './views.ts';

/**
 * Whether the machine takes over the time that an event tells, and so, as a trace leaves that out, what `nowMs` is
 * after it. How far a request is, and whether its reader is behind, moves no clock; nor does what is not heard.
 */
export function keepsTime(before: Standing, event: { readonly type: string }): boolean {
  const told = toldEvent(event);
  if (told === null || told.type === 'request.progressed' || told.type === 'backpressure.changed')
    return false;
  return isHeard(before, told);
}
