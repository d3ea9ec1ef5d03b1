import type { RuntimeFacts, RuntimeHandle, SpawnRequest } from '../policies/runtime-adapter.ts';
import { type Attempt, deny } from '../policies/verdict.ts';
import type { Runtime } from '../services/runtime.ts';

/**
 * Who holds the runtime: one tenancy for each start, kept outside the machines, whose context is plain data.
 *
 * 1. A spawn that ends after its tenancy was released is disposed at once: a late load leaves nothing behind.
 * 2. The native library is shut down only when no later tenancy has asked for it.
 */
export interface RuntimeLease {
  readonly prepare: (generation: number) => Promise<Attempt<null>>;
  readonly spawn: (generation: number, request: SpawnRequest) => Promise<Attempt<RuntimeFacts>>;
  readonly handleOf: (generation: number) => RuntimeHandle | null;
  readonly currentHandle: () => RuntimeHandle | null;
  /** Waits for a spawn that is under way (abort it first), then frees everything of the generation. */
  readonly release: (generation: number) => Promise<void>;
  /** Frees whatever is held, for when the machine that would have released it is gone. Never rejects. */
  readonly releaseCurrent: () => Promise<void>;
}

interface Tenancy {
  readonly generation: number;
  released: boolean;
  handle: RuntimeHandle | null;
  spawning: Promise<unknown> | null;
}

export function createRuntimeLease(runtime: Runtime): RuntimeLease {
  let current: Tenancy | null = null;

  const tenancyOf = (generation: number): Tenancy => {
    if (current === null || current.released || current.generation !== generation) {
      current = { generation, released: false, handle: null, spawning: null };
    }
    return current;
  };

  const end = async (tenancy: Tenancy): Promise<void> => {
    tenancy.released = true;
    await tenancy.spawning?.catch(() => undefined);
    const { handle } = tenancy;
    tenancy.handle = null;
    try {
      if (handle !== null) await runtime.dispose(handle);
    } finally {
      if (current === tenancy) await runtime.shutdown();
    }
  };

  const heldBy = (generation: number) =>
    current !== null && current.generation === generation && !current.released ? current : null;

  return {
    prepare: (generation) => {
      tenancyOf(generation);
      return runtime.prepare();
    },

    spawn: (generation, request) => {
      const tenancy = tenancyOf(generation);
      const spawned = runtime.spawn(request).then(async (attempt): Promise<Attempt<RuntimeFacts>> => {
        if (!attempt.ok) return attempt;
        if (tenancy.released || request.signal.aborted) {
          await runtime.dispose(attempt.value);
          return deny('start_superseded');
        }
        tenancy.handle = attempt.value;
        return { ok: true, value: attempt.value.facts };
      });
      tenancy.spawning = spawned;
      return spawned;
    },

    handleOf: (generation) => heldBy(generation)?.handle ?? null,
    currentHandle: () => current?.handle ?? null,

    release: async (generation) => {
      const tenancy = heldBy(generation);
      if (tenancy !== null) await end(tenancy);
    },
    releaseCurrent: async () => {
      if (current !== null && !current.released) await end(current).catch(() => undefined);
    },
  };
}
