import { backoffDelayMs } from './backoff.ts';
import { faultClass } from './faults.ts';
import { fetchFaultClass } from './fetch-fault.ts';
import { type Limits, TIMER_MS_MAX } from './limits.ts';
import type { Reason } from './reasons.ts';

/** How the download of a model stands between two attempts. */
export interface FetchHistory {
  /** For each mirror, in the order of their preference, why it is not asked any more; null while it is. */
  readonly bans: readonly (Reason | null)[];
  /** Index of the mirror that was asked last. */
  readonly mirror: number;
  /** Failures in a row without one new byte. */
  readonly failures: number;
}

export type FetchPlan =
  /** Ask `mirror` after `delayMs`; `fromStart`: drop what was kept. */
  | ({ readonly kind: 'fetch'; readonly delayMs: number; readonly fromStart: boolean } & FetchHistory)
  /** `permanent`: the same pin and sources would fail again. */
  | { readonly kind: 'end'; readonly permanent: boolean; readonly reason: Reason };

/**
 * What follows a failed attempt to download. Mirrors are asked in their order, each again only after those behind
 * it; a delay comes before the order begins anew. A mirror whose answer was wrong is not asked again.
 *
 * @param resumed Whether the attempt went on with bytes of an earlier one.
 * @param jitter 0 to 1, from `nextJitter`.
 */
export function planAfterFetchFault(
  history: FetchHistory,
  reason: Reason,
  resumed: boolean,
  limits: Limits,
  jitter: number,
): FetchPlan {
  const { bans, mirror } = history;
  const failures = history.failures + 1;
  const fault = fetchFaultClass(reason, resumed);
  switch (fault) {
    case 'stop':
      return { kind: 'end', permanent: faultClass(reason) === 'permanent', reason };
    case 'other_mirror': {
      const banned = bans.map((ban, index) => (index === mirror ? reason : ban));
      const next = nextMirror(banned, mirror);
      if (next === null) return { kind: 'end', permanent: true, reason };
      return {
        kind: 'fetch',
        bans: banned,
        mirror: next,
        failures: history.failures,
        delayMs: 0,
        fromStart: true,
      };
    }
    case 'from_start':
    case 'again': {
      if (failures >= limits.fetchFailuresMax) return { kind: 'end', permanent: false, reason };
      const fromStart = fault === 'from_start';
      const next = fromStart ? mirror : nextMirror(bans, mirror);
      if (next === null) return { kind: 'end', permanent: true, reason };
      const delayMs = fromStart || next > mirror ? 0 : retryDelayMs(failures, limits, jitter);
      return { kind: 'fetch', bans, mirror: next, failures, delayMs, fromStart };
    }
  }
}

/** The next mirror that may be asked, in a circle; the same one where there is no other; null where there is none. */
function nextMirror(bans: readonly (Reason | null)[], mirror: number): number | null {
  for (let step = 1; step <= bans.length; step += 1) {
    const index = (mirror + step) % bans.length;
    if (bans[index] === null) return index;
  }
  return null;
}

function retryDelayMs(failures: number, limits: Limits, jitter: number): number {
  const { retryMsMin, retryMsMax, backoffJitterRatio } = limits;
  return backoffDelayMs(
    failures,
    { backoffMsMin: retryMsMin, backoffMsMax: retryMsMax, backoffJitterRatio },
    jitter,
  );
}

/**
 * Longest acquisition of a model, in ms: `acquireMsMax`, and for a download the time of its bytes at
 * `transferBytesPerSecondMin`. Never above what a timer can wait, 24 days.
 *
 * @param downloadBytes Size of the model where it is downloaded, 0 where its file is here already.
 */
export function acquireDeadlineMs(
  limits: Pick<Limits, 'acquireMsMax' | 'transferBytesPerSecondMin'>,
  downloadBytes: number,
): number {
  const transferMs = Math.ceil((downloadBytes * 1000) / limits.transferBytesPerSecondMin);
  const deadlineMs = limits.acquireMsMax + transferMs;
  return deadlineMs >= 0 ? Math.min(deadlineMs, TIMER_MS_MAX) : limits.acquireMsMax;
}
