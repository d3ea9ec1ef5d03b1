import type { CancelSignal, RuntimeHandle, SpawnRequest } from '../../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../../policies/verdict.ts';
import type { GenerateRequest, GenerateStep, GenerateSummary, Runtime } from '../../services/runtime.ts';
import { createScriptedRuntime } from '../../testing/scripted-runtime.ts';
import type { Chance } from './chance.ts';
import type { FaultBook, FaultKind } from './faults.ts';
import { createNap, type Nap } from './nap.ts';
import type { World } from './world.ts';

/** What the runtime sees of the product, for whoever judges it. */
export interface RuntimeWitness {
  readonly onSpawn: (request: SpawnRequest) => void;
  readonly onLoaded: (signal: CancelSignal) => void;
  readonly onGenerate: (isAlive: boolean) => void;
  readonly onChunk: (prompt: string, tokens: number) => void;
  /** A call ended whose caller had gone meanwhile. */
  readonly onStale: (call: string) => void;
}

export interface SimulatedRuntime extends Runtime {
  /** Models in memory. */
  readonly alive: () => number;
  /** Generations that hold a place. */
  readonly generating: () => number;
  /** Calls that did not end yet. */
  readonly openCalls: () => number;
  /** Gives back what was leaked. */
  readonly heal: () => void;
}

export interface RuntimeOptions {
  readonly world: Pick<World, 'after' | 'sleep'>;
  readonly faults: FaultBook;
  readonly chance: Chance;
  readonly answer: (prompt: string) => string;
  /** Whether the file is the one that was proved; what else is loaded does not load. */
  readonly isFileSound: () => boolean;
  readonly witness: RuntimeWitness;
}

/** Steps in which a load tells its progress. */
const LOAD_STEPS = 10;
/** An endless output is as long as the context, whatever was asked. */
const ENDLESS_TOKENS = 1_000_000;
/** A word in a prompt that makes the answer endless. */
export const ENDLESS = 'endlessly';

const NEVER: CancelSignal = new AbortController().signal;

/**
 * The scripted runtime, which keeps the runtime's contract, with time and faults around it: each call takes a drawn
 * while, and fails, hangs or disobeys where a fault says so.
 */
