import { SAMPLE_OF_EVENT } from '../../machines/trace-step.ts';
import { isProgress } from './told-event.ts';
import type { TracedContext } from './views.ts';

/**
 * The shapes that the parts of a context have. A trace may have been written by anybody: what has a known name has
 * its known shape, or the record is refused. A part that has a name of its own may be anything; nobody reads it.
 */

/** A whole context, as a frame holds it: every known part is there. */
export function isSoundContext(context: unknown): context is TracedContext {
  if (!isRecord(context)) return false;
  return CHECKED.every(([name, check]) => Object.hasOwn(context, name) && check(context[name]));
}

/** What a step changed. Of lists it tells who came and left, of admission the fields that are other. */
export function areSoundChanges(changes: unknown, event: object): changes is Record<string, unknown> {
  if (!isRecord(changes)) return false;
  return Object.keys(changes).every((name) => {
    const change = changes[name];
    if (name === 'running') return isListChange(change, isRunning);
    if (name === 'queue') return isListChange(change, isQueued);
    if (name === 'admission') return isRecord(change) && Object.values(change).every(isCount);
    if (name === 'observation' && change === SAMPLE_OF_EVENT) return 'sample' in event;
    return Object.hasOwn(CHECKS, name) ? CHECKS[name as keyof TracedContext](change) : true;
  });
}

/** A state as XState writes it: names, one inside the other. */
export function isSoundState(state: unknown, depth = 0): boolean {
  if (typeof state === 'string') return STATE_NAME.test(state);
  if (!isRecord(state) || depth >= STATE_DEPTH_MAX) return false;
  const entries = Object.entries(state);
  return (
    entries.length > 0 &&
    entries.every(([key, inner]) => STATE_NAME.test(key) && isSoundState(inner, depth + 1))
  );
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A number that can be reckoned with: finite, and far from where adding one changes nothing. */
export function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Math.abs(value) <= Number.MAX_SAFE_INTEGER;
}

type Check = (value: unknown) => boolean;

const STATE_NAME = /^[a-zA-Z]{1,64}$/;
const STATE_DEPTH_MAX = 8;
const CODE = /^[a-z0-9_]{1,64}$/;
const REQUEST_ID = /^r\d{1,15}$/;

const isCount: Check = (value) => Number.isSafeInteger(value) && (value as number) >= 0;
const isFlag: Check = (value) => typeof value === 'boolean';
const isReason: Check = (value) => typeof value === 'string' && CODE.test(value);
const isId: Check = (value) => typeof value === 'string' && REQUEST_ID.test(value);
const isOneOf =
  (...values: readonly string[]): Check =>
  (value) =>
    typeof value === 'string' && values.includes(value);
const orNull =
  (check: Check): Check =>
  (value) =>
    value === null || check(value);
const listOf =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const shape = (checks: Readonly<Record<string, Check>>): Check => {
  const entries = Object.entries(checks);
  return (value) => isRecord(value) && entries.every(([name, check]) => check(value[name]));
};

const isPhase = isOneOf('stopped', 'starting', 'ready', 'draining');
const isVerdict = shape({ ok: isFlag, reason: isReason });
const gateFacts = {
  lifecycle: isPhase,
  suspect: isFlag,
  inFlight: isAmount,
  queued: isAmount,
  observationAgeMs: orNull(isAmount),
};
const decision = { requestId: isId, verdict: isVerdict, facts: shape(gateFacts) };
const isRunning = shape({
  requestId: isId,
  generation: isAmount,
  aborting: isFlag,
  progress: (value) => value === undefined || value === null || isProgress(value),
});
const isQueued = shape({ requestId: isId, expiresAtMs: isAmount, expiresBy: isOneOf('queue', 'request') });

function isListChange(change: unknown, check: Check): boolean {
  if (!isRecord(change)) return false;
  const { came = [], left = [] } = change;
  return listOf(check)(came) && listOf(isId)(left);
}

const CHECKS: { readonly [K in keyof TracedContext]: Check } = {
  nowMs: isAmount,
  sinceMs: isAmount,
  lifecycle: shape({ phase: isPhase }),
  generation: isAmount,
  progress: orNull(shape({ phase: isOneOf('acquiring', 'loading'), ratio: isAmount })),
  acquisition: orNull(
    shape({
      step: (value) => typeof value === 'string' && STATE_NAME.test(value),
      receivedBytes: isAmount,
      totalBytes: isAmount,
      ratio: isAmount,
      bytesPerSecond: orNull(isAmount),
      remainingMs: orNull(isAmount),
      mirror: isAmount,
      attempt: isAmount,
      reason: orNull(isReason),
    }),
  ),
  runtime: orNull(
    shape({
      contextTokens: isAmount,
      sequences: isAmount,
      threads: isAmount,
      backend: isReason,
      modelBytes: isAmount,
    }),
  ),
  hasBeenReady: isFlag,
  admission: shape({ maxInFlight: isCount, queueBound: isCount, inFlight: isCount, queued: isCount }),
  running: listOf(isRunning),
  queue: listOf(isQueued),
  queueWakeAtMs: orNull(isAmount),
  lastArrival: orNull(
    shape({ ...decision, disposition: isOneOf('admitted', 'queued', 'refused'), place: isAmount }),
  ),
  lastDispatch: orNull(shape(decision)),
  lastRestart: orNull(isVerdict),
  observation: orNull(
    shape({
      atMs: isAmount,
      memoryTotalBytes: isAmount,
      memoryAvailableBytes: isAmount,
      cpuLoadRatio: isAmount,
      processBytes: isAmount,
      eventLoopDelayMs: isAmount,
      vramTotalBytes: orNull(isAmount),
      vramUsedBytes: orNull(isAmount),
    }),
  ),
  pressure: isOneOf('nominal', 'elevated', 'critical'),
  suspect: isFlag,
  silences: isAmount,
  readersHeld: isAmount,
  fault: orNull(isReason),
  lost: isFlag,
  afterDrain: isOneOf('idle', 'failed', 'backingOff', 'starting'),
  drainDeadlineMs: isAmount,
  drain: shape({ finished: isAmount, aborted: isAmount, abandoned: isAmount, shed: isAmount }),
  restarts: listOf(isAmount),
  restartDelayMs: isAmount,
  jitterSeed: isAmount,
};

const CHECKED = Object.entries(CHECKS);
