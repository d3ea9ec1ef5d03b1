import { availableParallelism } from 'node:os';
import type { RuntimeHandle, RuntimeUsage, SpawnRequest } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import { errorClass } from './llama-generation.ts';
import { type GpuChoice, type LlamaLibrary, openLlamaLibrary } from './llama-library.ts';
import { type LoadedModel, loadModel } from './llama-model.ts';
import type { Logger } from './logger.ts';
import type { GenerateStep, GenerateSummary, Runtime } from './runtime.ts';

export interface LlamaRuntimeOptions {
  /** Default `auto`: the best GPU there is, or the CPU. */
  readonly gpu?: GpuChoice;
  /** Compute threads, 1 or more. Default on a CPU: one less than there are cores; on a GPU: the library's own choice. */
  readonly threads?: number;
  /** Hears the library's lines too. */
  readonly logger: Logger;
}

const UNKNOWN_USAGE: RuntimeUsage = {
  runtimeRamBytes: null,
  runtimeVramBytes: null,
  vramTotalBytes: null,
  vramUsedBytes: null,
};

const NO_STEPS: readonly GenerateStep[] = [];

/** The runtime port on node-llama-cpp, in this process. Nothing native is touched before `prepare` or `spawn`. */
export function createLlamaRuntime(options: LlamaRuntimeOptions): Runtime {
  const { gpu = 'auto', threads, logger } = options;
  // One core is left to the host: with as many threads as cores, llama.cpp is several times slower, not faster.
  const cpuThreads = threads ?? Math.max(1, availableParallelism() - 1);

  const models = new Map<RuntimeHandle, LoadedModel>();
  const spawning = new Set<Promise<unknown>>();
  let opening: Promise<Attempt<LlamaLibrary>> | null = null;
  let opened: LlamaLibrary | null = null;
  let closing: Promise<void> | null = null;

  function library(): Promise<Attempt<LlamaLibrary>> {
    opening ??= open();
    return opening;
  }

  async function open(): Promise<Attempt<LlamaLibrary>> {
    await closing;
    try {
      opened = await openLlamaLibrary({ gpu, cpuThreads, logger });
      return { ok: true, value: opened };
    } catch (error) {
      logger.error({ error: errorClass(error) }, 'the native library could not be loaded');
      opening = null;
      return deny('runtime_unavailable');
    }
  }

  async function load(request: SpawnRequest): Promise<Attempt<RuntimeHandle>> {
    if (request.signal.aborted) return deny('start_superseded');
    const attempt = await library();
    if (!attempt.ok) return attempt;
    if (request.signal.aborted) return deny('start_superseded');
    const { backend } = attempt.value;
    const contextThreads = backend === 'cpu' ? cpuThreads : (threads ?? null);
    const loaded = await loadModel({ library: attempt.value, threads: contextThreads, logger }, request);
    if (loaded.ok) models.set(loaded.value, loaded.value);
    return loaded;
  }

  async function dispose(handle: RuntimeHandle): Promise<void> {
    await models.get(handle)?.dispose();
    models.delete(handle);
  }

  /** What is spawned while this runs belongs to the next opening, which waits for this to end. */
  async function close(
    held: Promise<Attempt<LlamaLibrary>>,
    spawned: readonly Promise<unknown>[],
  ): Promise<void> {
    const attempt = await held;
    await Promise.all(spawned);
    await Promise.all([...models.keys()].map(dispose));
    if (attempt.ok) attempt.value.release();
    opened = null;
  }

  return {
    async prepare() {
      const attempt = await library();
      return attempt.ok ? { ok: true, value: null } : attempt;
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
      return models.get(handle)?.generate(request, signal) ?? nothingThere();
    },
    async healthCheck(handle, signal) {
      return (await models.get(handle)?.probe(signal)) ?? deny('runtime_probe_failed');
    },
    async statResources() {
      return opened === null ? UNKNOWN_USAGE : usageOf(opened);
    },
    dispose,
    async shutdown() {
      if (opening !== null) {
        const held = opening;
        opening = null;
        closing = close(held, [...spawning]).finally(() => {
          closing = null;
        });
      }
      await closing;
    },
  };
}

async function usageOf({ llama }: LlamaLibrary): Promise<RuntimeUsage> {
  try {
    const own = await llama.getLlamaMemoryUsage();
    const gpu = await llama.getVramState();
    return {
      runtimeRamBytes: own.cpuRam,
      runtimeVramBytes: own.gpuVram,
      vramTotalBytes: gpu.total > 0 ? gpu.total : null,
      vramUsedBytes: gpu.total > 0 ? gpu.used : null,
    };
  } catch {
    return UNKNOWN_USAGE;
  }
}

/** A handle that was disposed, or is another runtime's. */
async function* nothingThere(): AsyncGenerator<GenerateStep, GenerateSummary, void> {
  yield* NO_STEPS;
  return { kind: 'failed', reason: 'generation_failed' };
}
