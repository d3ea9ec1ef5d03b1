import type { InspectionEvent } from 'xstate';
import type { AcquireModel } from '../actors/start-ports.ts';
import { acquireDeadlineMs } from '../policies/acquisition.ts';
import type { Limits } from '../policies/limits.ts';
import type { Clock } from '../services/clock.ts';
import { createLocalModelSource } from '../services/model-file.ts';
import type { ModelStore } from '../services/model-store.ts';
import type { ResourceProbe } from '../services/resource-probe.ts';
import { createModelAcquirer } from './model-acquirer.ts';
import type { ModelOptions, RemoteModelOptions, ResolvedOptions, StoreOptions } from './options.ts';

/** How a supervisor comes to the file of its model. */
export interface ModelAccess {
  /** Where the file lies once it was acquired. */
  readonly path: string;
  readonly isRemote: boolean;
  readonly acquire: AcquireModel;
  /** The limits, with the time that a download of this size may take. */
  readonly limits: Limits;
}

export interface ModelAccessParts {
  readonly clock: Clock;
  readonly openProbe: () => ResourceProbe;
  readonly inspect: ((event: InspectionEvent) => void) | undefined;
}

/** A file that is here is proved where it lies; a model with a URL is brought into the store. */
export function createModelAccess(options: ResolvedOptions, parts: ModelAccessParts): ModelAccess {
  const { model, store } = options;
  return 'url' in model
    ? accessRemote(model, options.ports?.store ?? (store as StoreOptions), options, parts)
    : accessLocal(model, options);
}

function accessLocal(model: ModelOptions, { limits, ports }: ResolvedOptions): ModelAccess {
  const download = ports?.download ?? createLocalModelSource();
  return {
    path: model.path,
    isRemote: false,
    acquire: ({ signal, onRatio }) => download({ ...model, signal, onProgress: onRatio }),
    limits,
  };
}

function accessRemote(
  model: RemoteModelOptions,
  storeOptions: StoreOptions | ModelStore,
  { sources, limits, runtime, fit, ports, jitterSeed }: ResolvedOptions,
  parts: ModelAccessParts,
): ModelAccess {
  const usesGpu = runtime.gpu !== false;
  const { store, fetcher, acquirer } = createModelAcquirer({
    ...parts,
    store: storeOptions,
    fetcher: ports?.fetcher,
    sources,
    limits,
    usesGpu,
    jitterSeed,
  });
  const { sha256, sizeBytes } = model;
  const path = store.pathOf(sha256);
  const { download } = ports ?? {};
  const demand =
    fit === 'ignore' ? null : { contextTokens: runtime.contextTokens, sequences: limits.maxInFlight };
  return {
    path,
    isRemote: true,
    acquire: ({ signal, onRatio, onProgress }) =>
      download === undefined
        ? acquirer.acquire(model, demand, signal, onProgress).finally(() => fetcher.close())
        : download({ path, sha256, sizeBytes, signal, onProgress: onRatio }),
    limits: { ...limits, acquireMsMax: acquireDeadlineMs(limits, sizeBytes) },
  };
}
