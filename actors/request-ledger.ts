import { BehaviorSubject, distinctUntilChanged, map, type Observable } from 'rxjs';
import { type Actor, createActor, fromCallback, fromEventObservable, type InspectionEvent } from 'xstate';
import type { LedgerCommand, Outcome, RequestStep, SupervisorFact } from '../machines/events.ts';
import type { PortInput } from '../machines/ports.ts';
import { requestMachine } from '../machines/request.ts';
import type { Limits } from '../policies/limits.ts';
import type { Reason } from '../policies/reasons.ts';
import type { Clock } from '../services/clock.ts';
import type { Runtime } from '../services/runtime.ts';
import { defineGenerateTokens } from './generate-tokens.ts';
import type { LedgerEntry } from './ledger-entry.ts';
import { createProgressReport, type ProgressReport } from './request-progress.ts';
import type { RuntimeLease } from './runtime-lease.ts';

export interface LedgerServices {
  readonly runtime: Runtime;
  readonly lease: RuntimeLease;
  readonly clock: Clock;
  readonly limits: Limits;
  readonly inspect: ((event: InspectionEvent) => void) | undefined;
  /** The supervisor's actor was stopped from outside, by a host that left it: nobody else will release the runtime. */
  readonly onStopped: () => void;
}

/**
 * The requests that were let in, and the running ones as actors.
 *
 * Each running request is a root actor of its own, not a child of the supervisor: spawning and stopping under one
 * parent costs more the more children live. The machine knows them by id; this ledger knows what they are.
 */
export interface RequestLedger {
  /** An id that no request of this ledger had before. */
  readonly nextRequestId: () => string;
  /** Announces a request before the machine judges it; `open` is called once it is let in. */
  readonly announce: (requestId: string, open: () => LedgerEntry) => void;
  /** Takes the announcement of a refused request back. */
  readonly forget: (requestId: string) => void;
  /** The entry of a request that was let in, opened when first asked for. */
  readonly entryOf: (requestId: string) => LedgerEntry | null;
  /** Ends every request, running and queued, for when the machine that would have ended them is gone. */
  readonly endAll: () => void;
  /** Entries that are announced or open: the books of the ledger, for tests and reports. */
  readonly size: () => number;
  readonly requestLedger: ReturnType<typeof defineLedgerPort>;
  readonly observeBackpressure: ReturnType<typeof defineObserveBackpressure>;
}

export function createRequestLedger(services: LedgerServices): RequestLedger {
  const announced = new Map<string, () => LedgerEntry>();
  const entries = new Map<string, LedgerEntry>();
  const actors = new Map<string, RequestActor>();
  const readersHeld$ = new BehaviorSubject(0);
  let requests = 0;

  const entryOf = (requestId: string): LedgerEntry | null => {
    const open = announced.get(requestId);
    if (open !== undefined) {
      announced.delete(requestId);
      entries.set(requestId, open());
    }
    return entries.get(requestId) ?? null;
  };
  const close = (requestId: string, outcome: Outcome, reason: Reason) => {
    entryOf(requestId)?.settle(outcome, reason);
    entries.delete(requestId);
  };
  const endAll = () => {
    for (const actor of actors.values()) actor.stop();
    actors.clear();
    announced.clear();
    for (const requestId of [...entries.keys()]) close(requestId, 'cancelled', 'cancelled_by_stop');
  };

  return {
    nextRequestId: () => {
      requests += 1;
      return `r${requests}`;
    },
    announce: (requestId, open) => announced.set(requestId, open),
    forget: (requestId) => announced.delete(requestId),
    entryOf,
    endAll,
    size: () => announced.size + entries.size,
    requestLedger: defineLedgerPort(services, { actors, entryOf, close, endAll }, readersHeld$),
    observeBackpressure: defineObserveBackpressure(readersHeld$, services.clock),
  };
}

type RequestActor = Actor<typeof requestMachine>;

