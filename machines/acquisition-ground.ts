import { assign, setup } from 'xstate';
import { type FetchPlan, planAfterFetchFault } from '../policies/acquisition.ts';
import { nextJitter } from '../policies/backoff.ts';
import { faultClass } from '../policies/faults.ts';
import { evaluateModelFit } from '../policies/model-fit.ts';
import type { Reason } from '../policies/reasons.ts';
import { recordAttempt, recordDone, recordReceived, recordVerified } from '../policies/transfer-progress.ts';
import { allow, type Verdict } from '../policies/verdict.ts';
import type { AcquisitionContext, AcquisitionInput, AcquisitionOutput } from './acquisition-context.ts';
import type { AcquisitionEvent } from './acquisition-events.ts';
import { acquisitionPorts } from './acquisition-ports.ts';

/**
 * The ground of the acquisition chart: its types, ports, deadlines, guards and actions. Guards wrap the policies and
 * are total; actions assign what the policies made.
 */
interface Situation {
  readonly context: AcquisitionContext;
  readonly event: AcquisitionEvent;
}

const later = (context: AcquisitionContext, event: AcquisitionEvent): number =>
  'atMs' in event ? Math.max(context.nowMs, event.atMs) : context.nowMs;

/** The reason that an event brings, or the one that a deadline stands for. */
const reasonOf = (event: AcquisitionEvent, told: Reason | null): Reason =>
  told ?? ('reason' in event ? event.reason : 'internal_error');

/** Drawn once for a guard and once for the action it leads to: from the same seed, so both see the same plan. */
function planFetch({ context, event }: Situation, told: Reason | null): FetchPlan {
  const { jitter } = nextJitter(context.jitterSeed);
  return planAfterFetchFault(context, reasonOf(event, told), context.resumed, context.limits, jitter);
}

const isOfAttempt = ({ context, event }: Situation): boolean =>
  'attempt' in event && event.attempt === context.attempt;

export const acquisitionSetup = setup({
  types: {
    context: {} as AcquisitionContext,
    events: {} as AcquisitionEvent,
    input: {} as AcquisitionInput,
    output: {} as AcquisitionOutput,
  },
  actors: acquisitionPorts,
  guards: {
    planIsRefused: ({ context }) => !context.plan.ok,
    isVerified: ({ event }) => event.type === 'store.inspected' && event.found === 'verified',
    isUnproved: ({ event }) => event.type === 'store.inspected' && event.found === 'unproved',
    isAbsent: ({ event }) => event.type === 'store.inspected' && event.found === 'absent',
    isAbsentAndLocked: ({ context, event }) =>
      event.type === 'store.inspected' && event.found === 'absent' && context.lock !== 'wanted',
    isOfAttempt,
    fits: (situation) => isOfAttempt(situation) && judgeFit(situation).ok,
    isStored: ({ context }) => !context.downloading,
    isPermanent: ({ event }) => event.type === 'store.failed' && faultClass(event.reason) === 'permanent',
    /** Params `reason` null: the one that the event brings. */
    triesAgain: (situation, { reason }: { reason: Reason | null }) =>
      isTold(situation, reason) && planFetch(situation, reason).kind === 'fetch',
    givesUp: (situation, { reason }: { reason: Reason | null }) => {
      if (!isTold(situation, reason)) return false;
      const plan = planFetch(situation, reason);
      return plan.kind === 'end' && !plan.permanent;
    },
    isTold: (situation, { reason }: { reason: Reason | null }) => isTold(situation, reason),
  },
  delays: {
    wholeDeadline: ({ context }) => context.limits.acquireMsMax,
    lockDeadline: ({ context }) => context.limits.lockMsMax,
    firstByteDeadline: ({ context }) => context.limits.firstByteMsMax,
    transferStallDeadline: ({ context }) => context.limits.transferStallMsMax,
    flushDeadline: ({ context }) => context.limits.flushMsMax,
    retryDelay: ({ context }) => context.retryDelayMs,
  },
  actions: {
    keepTime: assign(({ context, event }) => ({ nowMs: later(context, event) })),
    keepLock: assign(({ context, event }) => ({ lock: 'held' as const, nowMs: later(context, event) })),
    giveUpLock: assign({ lock: 'given_up' }),
    beginDownload: assign({ downloading: true }),
    beginAttempt: assign(({ context }) => ({ attempt: context.attempt + 1, resumed: false })),
    recordProbe: assign(({ context, event }) => {
      if (event.type !== 'source.probed') return {};
      const nowMs = later(context, event);
      return {
        nowMs,
        resumed: event.resumedBytes > 0,
        fromStart: false,
        progress: recordAttempt(context.progress, event.resumedBytes, nowMs),
      };
    }),
    recordBytes: assign(({ context, event }) => {
      if (event.type !== 'bytes.received') return {};
      const nowMs = later(context, event);
      const progress = recordReceived(context.progress, event.receivedBytes, nowMs);
      const isNew = progress.receivedBytes > context.progress.receivedBytes;
      return { nowMs, progress, failures: isNew ? 0 : context.failures };
    }),
    endTransfer: assign(({ context, event }) => ({
      nowMs: later(context, event),
      progress: recordVerified(context.progress, 0, true),
    })),
    recordProof: assign(({ context, event }) => {
      if (event.type !== 'bytes.verified') return {};
      const progress = recordVerified(context.progress, event.doneBytes, context.downloading);
      return { nowMs: later(context, event), progress };
    }),
    recordDone: assign(({ context }) => ({ progress: recordDone(context.progress), reason: null })),
    keepFitReason: assign((situation) => ({
      reason: judgeFit(situation).reason,
      nowMs: later(situation.context, situation.event),
    })),
    /** `reason` null: the one that the event brings. */
    keepReason: assign(({ context, event }, { reason }: { reason: Reason | null }) => ({
      reason: reasonOf(event, reason),
      nowMs: later(context, event),
    })),
    keepPlanReason: assign(({ context }) => ({ reason: context.plan.reason })),
    planRetry: assign((situation, { reason }: { reason: Reason | null }) => {
      const { context, event } = situation;
      const plan = planFetch(situation, reason);
      if (plan.kind === 'end') return {};
      return {
        reason: reasonOf(event, reason),
        nowMs: later(context, event),
        bans: plan.bans,
        mirror: plan.mirror,
        failures: plan.failures,
        fromStart: plan.fromStart,
        retryDelayMs: plan.delayMs,
        jitterSeed: nextJitter(context.jitterSeed).seed,
      };
    }),
  },
});

function judgeFit({ context, event }: Situation): Verdict {
  if (context.demand === null) return allow('model_fits');
  const { needs, memory } = event.type === 'source.probed' ? event : { needs: null, memory: null };
  return evaluateModelFit(needs, context.demand, memory, context.limits);
}

/** A deadline is of its state; a fact of a source must be of the present attempt; the disk's is always heard. */
function isTold(situation: Situation, reason: Reason | null): boolean {
  return reason !== null || !('attempt' in situation.event) || isOfAttempt(situation);
}
