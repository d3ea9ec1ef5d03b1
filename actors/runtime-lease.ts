import type { RuntimeFacts, RuntimeHandle, SpawnRequest } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import type { Runtime } from '../services/runtime.ts';

/**
 * Who holds the runtime: one handle a generation, kept outside the machines, whose context is plain data.
 *
 * 1. A spawn that ends after its generation was released is disposed at once: a late load leaves nothing behind.
 * 2. The native library is shut down only when no newer generation has asked for it.
 */
export interface RuntimeLease {
  readonly prepare: (generation: number) => Promise<Attempt<null>>;
  readonly spawn: (generation: number, request: SpawnRequest) => Promise<Attempt<RuntimeFacts>>;
  readonly handleOf: (generation: number) => RuntimeHandle | null;
  readonly latestHandle: () => RuntimeHandle | null;
  /** Waits for a spawn that is under way (abort it first), then frees everything of the generation. */
  readonly release: (generation: number) => Promise<void>;
}

export function createRuntimeLease(runtime: Runtime): RuntimeLease {
  const handles = new Map<number, RuntimeHandle>();
  const spawning = new Map<number, Promise<unknown>>();
  let newest = 0;
  let releasedUpTo = 0;

  return {
    prepare: (generation) => {
      newest = Math.max(newest, generation);
      return runtime.prepare();
    },

    spawn: (generation, request) => {
      const spawned = runtime.spawn(request).then(async (attempt): Promise<Attempt<RuntimeFacts>> => {
        if (!attempt.ok) return attempt;
        if (generation <= releasedUpTo || request.signal.aborted) {
          await runtime.dispose(attempt.value);
          return deny('start_superseded');
        }
        handles.set(generation, attempt.value);
        return { ok: true, value: attempt.value.facts };
      });
      spawning.set(generation, spawned);
      return spawned.finally(() => spawning.delete(generation));
    },

    handleOf: (generation) => handles.get(generation) ?? null,

    latestHandle: () => handles.get(newest) ?? null,

    release: async (generation) => {
      releasedUpTo = Math.max(releasedUpTo, generation);
      await spawning.get(generation)?.catch(() => undefined);
      const handle = handles.get(generation);
      handles.delete(generation);
      try {
        if (handle !== undefined) await runtime.dispose(handle);
      } finally {
        if (newest === generation) await runtime.shutdown();
      }
    },
  };
}
