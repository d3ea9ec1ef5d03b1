import type { SnapshotFrom } from 'xstate';
import type { AcquisitionProgress } from '../machines/acquisition-context.ts';
import type { DrainReport, SupervisorContext } from '../machines/context.ts';
import type { StartPhase } from '../machines/events.ts';
import { observedAt } from '../machines/requests.ts';
import type { supervisorMachine } from '../machines/supervisor.ts';
import { evaluateRuntimeRequest } from '../policies/gate.ts';
import type { LifecyclePhase } from '../policies/lifecycle.ts';
import type { PressureLevel } from '../policies/pressure.ts';
import type { Reason } from '../policies/reasons.ts';
import type { RuntimeFacts } from '../policies/runtime-adapter.ts';
import type { Verdict } from '../policies/verdict.ts';

/** What the supervisor is doing, as plain data. */
export interface SupervisorStatus {
  readonly state: LifecyclePhase;
  /** The inner state: `idle`, `loading`, `settling`, …; `healthy` or `suspect` while ready. */
  readonly substate: string;
  /** When the state was entered, in ms of the supervisor's clock. */
  readonly sinceMs: number;
  /** Counts starts, from 1; 0 before the first. */
  readonly generation: number;
  /** Why the supervisor is not where it was told to be; null while it is. */
  readonly fault: Reason | null;
  /** How far `acquiring` or `loading` is, 0 to 1. */
  readonly progress: { readonly phase: StartPhase; readonly ratio: number } | null;
  /** How far the way of the model into the store is, or how the latest one ended; null for a model with a path, and before the first one. */
  readonly acquisition: AcquisitionProgress | null;
  readonly runtime: RuntimeFacts | null;
  readonly pressure: PressureLevel;
  readonly inFlight: number;
  readonly queueDepth: number;
  /** Verdict of the latest request. */
  readonly lastVerdict: Verdict | null;
  /** How the latest drain ended its requests. */
  readonly drain: DrainReport;
  /** Automatic restarts within the restart period. */
  readonly restarts: number;
}

/** How loaded the supervisor is, and what the gate would say now. */
export interface Backpressure {
  readonly inFlight: number;
  readonly maxInFlight: number;
  readonly queueDepth: number;
  readonly queueBound: number;
  /** Share of the slots in use, 0 to 1. */
  readonly utilisation: number;
  /** Running requests whose reader lets a full buffer stand. */
  readonly readersHeld: number;
  readonly pressure: PressureLevel;
  /** What an arrival would be told now. */
  readonly gate: Verdict;
}

export type SupervisorSnapshot = SnapshotFrom<typeof supervisorMachine>;

export function statusOf(snapshot: SupervisorSnapshot): SupervisorStatus {
  const { context } = snapshot;
  return {
    state: context.lifecycle.phase,
    substate: substateOf(snapshot.value),
    sinceMs: context.sinceMs,
    generation: context.generation,
    fault: context.fault,
    progress: context.progress,
    acquisition: context.acquisition,
    runtime: context.runtime,
    pressure: context.pressure,
    inFlight: context.admission.inFlight,
    queueDepth: context.admission.queued,
    lastVerdict: context.lastArrival?.verdict ?? null,
    drain: context.drain,
    restarts: context.restarts.length,
  };
}

export function backpressureOf({ context }: SupervisorSnapshot): Backpressure {
  const { inFlight, maxInFlight, queued, queueBound } = context.admission;
  return {
    inFlight,
    maxInFlight,
    queueDepth: queued,
    queueBound,
    utilisation: maxInFlight === 0 ? 0 : inFlight / maxInFlight,
    readersHeld: context.readersHeld,
    pressure: context.pressure,
    gate: gateOf(context),
  };
}

function gateOf(context: SupervisorContext): Verdict {
  return evaluateRuntimeRequest({
    lifecycle: context.lifecycle,
    suspect: context.suspect,
    admission: context.admission,
    limits: context.resourceLimits,
    observation: observedAt(context, context.nowMs),
  });
}

function substateOf(value: SupervisorSnapshot['value']): string {
  if (typeof value === 'string') return value;
  const inner: unknown = Object.values(value)[0];
  if (typeof inner === 'string') return inner;
  if (typeof inner !== 'object' || inner === null) return '';
  return 'health' in inner ? String(inner.health) : String(Object.keys(inner)[0]);
}