interface LedgerBooks {
  readonly actors: Map<string, RequestActor>;
  readonly entryOf: (requestId: string) => LedgerEntry | null;
  readonly close: (requestId: string, outcome: Outcome, reason: Reason) => void;
  readonly endAll: () => void;
}

function defineLedgerPort(
  services: LedgerServices,
  { actors, entryOf, close, endAll }: LedgerBooks,
  readersHeld$: BehaviorSubject<number>,
) {
  const { clock, limits, inspect, onStopped } = services;
  const onReader = (held: boolean) => readersHeld$.next(readersHeld$.value + (held ? 1 : -1));
  const signEveryMs = limits.stallMsMax / 8;

  return fromCallback<LedgerCommand, PortInput>(({ sendBack, receive }) => {
    const run = (requestId: string, generation: number) => {
      let report: ProgressReport | null = null;
      const settle = (outcome: Outcome, reason: Reason) => {
        report?.last();
        actors.delete(requestId);
        close(requestId, outcome, reason);
        sendBack({
          type: 'request.settled',
          requestId,
          generation,
          outcome,
          reason,
          atMs: clock.nowMs(),
        } satisfies SupervisorFact);
      };
      const entry = entryOf(requestId);
      // Taken back before it came here: its caller is not waiting.
      if (entry === null) return settle('cancelled', 'cancelled_by_caller');

      entry.begin();
      report = createProgressReport({
        nowMs: () => clock.nowMs(),
        counts: () => entry.usage(),
        tell: (progress) =>
          sendBack({
            type: 'request.progressed',
            requestId,
            generation,
            ...progress,
            atMs: clock.nowMs(),
          } satisfies SupervisorFact),
      });
      const actor = createActor(
        requestMachine.provide({
          actors: {
            generate: defineGenerateTokens(
              { ...services, signEveryMs, onReader, onStep: report.goesOn },
              entry,
            ),
          },
        }),
        {
          id: `request:${requestId}`,
          input: { requestId, generation, lifeMs: entry.lifeLeftMs(), limits },
          clock,
          ...(inspect && { inspect }),
        },
      );
      actors.set(requestId, actor);
      actor.subscribe({
        // The caller need not wait for the sequence: its outcome stands once the abort was decided.
        next: ({ value, context }) => {
          if (value === 'aborting') entry.settle(context.outcome, context.reason);
          const step = stepOf(value);
          if (step !== null) report?.at(step);
        },
        error: () => settle('failed', 'internal_error'),
        complete: () => {
          const { status, context } = actor.getSnapshot();
          // One that was stopped is ended by whoever stopped it.
          if (status === 'done') settle(context.outcome, context.reason);
        },
      });
      actor.start();
    };

    receive((command) => {
      switch (command.type) {
        case 'request.run':
          return run(command.requestId, command.generation);
        case 'request.abort':
          return actors.get(command.requestId)?.send(command);
        case 'request.conclude':
          actors.get(command.requestId)?.stop();
          actors.delete(command.requestId);
          return close(command.requestId, command.outcome, command.reason);
      }
    });

    return () => {
      endAll();
      onStopped();
    };
  });
}

/** The state of a request's chart as a step; null once it has settled. */
function stepOf(value: ReturnType<RequestActor['getSnapshot']>['value']): RequestStep | null {
  if (typeof value === 'object') return value.active;
  return value === 'aborting' ? value : null;
}

/** Carries the number of readers that hold their generation into the machine. */
function defineObserveBackpressure(readersHeld$: Observable<number>, clock: Clock) {
  return fromEventObservable<Extract<SupervisorFact, { type: 'backpressure.changed' }>, PortInput>(() =>
    readersHeld$.pipe(
      distinctUntilChanged(),
      map((readersHeld) => ({ type: 'backpressure.changed', readersHeld, atMs: clock.nowMs() })),
    ),
  );
}
