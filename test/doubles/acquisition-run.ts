import { createHash } from 'node:crypto';
import { createAcquirer, type ModelSource } from '../../actors/acquire-model.ts';
import type { AcquisitionProgress } from '../../machines/acquisition-context.ts';
import { DEFAULT_LIMITS, type Limits } from '../../policies/limits.ts';
import type { ModelDemand } from '../../policies/model-fit.ts';
import { allow } from '../../policies/verdict.ts';
import { createManualClock } from '../../testing/manual-clock.ts';
import { createMemoryModelStore } from '../../testing/memory-model-store.ts';
import { createModelFile } from '../../testing/model-file.ts';
import { createScriptedFetcher } from '../../testing/scripted-fetcher.ts';

export const URL_A = 'https://a.example/model.gguf';
export const URL_B = 'https://b.example/model.gguf';

export interface AcquisitionRunOptions {
  readonly limits?: Partial<Limits>;
  readonly sizeBytes?: number;
  /** Default: the size that it has. */
  readonly pinnedBytes?: number;
  readonly mirrors?: readonly string[];
  readonly demand?: ModelDemand;
  readonly memoryBytes?: number;
}

/** One model, and everything that an acquisition of it stands on, as doubles. URL_A serves it. */
export function stageAcquisitionRun(options: AcquisitionRunOptions = {}) {
  const { limits, sizeBytes = 20_000, mirrors = [], demand = null, memoryBytes = 1e9 } = options;
  const bytes = createModelFile(sizeBytes);
  const pin: ModelSource = {
    url: URL_A,
    mirrors,
    sha256: createHash('sha256').update(bytes).digest('hex'),
    sizeBytes: options.pinnedBytes ?? sizeBytes,
  };
  const clock = createManualClock();
  const source = createScriptedFetcher();
  const memory = createMemoryModelStore();
  source.serve(URL_A, bytes);
  let looks = 0;
  const acquirer = createAcquirer({
    store: memory.store,
    fetcher: source.fetcher,
    judgeSource: () => allow('source_allowed'),
    readMemory: async () => {
      looks += 1;
      return { memoryBytes, vramBytes: null };
    },
    limits: { ...DEFAULT_LIMITS, backoffJitterRatio: 0, ...limits },
    clock,
    drawSeed: () => 1,
  });
  const progress: AcquisitionProgress[] = [];
  const controller = new AbortController();
  const acquire = (signal: AbortSignal) =>
    acquirer.acquire(pin, demand, signal, (told) => progress.push(told));
  return {
    bytes,
    pin,
    clock,
    source,
    memory,
    /** How often the memory of the machine was looked at. */
    looks: () => looks,
    /** Every progress that was told, in order. */
    progress,
    abort: () => controller.abort(),
    acquire: () => acquire(controller.signal),
    /** Whether the store holds the model, byte for byte. */
    isPublished: () => Buffer.compare(memory.bytesOf(pin.sha256) ?? Buffer.alloc(0), bytes) === 0,
    /** Lets everything that is due now happen. */
    settle: () => clock.advance(0),
    /** Acquires, moving the clock on until it has ended. A signal of its own: one that was aborted before does not count. */
    acquireWhole: async () => {
      let isOver = false;
      const ended = acquire(new AbortController().signal).finally(() => {
        isOver = true;
      });
      for (let round = 0; round < 2000 && !isOver; round += 1)
        await clock.advance(round % 5 === 4 ? 1000 : 0);
      return ended;
    },
    /** What is held: nothing, once it has ended. */
    held: () => ({ ...memory.counts(), transfers: source.openTransfers(), timers: clock.pending() }),
  };
}
