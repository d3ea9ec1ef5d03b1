import {
  type AdmissionState,
  recordCompletion,
  recordDequeued,
  recordInFlight,
  recordQueued,
} from '../policies/admission.ts';
import { faultClass, isSilence } from '../policies/faults.ts';
import { evaluateRuntimeRequest } from '../policies/gate.ts';
import { type PressureLevel, recordPressure } from '../policies/pressure.ts';
import type { Reason } from '../policies/reasons.ts';
import { evaluateRequestFacts } from '../policies/request.ts';
import { evaluateResourceLimits, type ResourceObservation } from '../policies/resources.ts';
import type { Verdict } from '../policies/verdict.ts';
import type { Arrival, DrainReport, GateFacts, QueuedRequest, SupervisorContext } from './context.ts';
import type { LedgerCommand, Outcome, SupervisorEvent } from './events.ts';

/**
 * The books of requests: pure steps from a context and an event to the next context and the effects that follow.
 * The chart calls them in its guards (to decide) and in its actions (to record the same decision).
 */
export type Submission = Extract<SupervisorEvent, { type: 'request.submit' }>;
export type Progress = Extract<SupervisorEvent, { type: 'request.progressed' }>;
export type Settlement = Extract<SupervisorEvent, { type: 'request.settled' }>;

/** What a step changes, and what the ledger must do. */
export interface Step {
  readonly context: Partial<SupervisorContext>;
  readonly effects: readonly LedgerCommand[];
}

export function decideArrival(context: SupervisorContext, event: Submission): Arrival {
  const { requestId } = event;
  const facts = factsAt(context, context.admission, event.atMs);
  const shape = evaluateRequestFacts(event.facts, context.limits);
  const verdict = shape.ok ? judge(context, context.admission, event.atMs) : shape;
  if (verdict.ok) return { requestId, verdict, facts, disposition: 'admitted', place: 0 };
  if (verdict.reason === 'at_capacity' && event.wait) {
    return { requestId, verdict, facts, disposition: 'queued', place: context.queue.length + 1 };
  }
  return { requestId, verdict, facts, disposition: 'refused', place: 0 };
}

export function recordArrival(context: SupervisorContext, event: Submission): Step {
  const lastArrival = decideArrival(context, event);
  const seen = { lastArrival, nowMs: later(context, event.atMs) };
  const { requestId } = event;
  switch (lastArrival.disposition) {
    case 'refused':
      return { context: seen, effects: [] };
    case 'queued': {
      const { limits } = context;
      const lifeMs = Math.min(event.facts.deadlineMs ?? limits.requestMsMax, limits.requestMsMax);
      const expiresBy = lifeMs < limits.queueMsMax ? ('request' as const) : ('queue' as const);
      const expiresAtMs = event.atMs + Math.min(lifeMs, limits.queueMsMax);
      const queue = [...context.queue, { requestId, expiresAtMs, expiresBy }];
      return { context: { ...seen, queue, admission: recordQueued(context.admission) }, effects: [] };
    }
    case 'admitted': {
      const { generation } = context;
      const running = [...context.running, { requestId, generation, aborting: false }];
      return {
        context: { ...seen, running, admission: recordInFlight(context.admission) },
        effects: [{ type: 'request.run', requestId, generation }],
      };
    }
  }
}

/** Lets those at the head of the queue run while the gate admits them. */
export function dispatchWaiting(context: SupervisorContext): Step {
  let { queue, running, admission, lastDispatch } = context;
  const { generation, nowMs } = context;
  const effects: LedgerCommand[] = [];
  for (let head = queue[0]; head !== undefined; head = queue[0]) {
    const { requestId } = head;
    // Seen from the head of the queue nobody waits: the gate is asked for a free slot, not for a place to wait.
    const seen = { ...admission, queued: 0 };
    const verdict = judge(context, seen, nowMs);
    lastDispatch = { requestId, verdict, facts: factsAt(context, seen, nowMs) };
    if (!verdict.ok) break;
    queue = queue.slice(1);
    running = [...running, { requestId, generation, aborting: false }];
    admission = recordInFlight(recordDequeued(admission));
    effects.push({ type: 'request.run', requestId, generation });
  }
  return { context: { queue, running, admission, lastDispatch }, effects };
}

/** Keeps how far a running request is, for who looks at it: not even the time of decisions. What is stale changes nothing. */
export function recordRequestProgress(context: SupervisorContext, event: Progress): Step {
  if (!isOpen(context, event)) return NOTHING;
  const { requestId, step, promptTokens, outputTokens } = event;
  const progress = { step, promptTokens, outputTokens };
  return {
    context: {
      running: context.running.map((one) => (one.requestId === requestId ? { ...one, progress } : one)),
    },
    effects: [],
  };
}

/** Books a request out. A settlement that is stale or a duplicate changes nothing. */
export function recordSettlement(context: SupervisorContext, event: Settlement): Step {
  if (!isOpen(context, event)) return NOTHING;
  return {
    context: {
      running: context.running.filter(({ requestId }) => requestId !== event.requestId),
      admission: recordCompletion(context.admission),
      nowMs: later(context, event.atMs),
      silences: silencesAfter(context, event),
      drain: context.lifecycle.phase === 'draining' ? countInto(context.drain, event) : context.drain,
    },
    effects: [],
  };
}

