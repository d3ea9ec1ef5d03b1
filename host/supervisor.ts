import {
  asapScheduler,
  defer,
  distinctUntilChanged,
  from,
  map,
  type Observable,
  observeOn,
  startWith,
} from 'rxjs';
import { createLedgerEntry, type RequestResult } from '../actors/ledger-entry.ts';
import type { RequestLedger } from '../actors/request-ledger.ts';
import type { DrainReport } from '../machines/context.ts';
import type { Limits } from '../policies/limits.ts';
import { readRequestFacts } from '../policies/request.ts';
import type { ResourceObservation } from '../policies/resources.ts';
import { deny } from '../policies/verdict.ts';
import { createBoundedBuffer } from '../services/bounded-buffer.ts';
import type { Clock } from '../services/clock.ts';
import { type Admission, openAdmission, refusedAdmission, type SupervisorRequest } from './admission.ts';
import { createCommands, type SupervisorActor } from './commands.ts';
import { explainReason } from './reason-guide.ts';
import {
  type Backpressure,
  backpressureOf,
  type SupervisorSnapshot,
  type SupervisorStatus,
  statusOf,
} from './status.ts';
import { SupervisorError } from './supervisor-error.ts';
import { toGenerateRequest } from './to-generate-request.ts';

/** The supervisor in a host's hands. */
export interface Supervisor extends AsyncDisposable {
  /**
   * Verifies and loads the model. Joins a start that is under way; while draining, starts once that is done.
   * @throws {SupervisorError} `start_failed` with the reason; everything begun has been released by then.
   */
  start(): Promise<void>;
  /** Lets running requests go on until `deadlineMs` (default: limit `drainMsMax`), then stops. Never rejects but on a closed supervisor. */
  drain(options?: { readonly deadlineMs?: number }): Promise<DrainReport>;
  /** Ends running requests at once and releases everything. */
  stop(): Promise<void>;
  /** Asks the gate for a place. Always answers at once. */
  submit(request: SupervisorRequest): Admission;
  /**
   * The short way: the text as it comes.
   * @throws {SupervisorError} `request_refused` when not let in, `request_failed` when it did not come to its end.
   */
  generate(request: SupervisorRequest): AsyncGenerator<string, RequestResult, void>;
  /** What the supervisor is doing now. */
  getSnapshot(): SupervisorStatus;
  /** The status now and at every change, told in a later turn of the event loop's microtasks. */
  readonly state$: Observable<SupervisorStatus>;
  /** Samples of memory, CPU and GPU, taken while somebody listens or the supervisor is up. */
  readonly resources$: Observable<ResourceObservation>;
  readonly backpressure$: Observable<Backpressure>;
  /** The XState actor: for inspection and for composing; commands go through the methods. */
  readonly actor: SupervisorActor;
}

export interface SupervisorParts {
  readonly actor: SupervisorActor;
  readonly ledger: RequestLedger;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly resources$: Observable<ResourceObservation>;
  /** Ends the actor itself, where it is ours to end. */
  readonly close: () => void;
}

