import { isIntegerFrom, isNumberWithin, isObject, ownField } from './foreign.ts';
import { LIMIT_RULES, type LimitName, type Limits } from './limits.ts';
import { allow, deny, failClosed, type Verdict } from './verdict.ts';

/** Restart intensity: so many automatic restarts within so long. */
export type RestartLimits = Pick<Limits, 'restartsMax' | 'restartPeriodMs'>;

const ALLOWED = Object.freeze(allow('restart_allowed'));
const DISABLED = Object.freeze(deny('restart_disabled'));
const EXCEEDED = Object.freeze(deny('restart_intensity_exceeded'));
const MALFORMED = Object.freeze(deny('restart_malformed'));

/** What a history becomes that cannot be read: one that refuses every restart, instead of forgetting all of them. */
const UNREADABLE_HISTORY: readonly number[] = Object.freeze([Number.NaN]);

/** A longer history is not one that `recordRestart` wrote. */
const HISTORY_LENGTH_MAX = LIMIT_RULES.restartsMax.max;

/**
 * Judges whether one more automatic restart may be: `restart_allowed`, `restart_disabled` (the maximum is 0),
 * `restart_intensity_exceeded`, or `restart_malformed`.
 *
 * @param history Times of the restarts so far, in ms of the clock of `nowMs`. One from the future counts.
 */
export function evaluateRestart(history: unknown, nowMs: unknown, limits: unknown): Verdict {
  return failClosed(() => {
    const bounds = readLimits(limits);
    if (bounds === null || !isTime(nowMs)) return MALFORMED;
    const recent = readRecent(history, nowMs, bounds.restartPeriodMs);
    if (recent === null) return MALFORMED;
    if (bounds.restartsMax === 0) return DISABLED;
    return recent.length < bounds.restartsMax ? ALLOWED : EXCEEDED;
  }, MALFORMED);
}

/**
 * The history with a restart at `nowMs` added, and with those left out that are older than the period. It holds at
 * most `restartsMax` times, the newest. Junk in any argument gives a history that refuses every restart.
 */
export function recordRestart(
  history: readonly number[],
  nowMs: number,
  limits: RestartLimits,
): readonly number[] {
  return failClosed(() => {
    const bounds = readLimits(limits);
    if (bounds === null || !isTime(nowMs)) return UNREADABLE_HISTORY;
    const recent = readRecent(history, nowMs, bounds.restartPeriodMs);
    if (recent === null) return UNREADABLE_HISTORY;
    const next = [...recent, nowMs];
    return next.slice(Math.max(0, next.length - bounds.restartsMax));
  }, UNREADABLE_HISTORY);
}

function readRecent(history: unknown, nowMs: number, periodMs: number): readonly number[] | null {
  if (!Array.isArray(history)) return null;
  const length: unknown = history.length;
  if (!isIntegerFrom(length, 0) || length > HISTORY_LENGTH_MAX) return null;
  const recent: number[] = [];
  for (let index = 0; index < length; index += 1) {
    const restartedAtMs = ownField(history, String(index));
    if (!isTime(restartedAtMs)) return null;
    if (nowMs - restartedAtMs < periodMs) recent.push(restartedAtMs);
  }
  return recent;
}

function readLimits(limits: unknown): RestartLimits | null {
  if (!isObject(limits)) return null;
  const restartsMax = readInteger(limits, 'restartsMax');
  const restartPeriodMs = readInteger(limits, 'restartPeriodMs');
  return restartsMax === null || restartPeriodMs === null ? null : { restartsMax, restartPeriodMs };
}

function readInteger(limits: object, name: LimitName): number | null {
  const value = ownField(limits, name);
  const { min, max } = LIMIT_RULES[name];
  return isIntegerFrom(value, min) && value <= max ? value : null;
}

function isTime(value: unknown): value is number {
  return isNumberWithin(value, -Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER);
}
