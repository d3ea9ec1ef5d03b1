import type { InspectionEvent } from 'xstate';
import { type Acquirer, createAcquirer } from '../actors/acquire-model.ts';
import type { Limits } from '../policies/limits.ts';
import type { MachineMemory } from '../policies/model-fit.ts';
import { validateSourceUrl } from '../policies/source.ts';
import type { Clock } from '../services/clock.ts';
import { createDiskStore } from '../services/disk-store.ts';
import { randomSeed } from '../services/entropy.ts';
import { createHttpsFetcher } from '../services/https-fetcher.ts';
import type { ModelFetcher } from '../services/model-fetcher.ts';
import type { ModelStore } from '../services/model-store.ts';
import type { ResourceProbe } from '../services/resource-probe.ts';
import type { StoreOptions } from './options.ts';
import { DEFAULT_ALLOW, type SourceOptions } from './source-options.ts';

export interface ModelAcquirerParts {
  /** Where models are kept, or what keeps them. */
  readonly store: StoreOptions | ModelStore;
  /** In place of HTTPS. */
  readonly fetcher?: ModelFetcher | undefined;
  readonly sources: SourceOptions | undefined;
  readonly limits: Limits;
  readonly clock: Clock;
  /** Opened to look at the memory of the machine, and disposed at once. */
  readonly openProbe: () => ResourceProbe;
  /** Whether layers may go to a GPU: else its memory does not count. */
  readonly usesGpu: boolean;
  readonly jitterSeed?: number | undefined;
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
}

/** The store, the fetcher and the acquisition over both, made from what a host said. */
export function createModelAcquirer(parts: ModelAcquirerParts): {
  readonly store: ModelStore;
  readonly fetcher: ModelFetcher;
  readonly acquirer: Acquirer;
} {
  const { limits, clock, inspect, openProbe, usesGpu, jitterSeed } = parts;
  const { allow = DEFAULT_ALLOW, privateAddresses = false, ...rest } = parts.sources ?? {};
  const store =
    'inspect' in parts.store
      ? parts.store
      : createDiskStore({ ...parts.store, storeReserveBytes: limits.storeReserveBytes });
  const fetcher = parts.fetcher ?? createHttpsFetcher({ ...rest, allow, privateAddresses });
  const acquirer = createAcquirer({
    store,
    fetcher,
    judgeSource: (url) => validateSourceUrl(url, allow, { privateHosts: privateAddresses }),
    readMemory: () => readMemory(openProbe, usesGpu),
    limits,
    clock,
    drawSeed: () => jitterSeed ?? randomSeed(),
    inspect,
  });
  return { store, fetcher, acquirer };
}

/** Memory that cannot be told is none: what is not known to fit is not downloaded. */
async function readMemory(openProbe: () => ResourceProbe, usesGpu: boolean): Promise<MachineMemory> {
  const probe = openProbe();
  try {
    const [{ memoryTotalBytes }, slow] = await Promise.all([
      probe.sampleFast(),
      usesGpu ? probe.sampleSlow() : null,
    ]);
    return { memoryBytes: memoryTotalBytes ?? 0, vramBytes: slow?.vramTotalBytes ?? null };
  } finally {
    probe.dispose();
  }
}