export function createSimulatedRuntime(options: RuntimeOptions): SimulatedRuntime {
  const { world, faults, chance, answer, isFileSound, witness } = options;
  const inner = createScriptedRuntime({ answer });
  const closing = new WeakSet<RuntimeHandle>();
  const leaks = new Map<RuntimeHandle, AbortController[]>();
  const spawning = new Set<Promise<unknown>>();
  let openCalls = 0;
  let spawns = 0;

  const is = (kind: FaultKind): boolean => faults.active(kind) !== null;
  const hang = async (kind: FaultKind): Promise<void> => {
    const fault = faults.active(kind);
    if (fault !== null) await faults.over(fault);
  };
  const rejectIfBroken = (): void => {
    if (is('runtime.rejects')) throw new Error('the runtime broke its promise');
  };
  /** Keeps the books of open calls. */
  const call = async <T>(work: () => Promise<T>): Promise<T> => {
    openCalls += 1;
    try {
      return await work();
    } finally {
      openCalls -= 1;
    }
  };

  async function load(request: SpawnRequest): Promise<Attempt<RuntimeHandle>> {
    const { signal, onProgress } = request;
    witness.onSpawn(request);
    const tell = (ratio: number): void => {
      try {
        onProgress?.(ratio);
      } catch {
        // The host's own; the load goes on.
      }
    };
    // Native code that hangs hears no abort, and goes on to the end once it is free.
    const deaf = is('runtime.load-hangs');
    await hang('runtime.load-hangs');
    rejectIfBroken();
    const stepMs = chance.between(2, 200) * (is('runtime.load-slow') ? 40 : 1);
    for (let step = 1; step <= LOAD_STEPS; step += 1) {
      if (signal.aborted && !deaf) return deny('start_superseded');
      await world.sleep(stepMs);
      const fails = faults.active('runtime.load-fails') ?? faults.active('runtime.out-of-memory');
      if (fails !== null && step > fails.at % LOAD_STEPS) {
        return deny(fails.kind === 'runtime.load-fails' ? 'runtime_load_failed' : 'runtime_out_of_memory');
      }
      const stalls = faults.active('runtime.load-stalls');
      if (stalls !== null && step > stalls.at % LOAD_STEPS) await faults.over(stalls);
      tell(step / LOAD_STEPS);
    }
    if (signal.aborted && !deaf) return deny('start_superseded');
    if (!isFileSound()) return deny('runtime_load_failed');
    const attempt = await inner.spawn({ ...request, signal: NEVER, onProgress: () => undefined });
    if (is('runtime.late-callback')) world.after(chance.between(1, 60_000), () => tell(1));
    if (attempt.ok) witness.onLoaded(signal);
    return attempt;
  }

  /** The abort as the runtime hears it: at once, late, or not before the fault is over. */
  const hear = (signal: CancelSignal): { readonly heard: AbortSignal; readonly leave: () => void } => {
    const controller = new AbortController();
    const abort = () => controller.abort();
    const onAbort = (): void => {
      const deaf = faults.active('runtime.abort-deaf') ?? faults.active('runtime.wedge');
      if (deaf !== null) void faults.over(deaf).then(abort);
      else if (is('runtime.abort-late')) world.after(chance.between(200, 8_000), abort);
      else abort();
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener('abort', onAbort, { once: true });
    return { heard: controller.signal, leave: () => signal.removeEventListener('abort', onAbort) };
  };

  /** What happens before the next step, after so many tokens. */
  const trouble = async (tokens: number, nap: Nap): Promise<'failed' | 'out-of-memory' | null> => {
    const stall = faults.active('runtime.stall') ?? faults.active('runtime.wedge');
    if (stall !== null && tokens >= stall.at) await nap.until(faults.over(stall));
    const memory = faults.active('runtime.out-of-memory');
    if (memory !== null && tokens >= memory.at) return 'out-of-memory';
    const crash = faults.active('runtime.crash');
    return crash !== null && tokens >= crash.at ? 'failed' : null;
  };

  async function* generate(
    handle: RuntimeHandle,
    request: GenerateRequest,
    signal: CancelSignal,
  ): AsyncGenerator<GenerateStep, GenerateSummary, void> {
    openCalls += 1;
    witness.onGenerate(!closing.has(handle));
    const { heard, leave } = hear(signal);
    const nap = createNap(world, heard);
    const prompt = promptOf(request);
    const asked = is('runtime.endless') ? endless(request) : request;
    const steps = inner.generate(handle, asked, heard);
    const tokenMs = chance.between(5, 60);
    let tokens = 0;
    try {
      for (;;) {
        const why = await trouble(tokens, nap);
        if (why !== null && !heard.aborted) {
          return { kind: 'failed', reason: why === 'failed' ? 'generation_failed' : 'runtime_out_of_memory' };
        }
        const next = await steps.next();
        if (next.done) return next.value;
        await nap.for(is('runtime.slow') ? tokenMs * 20 : tokenMs);
        // What was under way when it was told to stop is not handed out.
        if (heard.aborted) continue;
        if (next.value.kind === 'chunk') {
          tokens += next.value.tokens;
          witness.onChunk(prompt, next.value.tokens);
        }
        yield next.value;
      }
    } finally {
      leave();
      await steps.return({ kind: 'aborted' });
      if (is('runtime.leak')) leak(handle);
      openCalls -= 1;
    }
  }

  /** A place that nobody has and nobody gives back, until the model goes. */
  const leak = (handle: RuntimeHandle): void => {
    const controller = new AbortController();
    leaks.set(handle, [...(leaks.get(handle) ?? []), controller]);
    void inner.generate(handle, LEAKED, controller.signal).next();
  };

  const plug = (handle: RuntimeHandle): void => {
    for (const leaked of leaks.get(handle) ?? []) leaked.abort();
    leaks.delete(handle);
  };

  return {
    prepare: () =>
      call(async () => {
        await hang('runtime.prepare-hangs');
        await world.sleep(chance.between(1, 80));
        return is('runtime.unavailable') ? deny('runtime_unavailable') : inner.prepare();
      }),
    spawn: async (request) => {
      spawns += 1;
      const attempt = call(() => load(request));
      spawning.add(attempt);
      try {
        return await attempt;
      } finally {
        spawning.delete(attempt);
      }
    },
    healthCheck: (handle, signal) =>
      call(async () => {
        await hang('runtime.wedge');
        await hang('runtime.probe-hangs');
        rejectIfBroken();
        await world.sleep(signal.aborted ? 0 : chance.between(1, 50));
        if (signal.aborted) witness.onStale('healthCheck');
        return is('runtime.probe-fails') ? deny('runtime_probe_failed') : inner.healthCheck(handle, signal);
      }),
    statResources: (handle) =>
      call(async () => {
        await hang('runtime.stat-hangs');
        return inner.statResources(handle);
      }),
    generate,
    dispose: (handle) =>
      call(async () => {
        closing.add(handle);
        plug(handle);
        await hang('runtime.dispose-hangs');
        await world.sleep(chance.between(0, 100));
        await inner.dispose(handle);
        rejectIfBroken();
      }),
    shutdown: () =>
      call(async () => {
        const before = spawns;
        await Promise.allSettled([...spawning]);
        await world.sleep(chance.between(0, 20));
        // What was loaded meanwhile is of a library that was opened since: this shutdown is not about it.
        if (spawns === before) await inner.shutdown();
      }),
    alive: () => inner.controls.alive,
    generating: () => inner.controls.generating,
    openCalls: () => openCalls,
    heal: () => {
      for (const handle of [...leaks.keys()]) plug(handle);
    },
  };
}

const LEAKED: GenerateRequest = { input: { prompt: 'leaked' }, maxTokens: 1, temperature: 0, stop: [] };

function promptOf({ input }: GenerateRequest): string {
  return 'prompt' in input ? input.prompt : '';
}

function endless(request: GenerateRequest): GenerateRequest {
  return { ...request, input: { prompt: `${promptOf(request)} ${ENDLESS}` }, maxTokens: ENDLESS_TOKENS };
}
