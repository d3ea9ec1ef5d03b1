import type { FastSample, ResourceProbe, SlowSample } from '../../services/resource-probe.ts';
import type { FaultBook, FaultKind } from './faults.ts';
import type { World } from './world.ts';

const TOTAL_BYTES = 16 * 2 ** 30;

/** Share of the memory in use that each fault tells; the limits are at their defaults, 0.85 and 0.97. */
const CALM_RATIO = 0.5;
const TIGHT_RATIO = 0.9;
const SHORT_RATIO = 0.99;
/** Each side of the hard limit for this long. */
const OSCILLATION_MS = 7_000;

export interface SimulatedMachine {
  readonly openProbe: () => ResourceProbe;
  /** Probes that were not disposed. */
  readonly openProbes: () => number;
}

/** A machine of 16 GiB that is calm, but for its faults. */
export function createSimulatedMachine(world: Pick<World, 'nowMs'>, faults: FaultBook): SimulatedMachine {
  let open = 0;

  const usedRatio = (): number => {
    const is = (kind: FaultKind) => faults.active(kind) !== null;
    if (is('probe.short')) return SHORT_RATIO;
    if (is('probe.oscillates'))
      return Math.floor(world.nowMs() / OSCILLATION_MS) % 2 === 0 ? SHORT_RATIO : TIGHT_RATIO;
    if (is('probe.tight')) return TIGHT_RATIO;
    return CALM_RATIO;
  };

  const pass = async (): Promise<void> => {
    const hangs = faults.active('probe.hangs');
    if (hangs !== null) await faults.over(hangs);
    if (faults.active('probe.rejects') !== null) throw new Error('the probe broke its promise');
  };

  const openProbe = (): ResourceProbe => {
    open += 1;
    let disposed = false;
    return {
      sampleFast: async (): Promise<FastSample> => {
        await pass();
        const reading = (value: number): number | null => {
          if (faults.active('probe.null') !== null) return null;
          return faults.active('probe.nan') === null ? value : Number.NaN;
        };
        return {
          memoryTotalBytes: TOTAL_BYTES,
          memoryAvailableBytes: reading(Math.round(TOTAL_BYTES * (1 - usedRatio()))),
          cpuLoadRatio: 0.1,
          processBytes: 200 * 2 ** 20,
          eventLoopDelayMs: disposed ? null : 1,
        };
      },
      sampleSlow: async (): Promise<SlowSample> => {
        await pass();
        return { vramTotalBytes: null, vramUsedBytes: null, swapUsedBytes: 0, cpuTemperatureCelsius: null };
      },
      dispose: () => {
        if (!disposed) open -= 1;
        disposed = true;
      },
    };
  };

  return { openProbe, openProbes: () => open };
}
