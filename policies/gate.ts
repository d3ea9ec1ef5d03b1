import { type AdmissionState, evaluateAdmission } from './admission.ts';
import { isObject, ownField } from './foreign.ts';
import { type LifecyclePhase, type LifecycleState, readPhase } from './lifecycle.ts';
import { evaluateResourceLimits, type ResourceLimits, type ResourceObservation } from './resources.ts';
import { allow, type Deny, deny, failClosed, type Verdict } from './verdict.ts';

/** All that the gate knows when it judges a request. Plain JSON, so that a trace can hold it. */
export interface RuntimeRequestFacts {
  readonly lifecycle: LifecycleState;
  /** True while the runtime did not answer its last health check. Anything but `false` counts as true. */
  readonly suspect: boolean;
  readonly admission: AdmissionState;
  /** Null where the limits could not be read. */
  readonly limits: ResourceLimits | null;
  /** Null before the first observation. */
  readonly observation: ResourceObservation | null;
}

const ADMITTED = Object.freeze(allow('admitted'));
const SUSPECT = Object.freeze(deny('runtime_suspect'));
const LIFECYCLE_MALFORMED = Object.freeze(deny('lifecycle_malformed'));

const NOT_READY: { readonly [P in Exclude<LifecyclePhase, 'ready'>]: Deny } = {
  stopped: Object.freeze(deny('lifecycle_stopped')),
  starting: Object.freeze(deny('lifecycle_starting')),
  draining: Object.freeze(deny('lifecycle_draining')),
};

/**
 * The single gate that every request passes, cold or warm: lifecycle, then health, then admission, then resources.
 * `admitted`, or the reason of the first that refuses; `at_capacity` means that the request may wait.
 */
export function evaluateRuntimeRequest(facts: unknown): Verdict {
  return failClosed(() => judge(facts), LIFECYCLE_MALFORMED);
}

function judge(facts: unknown): Verdict {
  if (!isObject(facts)) return LIFECYCLE_MALFORMED;
  const phase = readPhase(ownField(facts, 'lifecycle'));
  if (phase === null) return LIFECYCLE_MALFORMED;
  if (phase !== 'ready') return NOT_READY[phase];
  if (ownField(facts, 'suspect') !== false) return SUSPECT;
  const admission = evaluateAdmission(ownField(facts, 'admission'));
  if (!admission.ok) return admission;
  const resources = evaluateResourceLimits(ownField(facts, 'limits'), ownField(facts, 'observation'));
  return resources.ok ? ADMITTED : resources;
}
