import { type AdmissionState, createAdmissionState } from '../../policies/admission.ts';
import type { RuntimeRequestFacts } from '../../policies/gate.ts';
import { DEFAULT_LIMITS } from '../../policies/limits.ts';
import type { RequestFacts } from '../../policies/request.ts';
import {
  createResourceLimits,
  type ResourceLimits,
  type ResourceObservation,
} from '../../policies/resources.ts';

const GIB = 2 ** 30;

/** A machine at ease. */
export function calmObservation(changes: Partial<ResourceObservation> = {}): ResourceObservation {
  return {
    ageMs: 10,
    memoryTotalBytes: 8 * GIB,
    memoryAvailableBytes: 6 * GIB,
    cpuLoadRatio: 0.25,
    processBytes: GIB,
    eventLoopDelayMs: 1,
    vramTotalBytes: 4 * GIB,
    vramUsedBytes: GIB,
    ...changes,
  };
}

export function resourceLimits(changes: Partial<ResourceLimits> = {}): ResourceLimits {
  const limits = createResourceLimits(changes);
  if (limits === null) throw new Error('the test asked for limits that are not sound');
  return limits;
}

export function admissionState(changes: Partial<AdmissionState> = {}): AdmissionState {
  return { ...createAdmissionState({ maxInFlight: 2, queueBound: 3 }), ...changes };
}

/** What the gate admits. */
export function openFacts(changes: Partial<RuntimeRequestFacts> = {}): RuntimeRequestFacts {
  return {
    lifecycle: { phase: 'ready' },
    suspect: false,
    admission: admissionState(),
    limits: resourceLimits(),
    observation: calmObservation(),
    ...changes,
  };
}

/** What is a valid request by the default limits. */
export function requestFacts(changes: Partial<RequestFacts> = {}): RequestFacts {
  return {
    promptKind: 'text',
    promptChars: 5,
    messageCount: 0,
    maxTokens: null,
    deadlineMs: null,
    signalAborted: false,
    fault: null,
    ...changes,
  };
}

export const LIMITS = DEFAULT_LIMITS;
