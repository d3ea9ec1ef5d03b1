import { assign as assignWith } from 'xstate';
import { type LifecyclePhase, transitionLifecycle } from '../policies/lifecycle.ts';
import type { Reason } from '../policies/reasons.ts';
import { EMPTY_DRAIN, type SupervisorContext } from './context.ts';
import type { SupervisorEvent } from './events.ts';
import { faultOf, planAfterFault } from './faults.ts';
import {
  abandonRunning,
  abortRunning,
  dispatchWaiting,
  later,
  pressureAfter,
  recordArrival,
  recordRequestProgress,
  recordSettlement,
  type Step,
  withdraw,
} from './requests.ts';
import { supervisorGround } from './supervisor-ground.ts';

/**
 * The actions of the supervisor chart. They assign, raise and send what the pure steps decided; none of them throws
 * or touches the world.
 */
const { assign, cancel, enqueueActions, raise } = supervisorGround;

interface Situation {
  readonly context: SupervisorContext;
  readonly event: SupervisorEvent;
}

/** An action that records a step of the books and hands its effects to the ledger. */
const step = (decide: (situation: Situation) => Step) =>
  enqueueActions(({ context, event, enqueue }) => {
    const { context: patch, effects } = decide({ context, event });
    enqueue.assign(patch);
    for (const effect of effects) enqueue.sendTo('requestLedger', effect);
  });

/** Public states are entered by the rules of the pure lifecycle. */
const enter = ({ lifecycle, nowMs }: SupervisorContext, phase: LifecyclePhase) => ({
  lifecycle: transitionLifecycle(lifecycle, phase).state,
  sinceMs: nowMs,
});

const NO_STEP: Step = { context: {}, effects: [] };

