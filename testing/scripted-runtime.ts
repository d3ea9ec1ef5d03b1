import type { Reason } from '../policies/reasons.ts';
import type { RuntimeHandle, RuntimeUsage, SpawnRequest } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import type { GenerateStep, GenerateSummary, Runtime } from '../services/runtime.ts';
import { createScriptedGate, type ScriptedGate } from './scripted-gate.ts';
import { createScriptedModel, type ScriptedModel, type ScriptedRoom } from './scripted-model.ts';

/** What can be made to fail once. A failing `dispose` or `shutdown` rejects, which the port promises never to do. */
export type ScriptedCall = 'prepare' | 'spawn' | 'generate' | 'healthCheck' | 'dispose' | 'shutdown';

/**
 * What can be made to hang until `unwedge`: a call that hangs does not hear an abort either, as native code that is
 * stuck does not. `abort` lets generations run on as though none had come.
 */
export type ScriptedWedge = 'abort' | 'prepare' | 'spawn' | 'healthCheck' | 'dispose' | 'shutdown';

export interface ScriptedRuntimeOptions {
  /** The answer to a prompt (a chat's last message). One token per word. Default: `Echo of <prompt>`. */
  readonly answer?: (prompt: string) => string;
  /** Default: 1 MiB of RAM for each model that is loaded, no GPU. */
  readonly usage?: RuntimeUsage;
}

/** How a test drives the double. */
export interface ScriptedControls {
  /** From now on each prompt piece and each token waits for `step`. */
  hold(): void;
  /** Lets that many pieces or tokens come, first asked first served. Default 1. */
  step(count?: number): void;
  /** Ends `hold`. */
  release(): void;
  /** From now on a spawn reports no progress and does not end before `finishLoad`; it does obey its abort. */
  holdLoad(): void;
  /** Reports this share to every spawn that is held. */
  loadProgress(ratio: number): void;
  finishLoad(): void;
  /** The next such call fails with this reason. Calls queue up. */
  failNext(call: ScriptedCall, reason: Reason): void;
  /** The next generation to begin crashes in mid-stream, once it made this many tokens. */
  crashAfter(tokens: number): void;
  wedge(mode: ScriptedWedge): void;
  unwedge(mode: ScriptedWedge): void;
  /** What `statResources` answers from now on. */
  setUsage(usage: RuntimeUsage): void;

  /** Names of the port's functions in the order they were called. */
  readonly calls: readonly string[];
  readonly prepareCalls: number;
  /** Models loaded and freed so far. */
  readonly spawned: number;
  readonly disposed: number;
  /** Models in memory now. */
  readonly alive: number;
  /** Generations that hold a place now, and the most there ever were. */
  readonly generating: number;
  readonly generatingMax: number;
  /** Pieces or tokens that wait for a `step`. */
  readonly waitingSteps: number;
}

export interface ScriptedRuntime extends Runtime {
  readonly controls: ScriptedControls;
}

const NO_STEPS: readonly GenerateStep[] = [];

