import { isObject, ownField } from './foreign.ts';
import { allow, deny, failClosed, type Verdict } from './verdict.ts';

export type LifecyclePhase = 'stopped' | 'starting' | 'ready' | 'draining';

export interface LifecycleState {
  readonly phase: LifecyclePhase;
}

export interface LifecycleTransition {
  readonly verdict: Verdict;
  /** The next state; on a refusal the state as it was. */
  readonly state: LifecycleState;
}

const NEXT_PHASES = {
  stopped: ['starting'],
  starting: ['ready', 'draining'],
  ready: ['draining'],
  draining: ['stopped'],
} as const satisfies Record<LifecyclePhase, readonly LifecyclePhase[]>;

const STATES: { readonly [P in LifecyclePhase]: LifecycleState } = {
  stopped: Object.freeze({ phase: 'stopped' }),
  starting: Object.freeze({ phase: 'starting' }),
  ready: Object.freeze({ phase: 'ready' }),
  draining: Object.freeze({ phase: 'draining' }),
};

const ALLOWED = Object.freeze(allow('transition_allowed'));
const INVALID = Object.freeze(deny('transition_invalid'));
const MALFORMED = Object.freeze(deny('lifecycle_malformed'));

/** The state before anything was started: `stopped`. Frozen, and so shared. */
export function createLifecycleState(): LifecycleState {
  return STATES.stopped;
}

/**
 * Goes from `state` to the phase `next` where there is such an edge: `transition_allowed`, else
 * `transition_invalid` with the state kept. A `next` that is no phase is `lifecycle_malformed`, with the state kept;
 * a malformed `state` is `lifecycle_malformed` too, and what comes back is `stopped`: nothing is known to run.
 */
export function transitionLifecycle(state: unknown, next: unknown): LifecycleTransition {
  const phase = readPhase(state);
  if (phase === null) return { verdict: MALFORMED, state: STATES.stopped };
  if (!isPhase(next)) return { verdict: MALFORMED, state: STATES[phase] };
  const edges: readonly LifecyclePhase[] = NEXT_PHASES[phase];
  return edges.includes(next)
    ? { verdict: ALLOWED, state: STATES[next] }
    : { verdict: INVALID, state: STATES[phase] };
}

/** True for `ready` alone. */
export function canServeInference(state: unknown): boolean {
  return readPhase(state) === 'ready';
}

/** The phase of a state; null where it cannot be read. */
export function readPhase(state: unknown): LifecyclePhase | null {
  return failClosed(() => {
    const phase = isObject(state) ? ownField(state, 'phase') : undefined;
    return isPhase(phase) ? phase : null;
  }, null);
}

function isPhase(value: unknown): value is LifecyclePhase {
  return value === 'stopped' || value === 'starting' || value === 'ready' || value === 'draining';
}
