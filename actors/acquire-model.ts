import type { InspectionEvent } from 'xstate';
import type { AcquisitionOutput, AcquisitionProgress } from '../machines/acquisition-context.ts';
import { acquireDeadlineMs } from '../policies/acquisition.ts';
import { validateIntegritySpec } from '../policies/integrity.ts';
import type { Limits } from '../policies/limits.ts';
import type { MachineMemory, ModelDemand } from '../policies/model-fit.ts';
import type { ModelPin } from '../policies/pins.ts';
import type { CancelSignal, IntegritySpec } from '../policies/runtime-adapter.ts';
import { allow, type Verdict } from '../policies/verdict.ts';
import type { Clock } from '../services/clock.ts';
import type { ModelFetcher } from '../services/model-fetcher.ts';
import type { ModelStore } from '../services/model-store.ts';
import { runAcquisition } from './run-acquisition.ts';

/** A model by its bytes, and where they can be had: the first URL, then the mirrors in their order. */
export type ModelSource = Pick<ModelPin, 'url' | 'mirrors' | 'sha256' | 'sizeBytes'>;

export interface Acquirer {
  /** Brings the model here, or says why not. Never rejects. `demand` null: whether it fits is not judged. */
  acquire(
    pin: ModelSource,
    demand: ModelDemand | null,
    signal: CancelSignal,
    onProgress: (progress: AcquisitionProgress) => void,
  ): Promise<AcquisitionOutput>;
}

export interface AcquirerServices {
  readonly store: ModelStore;
  readonly fetcher: ModelFetcher;
  /** The source rule, with the allowlist that the host gave. */
  readonly judgeSource: (url: string) => Verdict;
  readonly readMemory: () => Promise<MachineMemory>;
  readonly limits: Limits;
  readonly clock: Clock;
  readonly drawSeed: () => number;
  readonly inspect?: ((event: InspectionEvent) => void) | undefined;
}

export function createAcquirer(services: AcquirerServices): Acquirer {
  const { judgeSource, readMemory, limits, drawSeed } = services;
  return {
    acquire(pin, demand, signal, onProgress) {
      const { sha256, sizeBytes } = pin;
      const spec = { sha256, sizeBytes };
      const urls = [pin.url, ...(pin.mirrors ?? [])];
      return runAcquisition({
        ...services,
        spec,
        urls,
        readMemory: demand === null ? null : readMemory,
        signal,
        onProgress,
        input: {
          plan: judgePlan(spec, urls.map(judgeSource)),
          sizeBytes,
          mirrors: urls.length,
          demand,
          limits: { ...limits, acquireMsMax: acquireDeadlineMs(limits, sizeBytes) },
          jitterSeed: drawSeed(),
        },
      });
    },
  };
}

/** The pin and every source must be sound: one that is not is a mistake of whoever wrote them. */
function judgePlan(spec: IntegritySpec, sources: readonly Verdict[]): Verdict {
  const judged = [validateIntegritySpec(spec), ...sources];
  return judged.find(({ ok }) => !ok) ?? allow('source_allowed');
}