export function createSupervisorHandle(parts: SupervisorParts): Supervisor {
  const { actor, ledger, limits, clock, resources$, close } = parts;
  const commands = createCommands(actor, () => clock.nowMs());

  const submit = (raw: SupervisorRequest): Admission => {
    const requestId = ledger.nextRequestId();
    const submittedAtMs = clock.nowMs();
    const request = copyOf(raw);
    const facts = readRequestFacts(request);
    const cancel = () => actor.send({ type: 'request.cancel', requestId, atMs: clock.nowMs() });
    ledger.announce(requestId, () =>
      createLedgerEntry({
        requestId,
        request: toGenerateRequest(request, limits),
        submittedAtMs,
        lifeMs: Math.min(facts.deadlineMs ?? limits.requestMsMax, limits.requestMsMax),
        clock,
        buffer: createBoundedBuffer({
          capacity: limits.tokenBufferChunks,
          merge: (a, b) => ({ text: a.text + b.text, tokens: a.tokens + b.tokens }),
          onReaderLeft: cancel,
        }),
      }),
    );

    actor.send({
      type: 'request.submit',
      requestId,
      facts,
      wait: request.wait !== false,
      atMs: submittedAtMs,
    });
    const { status, context } = actor.getSnapshot();
    const arrival = context.lastArrival;
    if (status !== 'active' || arrival?.requestId !== requestId) {
      // The event waits in the mailbox behind the one being observed: whatever it will decide is taken back.
      cancel();
      ledger.forget(requestId);
      return refusedAdmission(
        requestId,
        deny(status === 'active' ? 'submit_reentrant' : 'lifecycle_stopped'),
      );
    }
    const entry = arrival.disposition === 'refused' ? null : ledger.entryOf(requestId);
    if (entry === null) {
      ledger.forget(requestId);
      return refusedAdmission(requestId, arrival.verdict);
    }
    follow(request.signal, cancel, entry.result);
    return openAdmission(arrival, entry, cancel);
  };

  async function* generate(request: SupervisorRequest): AsyncGenerator<string, RequestResult, void> {
    const admission = submit(request);
    const { verdict } = admission;
    if (admission.disposition === 'refused') {
      throw new SupervisorError(
        'request_refused',
        verdict.reason,
        `The request was refused: ${explainReason(verdict.reason)}`,
      );
    }
    for await (const chunk of admission.tokens) yield chunk.text;
    const result = await admission.result;
    if (result.outcome === 'completed') return result;
    throw new SupervisorError(
      result.outcome === 'denied' ? 'request_refused' : 'request_failed',
      result.reason,
      `The request was ${result.outcome}: ${explainReason(result.reason)}`,
    );
  }

  const snapshot$ = from(actor as never as Observable<SupervisorSnapshot>);
  const view = <T extends object>(look: (snapshot: SupervisorSnapshot) => T): Observable<T> =>
    // The actor tells its present snapshot to nobody who comes late; these streams do, at each subscription.
    defer(() => snapshot$.pipe(startWith(actor.getSnapshot()))).pipe(
      map(look),
      distinctUntilChanged(sameFields),
      // An observer may submit: it must not stand inside the step that it observes.
      observeOn(asapScheduler),
    );

  return {
    submit,
    generate,
    start: commands.start,
    stop: commands.stop,
    drain: async (options) => commands.drain(readDeadline(options)),
    getSnapshot: () => statusOf(actor.getSnapshot()),
    state$: view(statusOf),
    backpressure$: view(backpressureOf),
    resources$,
    actor,
    [Symbol.asyncDispose]: async () => {
      try {
        if (actor.getSnapshot().status === 'active') await commands.drain(null);
      } finally {
        close();
      }
    },
  };
}

/**
 * What the caller passed, read once: getters, proxies and later changes have no second word.
 * What cannot be read is passed on as it is, for the policy to refuse.
 */
function copyOf(request: SupervisorRequest): SupervisorRequest {
  try {
    return typeof request === 'object' && request !== null && !Array.isArray(request)
      ? { ...request }
      : UNREADABLE;
  } catch {
    return UNREADABLE;
  }
}

/** No request at all: the policy calls it malformed. */
const UNREADABLE = [] as SupervisorRequest;

/** A `deadlineMs` that is no time is an error of the caller, told before anything is drained. */
function readDeadline(options: { readonly deadlineMs?: number } | undefined): number | null {
  const deadlineMs = options?.deadlineMs;
  if (deadlineMs === undefined) return null;
  if (Number.isInteger(deadlineMs) && deadlineMs >= 0 && deadlineMs < 2 ** 31) return deadlineMs;
  throw new SupervisorError(
    'invalid_options',
    'deadline_invalid',
    'drain: deadlineMs must be an integer from 0 to 2147483647 (ms).',
  );
}

/** Cancels when the signal aborts; the listener goes when the request has its outcome. */
function follow(signal: AbortSignal | undefined, cancel: () => void, result: Promise<unknown>): void {
  if (signal === undefined) return;
  signal.addEventListener('abort', cancel, { once: true });
  void result.then(() => signal.removeEventListener('abort', cancel));
}

function sameFields<T extends object>(a: T, b: T): boolean {
  return Object.keys(a).every((key) => a[key as keyof T] === b[key as keyof T]);
}