/** The runtime port without a model: deterministic, without a clock, and it fails or hangs on demand. */
export function createScriptedRuntime(options: ScriptedRuntimeOptions = {}): ScriptedRuntime {
  const { answer = (prompt) => `Echo of ${prompt}` } = options;
  const models = new Map<RuntimeHandle, ScriptedModel>();
  const failures = new Map<ScriptedCall, Reason[]>();
  const wedges = new Map<ScriptedWedge, ScriptedGate>();
  const loadGate = createScriptedGate();
  const loading = new Set<(ratio: number) => void>();
  const spawning = new Set<Promise<unknown>>();
  const calls: string[] = [];
  const crashes: number[] = [];
  let usage = options.usage ?? null;
  let spawned = 0;
  let disposed = 0;
  let prepareCalls = 0;

  const takeFailure = (call: ScriptedCall): Reason | null => failures.get(call)?.shift() ?? null;

  const room: ScriptedRoom = {
    answer,
    gate: createScriptedGate(),
    takeFailure: () => takeFailure('generate'),
    takeCrash: () => crashes.shift() ?? null,
    hearsAbort: () => !wedges.has('abort'),
    generating: 0,
    generatingMax: 0,
  };

  /** Records the call; answers how it is to fail, if it is. Waits where the call is wedged. */
  async function enter(call: Exclude<ScriptedCall, 'generate'>): Promise<Reason | null> {
    calls.push(call);
    const failure = takeFailure(call);
    await wedges.get(call)?.pass(null);
    return failure;
  }

  async function load(request: SpawnRequest): Promise<Attempt<RuntimeHandle>> {
    const failure = await enter('spawn');
    let highest = 0;
    const report = (ratio: number): void => {
      if (!(ratio > highest)) return;
      highest = Math.min(1, ratio);
      try {
        request.onProgress?.(highest);
      } catch {
        // The host's own; the load goes on.
      }
    };
    loading.add(report);
    const finished = await loadGate.pass(request.signal);
    loading.delete(report);
    if (!finished || request.signal.aborted) return deny('start_superseded');
    if (failure !== null) return deny(failure);
    // A path that says so stands for a file that cannot be loaded: the double reads no files.
    if (request.modelPath.includes('missing')) return deny('runtime_load_failed');
    report(0.5);
    report(1);
    const model = createScriptedModel(room, request);
    models.set(model, model);
    spawned += 1;
    return { ok: true, value: model };
  }

  async function free(handle: RuntimeHandle): Promise<void> {
    const model = models.get(handle);
    if (model === undefined) return;
    await model.close();
    if (models.delete(handle)) disposed += 1;
  }

  return {
    async prepare() {
      prepareCalls += 1;
      const failure = await enter('prepare');
      return failure === null ? { ok: true, value: null } : deny(failure);
    },
    async spawn(request) {
      const attempt = load(request);
      spawning.add(attempt);
      try {
        return await attempt;
      } finally {
        spawning.delete(attempt);
      }
    },
    generate(handle, request, signal) {
      calls.push('generate');
      return models.get(handle)?.generate(request, signal) ?? nothingThere();
    },
    async healthCheck(handle, signal) {
      const failure = await enter('healthCheck');
      if (failure !== null) return deny(failure);
      return models.get(handle)?.probe(signal) ?? deny('runtime_probe_failed');
    },
    async statResources() {
      const runtimeRamBytes = models.size * 2 ** 20;
      return usage ?? { runtimeRamBytes, runtimeVramBytes: 0, vramTotalBytes: null, vramUsedBytes: null };
    },
    async dispose(handle) {
      const failure = await enter('dispose');
      if (failure !== null) throw new Error(failure);
      await free(handle);
    },
    async shutdown() {
      const held = [...spawning];
      const failure = await enter('shutdown');
      if (failure !== null) throw new Error(failure);
      await Promise.all(held);
      await Promise.all([...models.keys()].map(free));
    },
    controls: {
      hold: () => room.gate.hold(),
      step: (count) => room.gate.step(count),
      release: () => room.gate.release(),
      holdLoad: () => loadGate.hold(),
      loadProgress: (ratio) => {
        for (const report of loading) report(ratio);
      },
      finishLoad: () => loadGate.release(),
      failNext: (call, reason) => {
        failures.set(call, [...(failures.get(call) ?? []), reason]);
      },
      crashAfter: (tokens) => crashes.push(tokens),
      wedge: (mode) => {
        const gate = createScriptedGate();
        gate.hold();
        wedges.set(mode, gate);
      },
      unwedge: (mode) => {
        const gate = wedges.get(mode);
        wedges.delete(mode);
        gate?.release();
        if (mode === 'abort') for (const model of models.values()) model.hearAborts();
      },
      setUsage: (next) => {
        usage = next;
      },
      calls,
      get prepareCalls() {
        return prepareCalls;
      },
      get spawned() {
        return spawned;
      },
      get disposed() {
        return disposed;
      },
      get alive() {
        return models.size;
      },
      get generating() {
        return room.generating;
      },
      get generatingMax() {
        return room.generatingMax;
      },
      get waitingSteps() {
        return room.gate.waiting;
      },
    },
  };
}

async function* nothingThere(): AsyncGenerator<GenerateStep, GenerateSummary, void> {
  yield* NO_STEPS;
  return { kind: 'failed', reason: 'generation_failed' };
}
