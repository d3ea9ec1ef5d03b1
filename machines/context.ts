import { type AdmissionState, createAdmissionState } from '../policies/admission.ts';
import { createLifecycleState, type LifecyclePhase, type LifecycleState } from '../policies/lifecycle.ts';
import type { Limits } from '../policies/limits.ts';
import type { PressureLevel } from '../policies/pressure.ts';
import type { Reason } from '../policies/reasons.ts';
import { createResourceLimits, type ResourceLimits } from '../policies/resources.ts';
import type { RuntimeFacts } from '../policies/runtime-adapter.ts';
import type { Verdict } from '../policies/verdict.ts';
import type { AcquisitionProgress } from './acquisition-context.ts';
import type { ObservedResources, RequestProgress, StartPhase } from './events.ts';

export interface SupervisorInput {
  readonly limits: Limits;
  /** Where the jitter of restart delays starts: an integer. The same seed gives the same delays. */
  readonly jitterSeed: number;
}

/** Everything the chart remembers: plain JSON, ids in place of references. */
export interface SupervisorContext {
  readonly limits: Limits;
  readonly resourceLimits: ResourceLimits | null;
  /** The latest time any event told. */
  readonly nowMs: number;
  /** When the public state was entered. */
  readonly sinceMs: number;

  readonly lifecycle: LifecycleState;
  /** Counts starts; completions of an earlier start are stale. */
  readonly generation: number;
  readonly progress: { readonly phase: StartPhase; readonly ratio: number } | null;
  /** How far the way of the model into the store is, or how the latest one ended; null for a model with a path, and before the first one. */
  readonly acquisition: AcquisitionProgress | null;
  readonly runtime: RuntimeFacts | null;
  /** Whether this run of the supervisor was ever ready: a first start that fails is not tried again by itself. */
  readonly hasBeenReady: boolean;

  readonly admission: AdmissionState;
  readonly running: readonly RunningRequest[];
  readonly queue: readonly QueuedRequest[];
  /** When the wait of the next queued request ends; null when nothing waits. */
  readonly queueWakeAtMs: number | null;
  readonly lastArrival: Arrival | null;
  /** What the gate said when it was last asked for the head of the queue. */
  readonly lastDispatch: GateDecision | null;
  /** What the restart policy said of the latest fault; null when it was not asked. */
  readonly lastRestart: Verdict | null;

  readonly observation: ObservedResources | null;
  readonly pressure: PressureLevel;
  readonly suspect: boolean;
  /** Requests in a row that ended in the runtime's silence. */
  readonly silences: number;
  /** Running requests whose reader lets a full buffer stand. */
  readonly readersHeld: number;

  /** Why the supervisor left `starting` or `ready` against its will. */
  readonly fault: Reason | null;
  /** Whether a port died that lives as long as the chart: then only a new supervisor serves again. */
  readonly lost: boolean;
  /** Where `draining` leads once everything is released. */
  readonly afterDrain: AfterDrain;
  readonly drainDeadlineMs: number;
  readonly drain: DrainReport;
  readonly restarts: readonly number[];
  readonly restartDelayMs: number;
  readonly jitterSeed: number;
}

export type AfterDrain = 'idle' | 'failed' | 'backingOff' | 'starting';

export interface RunningRequest {
  readonly requestId: string;
  readonly generation: number;
  readonly aborting: boolean;
  /** What it last told; absent before its first word. Nothing is decided by it. */
  readonly progress?: RequestProgress;
}

export interface QueuedRequest {
  readonly requestId: string;
  readonly expiresAtMs: number;
  /** Whose deadline that is: the queue's, or the request's own. */
  readonly expiresBy: 'queue' | 'request';
}

/** A decision of the gate, kept so that the snapshot, the trace and the caller see one answer and its grounds. */
export interface GateDecision {
  readonly requestId: string;
  readonly verdict: Verdict;
  readonly facts: GateFacts;
}

/** What the gate of an arrival decided, and where the arrival went. */
export interface Arrival extends GateDecision {
  readonly disposition: Disposition;
  /** Place in the queue from 1; 0 when not queued. */
  readonly place: number;
}

/** What a decision was made from, beside the limits. */
export interface GateFacts {
  readonly lifecycle: LifecyclePhase;
  readonly suspect: boolean;
  readonly inFlight: number;
  readonly queued: number;
  /** Age of the sample that was judged, in ms; null without one. */
  readonly observationAgeMs: number | null;
}

export type Disposition = 'admitted' | 'queued' | 'refused';

/** How the running and queued requests of a drain ended. */
export interface DrainReport {
  /** Ran to their own end. */
  readonly finished: number;
  /** Stopped by their caller, a deadline, or the drain. */
  readonly aborted: number;
  /** Not given back by the runtime in time. */
  readonly abandoned: number;
  /** Were still queued: never begun. */
  readonly shed: number;
}

export const EMPTY_DRAIN: DrainReport = { finished: 0, aborted: 0, abandoned: 0, shed: 0 };

/** Pure and total: XState calls it again, without input, on every pure step. */
export function createSupervisorContext(input: SupervisorInput | undefined): SupervisorContext {
  const limits = input?.limits ?? ({} as Limits);
  return {
    limits,
    resourceLimits: input === undefined ? null : createResourceLimits(limits),
    nowMs: 0,
    sinceMs: 0,
    lifecycle: createLifecycleState(),
    generation: 0,
    progress: null,
    acquisition: null,
    runtime: null,
    hasBeenReady: false,
    admission: createAdmissionState(limits),
    running: [],
    queue: [],
    queueWakeAtMs: null,
    lastArrival: null,
    lastDispatch: null,
    lastRestart: null,
    observation: null,
    pressure: 'nominal',
    suspect: false,
    silences: 0,
    readersHeld: 0,
    fault: null,
    lost: false,
    afterDrain: 'idle',
    drainDeadlineMs: 0,
    drain: EMPTY_DRAIN,
    restarts: [],
    restartDelayMs: 0,
    jitterSeed: input?.jitterSeed ?? 0,
  };
}