/** Whether the request that an event speaks of is running, and in the start that the event is of. */
export function isOpen(context: SupervisorContext, event: Settlement | Progress): boolean {
  return context.running.some(
    ({ requestId, generation }) => requestId === event.requestId && generation === event.generation,
  );
}

/** Whether a settlement speaks against the runtime, and not only against its request. */
export function castsSuspicion(context: SupervisorContext, event: Settlement): boolean {
  return isOpen(context, event) && faultClass(event.reason) === 'transient';
}

/** Whether this settlement is one silence in a row too many. */
export function exhaustsTrust(context: SupervisorContext, event: Settlement): boolean {
  return isOpen(context, event) && silencesAfter(context, event) >= context.limits.silencesMax;
}

/** A request that came to its own end breaks the row; one that says nothing of the runtime does not. */
function silencesAfter({ silences, lifecycle }: SupervisorContext, { outcome, reason }: Settlement): number {
  if (outcome === 'completed' || lifecycle.phase !== 'ready') return 0;
  return isSilence(reason) ? silences + 1 : silences;
}

export function isQueued(context: SupervisorContext, requestId: string): boolean {
  return context.queue.some((queued) => queued.requestId === requestId);
}

export function isRunning(context: SupervisorContext, requestId: string): boolean {
  return context.running.some((running) => running.requestId === requestId && !running.aborting);
}

/** Takes every queued request that `leaves` out of the queue and concludes it. Running ones are not touched. */
export function withdraw(
  context: SupervisorContext,
  leaves: (queued: QueuedRequest) => boolean,
  outcome: Outcome,
  reasonOf: (queued: QueuedRequest) => Reason,
): Step {
  const leaving = context.queue.filter(leaves);
  if (leaving.length === 0) return NOTHING;
  return {
    context: {
      queue: context.queue.filter((queued) => !leaves(queued)),
      admission: leaving.reduce(recordDequeued, context.admission),
    },
    effects: leaving.map((queued) => ({
      type: 'request.conclude',
      requestId: queued.requestId,
      outcome,
      reason: reasonOf(queued),
    })),
  };
}

/** Asks the ledger to abort running requests: one, or all when `requestId` is null. */
export function abortRunning(
  context: SupervisorContext,
  requestId: string | null,
  outcome: Outcome,
  reason: Reason,
): Step {
  const chosen = context.running.filter(
    (running) => !running.aborting && (requestId === null || running.requestId === requestId),
  );
  if (chosen.length === 0) return NOTHING;
  return {
    context: {
      running: context.running.map((running) =>
        chosen.includes(running) ? { ...running, aborting: true } : running,
      ),
    },
    effects: chosen.map((running) => ({
      type: 'request.abort',
      requestId: running.requestId,
      outcome,
      reason,
    })),
  };
}

/** Counts every request that still runs as abandoned: the wait for them is over. */
export function abandonRunning(context: SupervisorContext): Step {
  const left = context.running;
  return {
    context: {
      running: [],
      admission: left.reduce((admission) => recordCompletion(admission), context.admission),
      drain: { ...context.drain, abandoned: context.drain.abandoned + left.length },
    },
    effects: left.map(({ requestId }) => ({
      type: 'request.conclude',
      requestId,
      outcome: 'failed',
      reason: 'abandoned_by_runtime',
    })),
  };
}

const NOTHING: Step = { context: {}, effects: [] };

function judge(context: SupervisorContext, admission: AdmissionState, nowMs: number): Verdict {
  return evaluateRuntimeRequest({
    lifecycle: context.lifecycle,
    suspect: context.suspect,
    admission,
    limits: context.resourceLimits,
    observation: observedAt(context, nowMs),
  });
}

function factsAt(context: SupervisorContext, admission: AdmissionState, nowMs: number): GateFacts {
  return {
    lifecycle: context.lifecycle.phase,
    suspect: context.suspect,
    inFlight: admission.inFlight,
    queued: admission.queued,
    observationAgeMs: context.observation === null ? null : Math.max(0, nowMs - context.observation.atMs),
  };
}

/** The kept sample with its age at `nowMs`. */
export function observedAt(context: SupervisorContext, nowMs: number): ResourceObservation | null {
  if (context.observation === null) return null;
  const { atMs, ...sample } = context.observation;
  return { ...sample, ageMs: Math.max(0, nowMs - atMs) };
}

/** Whether there is a sample that can be judged at all, whatever the judgement. */
export function isObserved(context: SupervisorContext): boolean {
  const { reason } = evaluateResourceLimits(context.resourceLimits, observedAt(context, context.nowMs));
  return reason !== 'observation_missing' && reason !== 'observation_malformed';
}

/** Pressure as a new sample leaves it. */
export function pressureAfter(context: SupervisorContext, nowMs: number): PressureLevel {
  return recordPressure(context.pressure, context.resourceLimits, observedAt(context, nowMs));
}

function countInto(report: DrainReport, { outcome, reason }: Settlement): DrainReport {
  if (reason === 'abandoned_by_runtime') return { ...report, abandoned: report.abandoned + 1 };
  if (outcome === 'completed') return { ...report, finished: report.finished + 1 };
  return { ...report, aborted: report.aborted + 1 };
}

export function later(context: SupervisorContext, atMs: number): number {
  return Math.max(atMs, context.nowMs);
}
