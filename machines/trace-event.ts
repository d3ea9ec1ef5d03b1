import { type Reason, RUNTIME_MANAGER_REASONS } from '../policies/reasons.ts';
import type { RequestFacts } from '../policies/request.ts';
import type { RuntimeFacts } from '../policies/runtime-adapter.ts';
import type { Verdict } from '../policies/verdict.ts';
import { failClosed } from '../policies/verdict.ts';
import { ACQUISITION_STEPS, type AcquisitionProgress } from './acquisition-context.ts';
import { type ObservedResources, REQUEST_STEPS, type SupervisorEvent } from './events.ts';

/**
 * The closed schema of events: what the supervisor machine takes, and so what a trace can hold.
 *
 * An event is rebuilt from its known fields: numbers, flags, codes of closed unions, ordinals of requests. There is
 * no field that text could enter by. What does not fit is no event of this machine.
 */
export function readTraceEvent(event: unknown): SupervisorEvent | null {
  return failClosed(() => rebuild(event), null);
}

/** Events that XState itself sends to the machine: its timers, and the ends of its children. */
export type InternalEvent = { readonly type: `xstate.${string}` };

/** An internal event as a trace holds it: its name alone, of a known form; an error or an output stays outside. */
export function readInternalEvent(event: unknown): InternalEvent | null {
  return failClosed(() => {
    const type = field(event, 'type');
    return typeof type === 'string' && INTERNAL.test(type) ? ({ type } as InternalEvent) : null;
  }, null);
}

/** Named states and children of the charts, and nothing else, are in these names. */
const INTERNAL =
  /^xstate\.(stop|after\.[a-zA-Z]{1,32}\.supervisor(\.[a-zA-Z]{1,32}){1,4}|(done|error)\.actor\.[a-zA-Z]{1,32})$/;

function rebuild(event: unknown): SupervisorEvent | null {
  const type = field(event, 'type');
  if (typeof type !== 'string' || !Object.hasOwn(READERS, type)) return null;
  const fields = READERS[type as SupervisorEvent['type']];
  const rebuilt: Record<string, unknown> = { type };
  for (const [name, read] of fields) {
    const value = read(field(event, name));
    if (value === undefined) return null;
    rebuilt[name] = value;
  }
  return rebuilt as SupervisorEvent;
}

/** Gives the value back when it fits, rebuilt where it is an object; `undefined` when it does not. */
type Read<T> = (value: unknown) => T | undefined;

const number: Read<number> = (value) =>
  typeof value === 'number' && Number.isFinite(value) ? value : undefined;
const integer: Read<number> = (value) => (Number.isSafeInteger(value) ? (value as number) : undefined);
const flag: Read<boolean> = (value) => (typeof value === 'boolean' ? value : undefined);
const orNull =
  <T>(read: Read<T>): Read<T | null> =>
  (value) =>
    value === null ? null : read(value);
const oneOf =
  <const T extends string>(...values: readonly T[]): Read<T> =>
  (value) =>
    (values as readonly unknown[]).includes(value) ? (value as T) : undefined;
const matching =
  (pattern: RegExp): Read<string> =>
  (value) =>
    typeof value === 'string' && pattern.test(value) ? value : undefined;
const record =
  <T>(readers: { readonly [K in keyof T]: Read<T[K]> }): Read<T> =>
  (value) => {
    const rebuilt: Record<string, unknown> = {};
    for (const name of Object.keys(readers)) {
      const part = readers[name as keyof T](field(value, name));
      if (part === undefined) return undefined;
      rebuilt[name] = part;
    }
    return rebuilt as T;
  };

const REASONS = new Set<unknown>(RUNTIME_MANAGER_REASONS);
const reason: Read<Reason> = (value) => (REASONS.has(value) ? (value as Reason) : undefined);
const requestId = matching(/^r\d{1,15}$/);
const phase = oneOf('acquiring', 'loading');
const outcome = oneOf('completed', 'cancelled', 'expired', 'failed', 'denied');
const verdict = record<{ ok: boolean; reason: Reason }>({ ok: flag, reason }) as Read<Verdict>;
const requestFacts = record<RequestFacts>({
  promptKind: oneOf('text', 'messages', 'missing', 'malformed', 'ambiguous'),
  promptChars: number,
  messageCount: number,
  maxTokens: orNull(number),
  deadlineMs: orNull(number),
  signalAborted: flag,
  fault: orNull(reason),
});
const runtimeFacts = record<RuntimeFacts>({
  contextTokens: number,
  sequences: number,
  threads: number,
  backend: matching(/^[a-z0-9]{1,16}$/),
  modelBytes: number,
});
const sample = record<ObservedResources>({
  atMs: number,
  memoryTotalBytes: number,
  memoryAvailableBytes: number,
  cpuLoadRatio: number,
  processBytes: number,
  eventLoopDelayMs: number,
  vramTotalBytes: orNull(number),
  vramUsedBytes: orNull(number),
});

const acquisition = record<AcquisitionProgress>({
  step: oneOf(...ACQUISITION_STEPS),
  receivedBytes: number,
  totalBytes: number,
  ratio: number,
  bytesPerSecond: orNull(number),
  remainingMs: orNull(number),
  mirror: integer,
  attempt: integer,
  reason: orNull(reason),
});

type Fields = readonly (readonly [string, Read<unknown>])[];
const at: Fields = [['atMs', number]];
const ofGeneration: Fields = [['generation', integer], ...at];

const READERS: { readonly [T in SupervisorEvent['type']]: Fields } = {
  'supervisor.start': at,
  'supervisor.stop': at,
  'supervisor.drain': [['deadlineMs', orNull(number)], ...at],
  'request.submit': [['requestId', requestId], ['facts', requestFacts], ['wait', flag], ...at],
  'request.cancel': [['requestId', requestId], ...at],
  'start.progressed': [['phase', phase], ['ratio', number], ...ofGeneration],
  'acquisition.progressed': [['progress', acquisition], ...ofGeneration],
  'start.refused': [['reason', reason], ...ofGeneration],
  'model.acquired': ofGeneration,
  'model.loaded': [['facts', runtimeFacts], ...ofGeneration],
  'runtime.probed': [['verdict', verdict], ...ofGeneration],
  'runtime.released': ofGeneration,
  'resources.sampled': [['sample', sample], ...at],
  'backpressure.changed': [['readersHeld', integer], ...at],
  'request.progressed': [
    ['requestId', requestId],
    ['step', oneOf(...REQUEST_STEPS)],
    ['promptTokens', integer],
    ['outputTokens', integer],
    ...ofGeneration,
  ],
  'request.settled': [['requestId', requestId], ['outcome', outcome], ['reason', reason], ...ofGeneration],
  'start.stalled': [['phase', phase]],
  'queue.waited': [],
};

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
