import { map } from 'rxjs';
import { createActor, type InspectionEvent } from 'xstate';
import { createFlightRecorder } from './actors/flight-recorder.ts';
import { createResourceStream, defineObserveResources } from './actors/observe-resources.ts';
import { createRecordedLogic } from './actors/recorded-logic.ts';
import { createRequestLedger } from './actors/request-ledger.ts';
import { createRuntimeLease } from './actors/runtime-lease.ts';
import { defineStartPorts } from './actors/start-ports.ts';
import type { SupervisorActor } from './host/commands.ts';
import { createModelAccess } from './host/model-access.ts';
import { resolveOptions, type SupervisorOptions } from './host/options.ts';
import { createSupervisorHandle, type Supervisor } from './host/supervisor.ts';
import { LLAMERO_VERSION } from './host/version.ts';
import type { Inspector, InspectorOptions, TraceSource } from './inspector/index.ts';
import type { SupervisorInput } from './machines/context.ts';
import { supervisorMachine } from './machines/supervisor.ts';
import { backgroundClock, systemClock } from './services/clock.ts';
import { randomSeed } from './services/entropy.ts';
import { createLlamaRuntime } from './services/llama-runtime.ts';
import { guardLogger, type Logger, silentLogger } from './services/logger.ts';
import { createResourceProbe } from './services/resource-probe.ts';
import { openTraceFile } from './services/trace-file.ts';

/**
 * Makes a supervisor for one model. Nothing is read or loaded before `start()`.
 *
 * @throws {SupervisorError} `invalid_options`, naming each wrong field and its rule.
 */
export function createSupervisor(options: SupervisorOptions): Supervisor {
  const logic = createSupervisorLogic(options);
  const { clock, inspect } = logic.rootOptions;
  const actor = createActor(logic, { id: 'supervisor', clock, ...(inspect && { inspect }) });
  const supervisor = logic.connect(actor, () => actor.stop());
  actor.subscribe({ error: logic.onActorError });
  actor.start();
  return supervisor;
}

/**
 * Actor logic of a supervisor, for a host that invokes it inside a machine of its own:
 * `invoke: { id: 'llama', src: logic }`, then `logic.connect(snapshot.children.llama)` for the handle.
 * One logic serves one running actor at a time; make one for each supervisor.
 *
 * @throws {SupervisorError} `invalid_options`, naming each wrong field and its rule.
 */
export function createSupervisorLogic(options: SupervisorOptions) {
  const resolvedOptions = resolveOptions(options);
  const { runtime: runtimeOptions, ports = {}, ...resolved } = resolvedOptions;
  const clock = resolved.clock ?? systemClock();
  const logger = guardLogger(resolved.logger ?? silentLogger);
  const inspect = resolved.inspect && guardObserver(resolved.inspect);

  const runtime = ports.runtime ?? createLlamaRuntime({ ...runtimeOptions, logger });
  const openProbe = ports.openProbe ?? createResourceProbe;
  const model = createModelAccess(resolvedOptions, { clock, openProbe, inspect });
  const { limits } = model;

  const lease = createRuntimeLease(runtime);
  const ledger = createRequestLedger({
    runtime,
    lease,
    clock,
    limits,
    inspect,
    onStopped: () => void lease.releaseCurrent(),
  });
  const observed$ = createResourceStream({
    openProbe,
    statRuntime: () => runtime.statResources(lease.currentHandle()),
    // Its timers keep no process alive.
    clock: resolved.clock ?? backgroundClock(),
    observeEveryMs: limits.observeEveryMs,
    observeSlowEveryMs: limits.observeSlowEveryMs,
  });
  const resources$ = observed$.pipe(
    map(({ atMs, ...sample }) => ({ ...sample, ageMs: Math.max(0, clock.nowMs() - atMs) })),
  );

  const input: SupervisorInput = { limits, jitterSeed: resolved.jitterSeed ?? randomSeed() };
  const { contextTokens } = runtimeOptions;
  const machine = supervisorMachine.provide({
    actors: {
      ...defineStartPorts({
        acquire: model.acquire,
        modelPath: model.path,
        isRemote: model.isRemote,
        contextTokens,
        sequences: limits.maxInFlight,
        runtime,
        lease,
        clock,
      }),
      observeResources: defineObserveResources(observed$) as never,
      observeBackpressure: ledger.observeBackpressure as never,
      requestLedger: ledger.requestLedger,
    },
  });

  const recorder = createFlightRecorder({
    limits,
    jitterSeed: input.jitterSeed,
    library: LLAMERO_VERSION,
    clock,
    clockKind: resolved.clock === undefined ? 'monotonic' : 'virtual',
  });

  const { inspector } = resolvedOptions;
  const openInspector = inspector === undefined ? null : openOnce(inspector, logger);

  return Object.assign(createRecordedLogic(machine, input, recorder), {
    /** What a root actor of this logic is to be created with. */
    rootOptions: { clock, inspect },
    /** For the error observer of whoever runs the actor: XState leaves the children of an actor that threw running. */
    onActorError: (error: unknown) => {
      logger.error({ error: error instanceof Error ? error.name : 'unknown' }, 'the supervisor actor failed');
      ledger.endAll();
      void lease.releaseCurrent();
    },
    /** The host's handle on a running actor of this logic. `close` ends the actor, where that is the handle's to do. */
    connect: (actor: SupervisorActor, close: () => void = () => undefined): Supervisor =>
      createSupervisorHandle({
        actor,
        recorder,
        openTraceFile,
        ledger,
        limits,
        clock,
        resources$,
        openInspector,
        close,
      }),
  });
}

/** One inspector for all handles of a logic. Its room is loaded only here; that it fails is nobody's end. */
function openOnce(options: InspectorOptions, logger: Logger): (source: TraceSource) => Promise<Inspector> {
  let opened: Promise<Inspector> | null = null;
  const open = async (source: TraceSource) => {
    const { startInspector } = await import('./inspector/index.ts');
    return startInspector(source, options);
  };
  return (source) => {
    if (opened === null) {
      opened = open(source);
      opened.catch((error: unknown) => {
        const code =
          typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'unknown';
        logger.warn({ code }, 'the inspector did not open');
      });
    }
    return opened;
  };
}

/** An observer that throws would break the actor it observes, for good. */
function guardObserver(observe: (event: InspectionEvent) => void): (event: InspectionEvent) => void {
  return (event) => {
    try {
      observe(event);
    } catch {
      // The machine goes on; an observer has no say in it.
    }
  };
}
