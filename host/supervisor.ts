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
import type { FlightRecorder, TraceSink } from '../actors/flight-recorder.ts';
import { createLedgerEntry, type RequestResult } from '../actors/ledger-entry.ts';
import type { RequestLedger } from '../actors/request-ledger.ts';
import type { Inspector, TraceSource } from '../inspector/index.ts';
import type { AcquisitionProgress } from '../machines/acquisition-context.ts';
import type { DrainReport } from '../machines/context.ts';
import type { Limits } from '../policies/limits.ts';
import { readRequest } from '../policies/request.ts';
import type { ResourceObservation } from '../policies/resources.ts';
import { deny } from '../policies/verdict.ts';
import { createBoundedBuffer } from '../services/bounded-buffer.ts';
import type { Clock } from '../services/clock.ts';
import type { TraceFile } from '../services/trace-file.ts';
import { type Admission, openAdmission, refusedAdmission, type SupervisorRequest } from './admission.ts';
import { createCommands, type SupervisorActor } from './commands.ts';
import { createSignalFollower } from './follow-signal.ts';
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
import { createTraceSinks, type TraceSinks } from './trace-sinks.ts';

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
  /** The flight recorder as a trace: the latest steps, as JSON lines. It holds no prompt, output, path or secret. */
  trace(): string;
  /**
   * Writes every step from now on to a file, until `stop`.
   * @throws {SupervisorError} `trace_failed` when the file cannot be opened, or at `stop` when it could not be written.
   */
  recordTrace(path: string): Promise<TraceRecording>;
  /**
   * Gives a sink the trace as it grows: a header, a frame of the present, and every step from now on, each as one
   * line without a line end. It ends with an `end` line, by the returned call (idempotent) or when the supervisor is
   * disposed. The sink is called inside the step: it must be quick. Where it says `false` or throws, that line is lost
   * to it, and a gap and a frame follow once it takes lines again.
   */
  traceTo(sink: TraceSink): () => void;
  /**
   * The inspector that `options.inspector` asked for: it rejects with an `InspectorError` where it cannot be opened,
   * and the supervisor works on without it. Null where none was asked for.
   */
  readonly inspector: Promise<Inspector> | null;
  /** What the supervisor is doing now. */
  getSnapshot(): SupervisorStatus;
  /** The status now and at every change, told in a later turn of the event loop's microtasks. */
  readonly state$: Observable<SupervisorStatus>;
  /** Samples of memory, CPU and GPU, taken while somebody listens or the supervisor is up. */
  readonly resources$: Observable<ResourceObservation>;
  readonly backpressure$: Observable<Backpressure>;
  /** The way of the model into the store, now and at every change; null for a model with a path, and before the first one. */
  readonly acquisition$: Observable<AcquisitionProgress | null>;
  /** The XState actor: for inspection and for composing; commands go through the methods. */
  readonly actor: SupervisorActor;
}

/** A trace that is being written. */
export interface TraceRecording {
  /** Ends the trace in order. Idempotent. */
  stop(): Promise<void>;
}

export interface SupervisorParts {
  readonly actor: SupervisorActor;
  readonly ledger: RequestLedger;
  readonly recorder: FlightRecorder;
  readonly openTraceFile: (path: string) => Promise<TraceFile>;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly resources$: Observable<ResourceObservation>;
  /** Opens the inspector once for all handles; null where none was asked for. */
  readonly openInspector: ((source: TraceSource) => Promise<Inspector>) | null;
  /** Ends the actor itself, where it is ours to end. */
  readonly close: () => void;
}

export function createSupervisorHandle(parts: SupervisorParts): Supervisor {
  const { actor, ledger, recorder, openTraceFile, limits, clock, resources$, openInspector, close } = parts;
  const commands = createCommands(actor, () => clock.nowMs());

  const sinks = createTraceSinks(recorder);
  const traces: TraceSource = { trace: recorder.dump, traceTo: sinks.attach };
  const inspector = openInspector === null ? null : openInspector(traces);
  const followSignal = createSignalFollower();
  let deciding = false;

  const submit = (request: SupervisorRequest): Admission => {
    const requestId = ledger.nextRequestId();
    // An observer of the actor stands inside the submit of another: that one's answer must stay its own.
    if (deciding) return refusedAdmission(requestId, deny('submit_reentrant'));
    const submittedAtMs = clock.nowMs();
    // Read once: what was judged is what runs, whatever the caller's object says later.
    const { facts, content } = readRequest(request);
    const cancel = () => actor.send({ type: 'request.cancel', requestId, atMs: clock.nowMs() });
    if (content !== null) {
      ledger.announce(requestId, () =>
        createLedgerEntry({
          requestId,
          request: toGenerateRequest(content, limits),
          submittedAtMs,
          lifeMs: Math.min(content.deadlineMs ?? limits.requestMsMax, limits.requestMsMax),
          clock,
          buffer: createBoundedBuffer({
            capacity: limits.tokenBufferChunks,
            merge: (a, b) => ({ text: a.text + b.text, tokens: a.tokens + b.tokens }),
            onReaderLeft: cancel,
          }),
        }),
      );
    }

    const wait = content?.wait !== false;
    deciding = true;
    try {
      actor.send({ type: 'request.submit', requestId, facts, wait, atMs: submittedAtMs });
    } finally {
      deciding = false;
    }
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
    if (content?.signal !== undefined) followSignal(content.signal, cancel, entry.result);
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
    ...traces,
    recordTrace: (path) => recordTrace(sinks, openTraceFile, path),
    inspector,
    getSnapshot: () => statusOf(actor.getSnapshot()),
    state$: view(statusOf),
    backpressure$: view(backpressureOf),
    acquisition$: view(({ context }) => ({ acquisition: context.acquisition })).pipe(
      map(({ acquisition }) => acquisition),
    ),
    resources$,
    actor,
    [Symbol.asyncDispose]: async () => {
      try {
        if (actor.getSnapshot().status === 'active') await commands.drain(null);
      } finally {
        close();
        sinks.endAll();
        await inspector?.then((opened) => opened.close()).catch(() => undefined);
      }
    },
  };
}

async function recordTrace(
  sinks: TraceSinks,
  openFile: SupervisorParts['openTraceFile'],
  path: string,
): Promise<TraceRecording> {
  const file = await openFile(path).catch((error: unknown) => {
    throw traceError(error);
  });
  const detach = sinks.attach(file);
  let stopped: Promise<void> | null = null;
  const stop = async () => {
    detach();
    await file.close().catch((error: unknown) => {
      throw traceError(error);
    });
  };
  return {
    stop: () => {
      stopped ??= stop();
      return stopped;
    },
  };
}

const traceError = (cause: unknown) =>
  new SupervisorError('trace_failed', 'trace_unwritable', explainReason('trace_unwritable'), cause);

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

function sameFields<T extends object>(a: T, b: T): boolean {
  return Object.keys(a).every((key) => a[key as keyof T] === b[key as keyof T]);
}
