import { isIntegerFrom, isObject, ownField } from './foreign.ts';
import { allow, deny, failClosed, type Verdict } from './verdict.ts';

/** Counts of requests, all whole numbers. */
export interface AdmissionState {
  /** Requests that may run at once; 1 or more, or 0 where the state is closed. */
  readonly maxInFlight: number;
  /** Requests that may wait at once; 0 or more. */
  readonly queueBound: number;
  readonly inFlight: number;
  readonly queued: number;
}

const SLOT_AVAILABLE = Object.freeze(allow('slot_available'));
const AT_CAPACITY = Object.freeze(deny('at_capacity'));
const QUEUE_FULL = Object.freeze(deny('queue_full'));
const MALFORMED = Object.freeze(deny('admission_malformed'));

/** What junk becomes: no slot, no place to wait. It is judged `admission_malformed`. */
const CLOSED: AdmissionState = Object.freeze({ maxInFlight: 0, queueBound: 0, inFlight: 0, queued: 0 });

/**
 * An empty state with the bounds of `limits`: `maxInFlight` (whole, 1 or more) and `queueBound` (whole, 0 or more).
 * Anything else gives the closed state, all zeros.
 */
export function createAdmissionState(limits: unknown): AdmissionState {
  return failClosed(() => {
    if (!isObject(limits)) return CLOSED;
    const maxInFlight = ownField(limits, 'maxInFlight');
    const queueBound = ownField(limits, 'queueBound');
    if (!isIntegerFrom(maxInFlight, 1) || !isIntegerFrom(queueBound, 0)) return CLOSED;
    return { maxInFlight, queueBound, inFlight: 0, queued: 0 };
  }, CLOSED);
}

/**
 * Judges one arrival: `slot_available` (run it), `at_capacity` (no slot, but room to wait), `queue_full`, or
 * `admission_malformed`. While others wait an arrival gets no slot, even a free one: nobody is overtaken.
 */
export function evaluateAdmission(state: unknown): Verdict {
  return failClosed(() => judge(state), MALFORMED);
}

/** One more runs. The same object where every slot is taken. */
export function recordInFlight(state: AdmissionState): AdmissionState {
  return failClosed(() => succeed(state, 1, 0), CLOSED);
}

/** One that ran has ended, whatever its outcome. The same object where none runs. */
export function recordCompletion(state: AdmissionState): AdmissionState {
  return failClosed(() => succeed(state, -1, 0), CLOSED);
}

/** One more waits. The same object where the queue is full. */
export function recordQueued(state: AdmissionState): AdmissionState {
  return failClosed(() => succeed(state, 0, 1), CLOSED);
}

/** One that waited has left the queue, to run or not. The same object where none waits. */
export function recordDequeued(state: AdmissionState): AdmissionState {
  return failClosed(() => succeed(state, 0, -1), CLOSED);
}

function judge(state: unknown): Verdict {
  if (!isObject(state)) return MALFORMED;
  const maxInFlight = ownField(state, 'maxInFlight');
  const queueBound = ownField(state, 'queueBound');
  const inFlight = ownField(state, 'inFlight');
  const queued = ownField(state, 'queued');
  if (!isCountWithin(inFlight, maxInFlight) || !isCountWithin(queued, queueBound)) return MALFORMED;
  if (maxInFlight === 0) return MALFORMED;
  if (queued === 0 && inFlight !== maxInFlight) return SLOT_AVAILABLE;
  return queued === queueBound ? QUEUE_FULL : AT_CAPACITY;
}

function succeed(state: AdmissionState, inFlightStep: number, queuedStep: number): AdmissionState {
  if (!isObject(state)) return CLOSED;
  const maxInFlight = ownField(state, 'maxInFlight');
  const queueBound = ownField(state, 'queueBound');
  const inFlight = ownField(state, 'inFlight');
  const queued = ownField(state, 'queued');
  if (!isCountWithin(inFlight, maxInFlight) || !isCountWithin(queued, queueBound)) return CLOSED;
  const next = { maxInFlight, queueBound, inFlight: inFlight + inFlightStep, queued: queued + queuedStep };
  const possible = isCountWithin(next.inFlight, maxInFlight) && isCountWithin(next.queued, queueBound);
  return possible ? (next as AdmissionState) : state;
}

function isCountWithin(count: unknown, bound: unknown): count is number {
  return isIntegerFrom(count, 0) && isIntegerFrom(bound, 0) && count <= bound;
}
