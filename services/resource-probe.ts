import { freemem, totalmem } from 'node:os';
import { type CpuLoad, measureCpuLoad } from './cpu-load.ts';
import { measureEventLoopDelay } from './event-loop-delay.ts';

/**
 * Looks at the machine, at two paces. Neither method rejects: what cannot be told is null, and an observation that
 * lacks a number it needs is refused by the gate. Samples of one pace are to be taken one after the other.
 */
export interface ResourceProbe {
  /** For several times a second: under 1 ms, and no process is started. */
  sampleFast(): Promise<FastSample>;
  /** For every half minute: 15 ms and more, and starts processes that ask the drivers. */
  sampleSlow(): Promise<SlowSample>;
  /** Ends all measuring; samples may still be asked for. Idempotent. */
  dispose(): void;
}

export interface FastSample {
  readonly memoryTotalBytes: number | null;
  /** What programs could still get, caches that can be given up included. */
  readonly memoryAvailableBytes: number | null;
  /** Share of all cores that was busy since the sample before, 0 to 1; for the first 100 ms, over the last minute. */
  readonly cpuLoadRatio: number | null;
  /** Resident memory of this process. */
  readonly processBytes: number | null;
  /** Longest time the event loop was late since about the sample before. */
  readonly eventLoopDelayMs: number | null;
}

export interface SlowSample {
  /** Of all GPUs together; null where no driver tells. */
  readonly vramTotalBytes: number | null;
  readonly vramUsedBytes: number | null;
  readonly swapUsedBytes: number | null;
  readonly cpuTemperatureCelsius: number | null;
}

/** The calls of `systeminformation` that are used. */
export type SystemInformation = Pick<
  typeof import('systeminformation'),
  'mem' | 'graphics' | 'cpuTemperature'
>;

export interface ResourceProbeOptions {
  readonly load?: () => Promise<SystemInformation>;
  readonly platform?: NodeJS.Platform;
}

const BYTES_PER_MIB = 2 ** 20;

/**
 * Starts measuring CPU load and event-loop delay; `systeminformation` is loaded at the first sample. Keeps no
 * process alive.
 *
 * CPU load is not taken from `systeminformation`: on Linux its `currentLoad` starts a shell at each call and blocks
 * the event loop for 4 ms until that ends.
 */
export function createResourceProbe(options: ResourceProbeOptions = {}): ResourceProbe {
  const { load = loadSystemInformation, platform = process.platform } = options;
  const eventLoopDelay = measureEventLoopDelay();
  const cpuLoad = startCpuLoad();
  let disposed = false;
  let lastMemory: Memory | null = null;

  const readMemory = async (): Promise<Memory> => {
    const { total, available, swapused } = await (await load()).mem();
    lastMemory = { totalBytes: total, availableBytes: available, swapUsedBytes: swapused };
    return lastMemory;
  };

  /** Only on Linux does `mem` come without a process; elsewhere but on Windows the last slow reading has to do. */
  const readMemoryFast = async (): Promise<Omit<Memory, 'swapUsedBytes'>> => {
    if (platform === 'linux') return readMemory();
    if (platform === 'win32') return { totalBytes: totalmem(), availableBytes: freemem() };
    return lastMemory ?? readMemory();
  };

  return {
    sampleFast: async () => {
      const memory = await orNull(readMemoryFast);
      return {
        memoryTotalBytes: amountOf(memory?.totalBytes),
        memoryAvailableBytes: amountOf(memory?.availableBytes),
        cpuLoadRatio: amountOf(orNullNow(() => cpuLoad?.readRatio())),
        processBytes: amountOf(orNullNow(() => process.memoryUsage.rss())),
        eventLoopDelayMs: disposed ? null : amountOf(eventLoopDelay.readMs()),
      };
    },
    sampleSlow: async () => {
      // One after the other: each starts processes, and the machine may be short of room for them.
      const memory = await orNull(readMemory);
      const controllers = await orNull(async () => (await (await load()).graphics()).controllers);
      const temperature = await orNull(async () => (await (await load()).cpuTemperature()).main);
      return {
        ...sumVram(controllers ?? []),
        swapUsedBytes: amountOf(memory?.swapUsedBytes),
        cpuTemperatureCelsius: amountOf(temperature),
      };
    },
    dispose: () => {
      disposed = true;
      eventLoopDelay.dispose();
    },
  };
}

interface Memory {
  readonly totalBytes: number;
  readonly availableBytes: number;
  readonly swapUsedBytes: number;
}

/** The module is CommonJS and large: a host that never starts its supervisor does not pay for it. */
async function loadSystemInformation(): Promise<SystemInformation> {
  return (await import('systeminformation')).default;
}

function startCpuLoad(): CpuLoad | null {
  return orNullNow(() => measureCpuLoad()) ?? null;
}

/** The sizes of a GPU, in MiB. Other fields name makes and buses. */
interface GpuSizes {
  readonly vram?: number | null;
  readonly memoryTotal?: number | null;
  readonly memoryUsed?: number | null;
}

/**
 * Adds up the GPUs that tell both their size and their use; where none does, the sizes alone. A mixture would set
 * the use of one GPU against the size of two.
 */
function sumVram(gpus: readonly GpuSizes[]): Pick<SlowSample, 'vramTotalBytes' | 'vramUsedBytes'> {
  const measured = gpus.filter((gpu) => isAmount(gpu.memoryTotal) && isAmount(gpu.memoryUsed));
  if (measured.length > 0) {
    return {
      vramTotalBytes: sumBytes(measured.map((gpu) => gpu.memoryTotal)),
      vramUsedBytes: sumBytes(measured.map((gpu) => gpu.memoryUsed)),
    };
  }
  const sizes = gpus.map((gpu) => gpu.memoryTotal ?? gpu.vram).filter((size) => isAmount(size) && size > 0);
  return { vramTotalBytes: sizes.length > 0 ? sumBytes(sizes) : null, vramUsedBytes: null };
}

function sumBytes(sizesMib: readonly (number | null | undefined)[]): number {
  return sizesMib.reduce<number>((sum, size) => sum + (size ?? 0) * BYTES_PER_MIB, 0);
}

function isAmount(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0;
}

function amountOf(value: unknown): number | null {
  return isAmount(value) ? value : null;
}

async function orNull<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch {
    return null;
  }
}

function orNullNow<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
