import {
  REQUEST_STEPS,
  type RequestProgress,
  type RequestStep,
  type SupervisorEvent,
} from '../../machines/events.ts';
import { readInternalEvent, readTraceEvent } from '../../machines/trace-event.ts';
import type { EventKind } from './views.ts';

/** An event that this version knows by its type, with the fields that belong to it. */
export type ToldEvent = SupervisorEvent;

/**
 * The event of a step, typed; null where its type is not known here. Sound for every step that a log holds: the log
 * refuses steps whose event has a known type and other fields.
 */
export function toldEvent(event: { readonly type: string }): ToldEvent | null {
  return Object.hasOwn(KINDS, event.type) ? (event as ToldEvent) : null;
}

/** Whether the fields of an event are those of its type. An unknown type is let in: a newer chart may have more. */
export function isSoundEvent(event: unknown): event is { readonly type: string } {
  const type = (event as { readonly type?: unknown } | null)?.type;
  if (typeof type !== 'string' || !TYPE.test(type)) return false;
  if (Object.hasOwn(KINDS, type)) return readTraceEvent(event) !== null;
  return !type.startsWith('xstate.') || readInternalEvent(event) !== null;
}

export function kindOf(type: string): EventKind {
  if (Object.hasOwn(KINDS, type)) return KINDS[type as ToldEvent['type']];
  return type.startsWith('xstate.after.') ? 'timer' : 'internal';
}

export function isProgress(value: unknown): value is RequestProgress {
  if (typeof value !== 'object' || value === null) return false;
  const { step, promptTokens, outputTokens } = value as Partial<RequestProgress>;
  return (
    REQUEST_STEPS.includes(step as RequestStep) &&
    Number.isFinite(promptTokens) &&
    Number.isFinite(outputTokens)
  );
}

const TYPE = /^[a-zA-Z][a-zA-Z0-9._-]{0,199}$/;

const KINDS: { readonly [T in ToldEvent['type']]: EventKind } = {
  'supervisor.start': 'command',
  'supervisor.stop': 'command',
  'supervisor.drain': 'command',
  'request.submit': 'command',
  'request.cancel': 'command',
  'start.progressed': 'progress',
  'acquisition.progressed': 'progress',
  'request.progressed': 'progress',
  'start.refused': 'fact',
  'model.acquired': 'fact',
  'model.loaded': 'fact',
  'runtime.probed': 'fact',
  'runtime.released': 'fact',
  'resources.sampled': 'sample',
  'backpressure.changed': 'fact',
  'request.settled': 'fact',
  'start.stalled': 'timer',
  'queue.waited': 'timer',
};