export const supervisorSetup = supervisorGround.extend({
  actions: {
    keepTime: assign(({ context, event }) => ('atMs' in event ? { nowMs: later(context, event.atMs) } : {})),
    enterStopped: assign(({ context }) => ({
      ...enter(context, 'stopped'),
      runtime: null,
      progress: null,
      observation: null,
      pressure: 'nominal' as const,
      suspect: false,
      readersHeld: 0,
    })),
    enterStarting: assign(({ context }) => ({
      ...enter(context, 'starting'),
      generation: context.generation + 1,
      acquisition: null,
      fault: null,
      afterDrain: 'idle' as const,
      drain: EMPTY_DRAIN,
    })),
    enterReady: assign(({ context }) => ({
      ...enter(context, 'ready'),
      progress: null,
      hasBeenReady: true,
      silences: 0,
    })),
    enterDraining: assign(({ context }) => ({
      ...enter(context, 'draining'),
      progress: null,
      suspect: false,
      silences: 0,
    })),
    /** A command of the host begins a new run: earlier faults and restarts are forgotten. */
    beginRun: assign({ hasBeenReady: false, restarts: [], fault: null }),
    forgetRun: assign({ hasBeenReady: false, restarts: [], fault: null, afterDrain: 'idle' }),

    planIdle: assign({ afterDrain: 'idle', fault: null }),
    planStart: assign({ afterDrain: 'starting', hasBeenReady: false, restarts: [], fault: null }),
    planDrain: assign(({ context, event }) => ({
      afterDrain: 'idle' as const,
      fault: null,
      drainDeadlineMs:
        event.type === 'supervisor.drain'
          ? (event.deadlineMs ?? context.limits.drainMsMax)
          : context.limits.drainMsMax,
    })),
    /** `reason` null: the one that the event brings. */
    planFault: assignWith(({ context, event }, { reason }: { reason: Reason | null }) =>
      planAfterFault(context, reason ?? faultOf(event)),
    ),
    planLoss: assign({ lost: true, fault: 'internal_error', afterDrain: 'failed', lastRestart: null }),
    noteReleaseTimeout: assign(({ context }) => ({
      fault: context.fault ?? ('runtime_release_timeout' as const),
    })),

    recordProgress: assign(({ context, event }) => {
      if (event.type !== 'start.progressed') return {};
      const { phase, ratio } = event;
      const before = context.progress?.phase === phase ? context.progress.ratio : 0;
      return { progress: { phase, ratio: Math.max(before, ratio) }, nowMs: later(context, event.atMs) };
    }),
    recordAcquisition: assign(({ context, event }) => {
      if (event.type !== 'acquisition.progressed') return {};
      const { progress: acquisition, atMs } = event;
      const ratio = Math.max(context.progress?.ratio ?? 0, acquisition.ratio);
      return { acquisition, progress: { phase: 'acquiring' as const, ratio }, nowMs: later(context, atMs) };
    }),
    recordLoaded: assign(({ context, event }) =>
      event.type === 'model.loaded' ? { runtime: event.facts, nowMs: later(context, event.atMs) } : {},
    ),
    watchAcquireStall: raise(
      { type: 'start.stalled', phase: 'acquiring' },
      { id: 'stall', delay: ({ context }) => context.limits.acquireStallMsMax },
    ),
    watchLoadStall: raise(
      { type: 'start.stalled', phase: 'loading' },
      { id: 'stall', delay: ({ context }) => context.limits.loadStallMsMax },
    ),
    unwatchStall: cancel('stall'),

    recordObservation: assign(({ context, event }) => {
      if (event.type !== 'resources.sampled') return {};
      const nowMs = later(context, event.atMs);
      const observed = { ...context, observation: event.sample };
      return { observation: event.sample, nowMs, pressure: pressureAfter(observed, nowMs) };
    }),
    recordBackpressure: assign(({ event }) =>
      event.type === 'backpressure.changed' ? { readersHeld: event.readersHeld } : {},
    ),
    markSuspect: assign({ suspect: true }),
    clearSuspect: assign({ suspect: false }),

    recordArrival: step(({ context, event }) =>
      event.type === 'request.submit' ? recordArrival(context, event) : NO_STEP,
    ),
    recordRequestProgress: step(({ context, event }) =>
      event.type === 'request.progressed' ? recordRequestProgress(context, event) : NO_STEP,
    ),
    recordSettlement: step(({ context, event }) =>
      event.type === 'request.settled' ? recordSettlement(context, event) : NO_STEP,
    ),
    dispatchWaiting: step(({ context }) => dispatchWaiting(context)),
    withdrawCancelled: step(({ context, event }) =>
      event.type === 'request.cancel'
        ? withdraw(
            context,
            (queued) => queued.requestId === event.requestId,
            'cancelled',
            () => 'cancelled_by_caller',
          )
        : NO_STEP,
    ),
    withdrawExpired: step(({ context }) => {
      const wakeAtMs = context.queueWakeAtMs ?? Number.NEGATIVE_INFINITY;
      const { context: patch, effects } = withdraw(
        context,
        (queued) => queued.expiresAtMs <= wakeAtMs,
        'expired',
        ({ expiresBy }) => (expiresBy === 'queue' ? 'queue_wait_exceeded' : 'request_deadline_exceeded'),
      );
      return { context: { ...patch, nowMs: Math.max(context.nowMs, wakeAtMs) }, effects };
    }),
    shedQueue: step(({ context }) => {
      const shed = withdraw(
        context,
        () => true,
        'denied',
        () => 'lifecycle_draining',
      );
      return {
        context: {
          ...shed.context,
          drain: { ...context.drain, shed: context.drain.shed + shed.effects.length },
        },
        effects: shed.effects,
      };
    }),
    abortCancelled: step(({ context, event }) =>
      event.type === 'request.cancel'
        ? abortRunning(context, event.requestId, 'cancelled', 'cancelled_by_caller')
        : NO_STEP,
    ),
    abortRunning: step(({ context }) => abortRunning(context, null, 'cancelled', 'cancelled_by_stop')),
    abandonRunning: step(({ context }) => abandonRunning(context)),

    /** Arms the one queue timer for whoever's wait ends first. */
    watchQueue: enqueueActions(({ context, enqueue }) => {
      const wakeAtMs = context.queue.reduce<number | null>(
        (first, { expiresAtMs }) => (first === null || expiresAtMs < first ? expiresAtMs : first),
        null,
      );
      if (wakeAtMs === context.queueWakeAtMs) return;
      enqueue.assign({ queueWakeAtMs: wakeAtMs });
      enqueue.cancel('queue');
      if (wakeAtMs !== null) {
        enqueue.raise(
          { type: 'queue.waited' },
          { id: 'queue', delay: Math.max(0, wakeAtMs - context.nowMs) },
        );
      }
    }),
  },
});
