import { isIntegerFrom, isNumberWithin, isObject, ownField } from './foreign.ts';
import { LIMIT_RULES, type LimitName, type Limits, TIMER_MS_MAX } from './limits.ts';
import { failClosed } from './verdict.ts';

type BackoffLimits = Pick<Limits, 'backoffMsMin' | 'backoffMsMax' | 'backoffJitterRatio'>;

/**
 * How long to wait before a restart, in whole ms: `backoffMsMin`, doubled with each attempt up to `backoffMsMax`,
 * and a share of it added, `jitter` times `backoffJitterRatio`.
 *
 * @param attempt Which restart in a row, from 1.
 * @param jitter 0 to 1, from {@link nextJitter}.
 * @returns Never above `backoffMsMax * (1 + backoffJitterRatio)` nor above what a timer can wait. Junk gives the cap
 * without jitter (`backoffMsMax`; its default where the limits cannot be read): too late does no harm, too soon does.
 */
export function backoffDelayMs(attempt: unknown, limits: unknown, jitter: unknown): number {
  const bounds = failClosed(() => readLimits(limits), null);
  if (bounds === null) return LIMIT_RULES.backoffMsMax.default;
  if (!isIntegerFrom(attempt, 1) || !isNumberWithin(jitter, 0, 1)) return bounds.backoffMsMax;
  const delayMs = Math.min(bounds.backoffMsMax, bounds.backoffMsMin * 2 ** (attempt - 1));
  const stretch = 1 + bounds.backoffJitterRatio * jitter;
  return Math.min(Math.floor(delayMs * stretch), TIMER_MS_MAX);
}

/**
 * The next jitter (0 to below 1) of a stream that `seed` fixes, and the seed that goes on from there.
 * A linear congruential step over 32 bits: it spreads restarts, and is no source of secrets. Any seed serves.
 */
export function nextJitter(seed: number): { readonly jitter: number; readonly seed: number } {
  const state = typeof seed === 'number' ? seed >>> 0 : 0;
  const next = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
  return { jitter: next / 2 ** 32, seed: next };
}

function readLimits(limits: unknown): BackoffLimits | null {
  if (!isObject(limits)) return null;
  const backoffMsMin = readLimit(limits, 'backoffMsMin');
  const backoffMsMax = readLimit(limits, 'backoffMsMax');
  const backoffJitterRatio = readLimit(limits, 'backoffJitterRatio');
  if (backoffMsMin === null || backoffMsMax === null || backoffJitterRatio === null) return null;
  return backoffMsMin <= backoffMsMax ? { backoffMsMin, backoffMsMax, backoffJitterRatio } : null;
}

function readLimit(limits: object, name: LimitName): number | null {
  const value = ownField(limits, name);
  const { unit, min, max } = LIMIT_RULES[name];
  if (!isNumberWithin(value, min, max)) return null;
  return unit === 'ms' && !Number.isInteger(value) ? null : value;
}
