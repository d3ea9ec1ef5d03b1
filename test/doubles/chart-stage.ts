import { createActor, type EventObject, fromCallback } from 'xstate';
import { createFlightRecorder } from '../../actors/flight-recorder.ts';
import { createRecordedLogic } from '../../actors/recorded-logic.ts';
import type {
  LedgerCommand,
  ObservedResources,
  RequestStep,
  SupervisorEvent,
} from '../../machines/events.ts';
import type { PortInput } from '../../machines/ports.ts';
import { supervisorMachine } from '../../machines/supervisor.ts';
import { DEFAULT_LIMITS, type Limits } from '../../policies/limits.ts';
import { readRequestFacts } from '../../policies/request.ts';
import { createManualClock } from '../../testing/manual-clock.ts';

/**
 * The supervisor chart alone on a stage: every port records that it was entered and left and says nothing, so that a
 * test says each fact itself, at the time it wants. Time is a manual clock.
 */
export function stageChart(
  limits: Partial<Limits> = {},
  options: { jitterSeed?: number; machine?: typeof supervisorMachine } = {},
) {
  const clock = createManualClock();
  const ports: string[] = [];
  const effects: LedgerCommand[] = [];
  const record = (name: string) =>
    fromCallback<EventObject, PortInput>(({ input }) => {
      ports.push(`+${name}#${input.generation}`);
      return () => void ports.push(`-${name}#${input.generation}`);
    });

  const input = { limits: { ...DEFAULT_LIMITS, ...limits }, jitterSeed: options.jitterSeed ?? 1 };
  const recorder = createFlightRecorder({ ...input, library: 'test', clock, clockKind: 'virtual' });
  const machine = (options.machine ?? supervisorMachine).provide({
    actors: {
      acquireModel: record('acquireModel'),
      prepareRuntime: record('prepareRuntime'),
      loadModel: record('loadModel'),
      probeRuntime: record('probeRuntime'),
      releaseRuntime: record('releaseRuntime'),
      observeResources: record('observeResources'),
      observeBackpressure: record('observeBackpressure'),
      requestLedger: fromCallback<LedgerCommand, PortInput>(({ receive }) => {
        receive((command) => void effects.push(command));
      }),
    },
  });
  const actor = createActor(createRecordedLogic(machine, input, recorder), { id: 'supervisor', clock });
  const errors: unknown[] = [];
  actor.subscribe({ error: (error) => void errors.push(error) });
  actor.start();

  let requests = 0;
  const send = (event: SupervisorEvent) => actor.send(event);
  const atMs = () => clock.nowMs();
  const generation = () => actor.getSnapshot().context.generation;

  const stage = {
    actor,
    clock,
    recorder,
    /** Ports as they were entered (`+name#generation`) and left (`-name#generation`). */
    ports,
    /** What the ledger was told. */
    effects,
    errors,
    send,
    context: () => actor.getSnapshot().context,
    value: () => actor.getSnapshot().value,
    in: (path: string) =>
      actor.getSnapshot().matches(path.split('.').reduceRight<unknown>(nest, undefined) as never),

    start: () => send({ type: 'supervisor.start', atMs: atMs() }),
    stop: () => send({ type: 'supervisor.stop', atMs: atMs() }),
    drain: (deadlineMs: number | null = null) => send({ type: 'supervisor.drain', deadlineMs, atMs: atMs() }),
    acquired: (of = generation()) => send({ type: 'model.acquired', generation: of, atMs: atMs() }),
    loaded: (of = generation()) => send({ type: 'model.loaded', generation: of, facts: FACTS, atMs: atMs() }),
    probed: (ok = true, of = generation()) =>
      send({
        type: 'runtime.probed',
        generation: of,
        verdict: ok ? { ok: true, reason: 'runtime_healthy' } : { ok: false, reason: 'runtime_probe_failed' },
        atMs: atMs(),
      }),
    released: (of = generation()) => send({ type: 'runtime.released', generation: of, atMs: atMs() }),
    sampled: (sample: Partial<ObservedResources> = {}) =>
      send({ type: 'resources.sampled', sample: { ...CALM, atMs: atMs(), ...sample }, atMs: atMs() }),
    submit: (request: unknown = { prompt: 'hello' }, wait = true) => {
      requests += 1;
      const requestId = `r${requests}`;
      send({ type: 'request.submit', requestId, facts: readRequestFacts(request), wait, atMs: atMs() });
      return actor.getSnapshot().context.lastArrival!;
    },
    settled: (
      requestId: string,
      outcome: 'completed' | 'failed' | 'cancelled' | 'expired' = 'completed',
      reason: Extract<SupervisorEvent, { type: 'request.settled' }>['reason'] = 'generation_completed',
      of = generation(),
    ) => send({ type: 'request.settled', requestId, generation: of, outcome, reason, atMs: atMs() }),

    advanced: (requestId: string, step: RequestStep = 'decoding', of = generation()) =>
      send({
        type: 'request.progressed',
        requestId,
        generation: of,
        step,
        promptTokens: 4,
        outputTokens: 2,
        atMs: atMs(),
      }),

    /** From `stopped` to `ready`, the plain way. */
    makeReady: () => {
      stage.start();
      stage.sampled();
      stage.acquired();
      stage.loaded();
      stage.probed();
    },
  };
  return stage;
}

const nest = (inner: unknown, key: string) => (inner === undefined ? key : { [key]: inner });

const FACTS = { contextTokens: 512, sequences: 2, threads: 1, backend: 'cpu', modelBytes: 1 } as const;

const CALM: Omit<ObservedResources, 'atMs'> = {
  memoryTotalBytes: 1000,
  memoryAvailableBytes: 900,
  cpuLoadRatio: 0.1,
  processBytes: 100,
  eventLoopDelayMs: 1,
  vramTotalBytes: null,
  vramUsedBytes: null,
};
