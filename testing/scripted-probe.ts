import type { FastSample, ResourceProbe, SlowSample } from '../services/resource-probe.ts';

/** What the next sample says; a field that is not set keeps its value. */
export type ProbeScript = Partial<FastSample & SlowSample>;

export interface ScriptedProbe extends ResourceProbe {
  /** Changes what samples say from now on. */
  set(script: ProbeScript): void;
  /** Makes samples of both paces wait until `release`. */
  hold(): void;
  /** Lets held samples go on; they say what is set now. */
  release(): void;
  /** Samples asked for, and those of them that wait. */
  counts(): {
    readonly fast: number;
    readonly slow: number;
    readonly held: number;
    readonly disposed: boolean;
  };
}

/** A calm machine of 16 GiB without a GPU. */
const CALM: FastSample & SlowSample = {
  memoryTotalBytes: 16 * 2 ** 30,
  memoryAvailableBytes: 8 * 2 ** 30,
  cpuLoadRatio: 0.1,
  processBytes: 200 * 2 ** 20,
  eventLoopDelayMs: 1,
  vramTotalBytes: null,
  vramUsedBytes: null,
  swapUsedBytes: 0,
  cpuTemperatureCelsius: null,
};

/** A probe that says what it is told, over the figures of a calm machine. */
export function createScriptedProbe(initial: ProbeScript = {}): ScriptedProbe {
  let machine = { ...CALM, ...initial };
  let fast = 0;
  let slow = 0;
  let held = 0;
  let disposed = false;
  let gate = Promise.resolve();
  let openGate: () => void = () => undefined;

  const pass = async (): Promise<void> => {
    held += 1;
    await gate;
    held -= 1;
  };

  return {
    sampleFast: async () => {
      fast += 1;
      await pass();
      const { memoryTotalBytes, memoryAvailableBytes, cpuLoadRatio, processBytes, eventLoopDelayMs } =
        machine;
      return {
        memoryTotalBytes,
        memoryAvailableBytes,
        cpuLoadRatio,
        processBytes,
        eventLoopDelayMs: disposed ? null : eventLoopDelayMs,
      };
    },
    sampleSlow: async () => {
      slow += 1;
      await pass();
      const { vramTotalBytes, vramUsedBytes, swapUsedBytes, cpuTemperatureCelsius } = machine;
      return { vramTotalBytes, vramUsedBytes, swapUsedBytes, cpuTemperatureCelsius };
    },
    dispose: () => {
      disposed = true;
    },
    set: (script) => {
      machine = { ...machine, ...script };
    },
    hold: () => {
      openGate();
      gate = new Promise((resolve) => {
        openGate = resolve;
      });
    },
    release: () => openGate(),
    counts: () => ({ fast, slow, held, disposed }),
  };
}
