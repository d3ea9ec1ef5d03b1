import { backoffDelayMs, nextJitter } from '../policies/backoff.ts';
import { faultClass } from '../policies/faults.ts';
import type { Reason } from '../policies/reasons.ts';
import { evaluateRestart, recordRestart } from '../policies/restart.ts';
import type { SupervisorContext } from './context.ts';
import type { SupervisorEvent } from './events.ts';

/**
 * What follows a fault: a first start that fails and a permanent fault stay down; a transient one comes back after
 * a delay, while the restart intensity holds.
 */
export function planAfterFault(context: SupervisorContext, reason: Reason): Partial<SupervisorContext> {
  const { limits, nowMs, restarts } = context;
  const failed = { fault: reason, afterDrain: 'failed', lastRestart: null } as const;
  if (!context.hasBeenReady || faultClass(reason) === 'permanent') return failed;
  const verdict = evaluateRestart(restarts, nowMs, limits);
  if (!verdict.ok) return { ...failed, fault: verdict.reason, lastRestart: verdict };
  const counted = recordRestart(restarts, nowMs, limits);
  const { jitter, seed } = nextJitter(context.jitterSeed);
  return {
    fault: reason,
    lastRestart: verdict,
    afterDrain: 'backingOff',
    restarts: counted,
    restartDelayMs: backoffDelayMs(counted.length, limits, jitter),
    jitterSeed: seed,
  };
}

/** The reason that an event itself brings. */
export function faultOf(event: SupervisorEvent): Reason {
  if (event.type === 'start.refused') return event.reason;
  if (event.type === 'runtime.probed') return event.verdict.reason;
  return 'internal_error';
}
