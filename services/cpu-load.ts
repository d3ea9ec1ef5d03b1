import { readFileSync } from 'node:fs';
import { availableParallelism, cpus, loadavg } from 'node:os';

/** Time that all cores together spent since boot; its unit, which differs between systems, cancels out in a ratio. */
export interface CpuTimes {
  readonly busy: number;
  readonly idle: number;
}

export interface CpuLoad {
  /**
   * Share of all cores that was busy since the reading before, 0 to 1; one that comes too soon after another repeats
   * it. Until enough time has passed since the start for a first one, the system's own average over the last minute
   * stands in, so that a supervisor that starts quickly is not blind; null where the system keeps none.
   */
  readRatio(): number | null;
}

/** Shortest span to tell a load from: cores count in steps of 10 ms, so that less gives nothing but steps. */
const SPAN_MS_MIN = 100;

/**
 * Measures the CPU load of the machine from its own counters, beginning now.
 *
 * @throws what its arguments throw, here and in `readRatio`.
 */
export function measureCpuLoad(
  readTimes: () => CpuTimes = readCpuTimes,
  nowMs: () => number = () => performance.now(),
  readAverageRatio: () => number | null = readLoadAverage,
): CpuLoad {
  let from = { times: readTimes(), atMs: nowMs() };
  let lastRatio: number | null = null;
  return {
    readRatio: () => {
      const atMs = nowMs();
      if (atMs - from.atMs < SPAN_MS_MIN) return lastRatio ?? readAverageRatio();
      const times = readTimes();
      lastRatio = ratioBetween(from.times, times) ?? lastRatio;
      from = { times, atMs };
      return lastRatio ?? readAverageRatio();
    },
  };
}

/** Null where no counter moved. Counters of single kinds of time may go back a little; a ratio never leaves 0 to 1. */
function ratioBetween(from: CpuTimes, to: CpuTimes): number | null {
  const busy = Math.max(0, to.busy - from.busy);
  const idle = Math.max(0, to.idle - from.idle);
  return busy + idle > 0 ? busy / (busy + idle) : null;
}

/** Tasks that ran or wanted to, for each core, over the last minute. Windows keeps no such average. */
function readLoadAverage(): number | null {
  if (process.platform === 'win32') return null;
  return Math.min(1, loadavg()[0]! / availableParallelism());
}

function readCpuTimes(): CpuTimes {
  return process.platform === 'linux' ? readProcStat() : readCpus();
}

/**
 * One line of one pseudo file, 0.03 ms. `os.cpus()` asks for the clock rate of each core besides, and
 * `systeminformation` starts a shell for this.
 */
function readProcStat(): CpuTimes {
  return parseProcStat(readFileSync('/proc/stat', 'latin1'));
}

/** @throws TypeError on a text that is not that of `/proc/stat`. */
export function parseProcStat(text: string): CpuTimes {
  const counters = /^cpu +([\d ]+)$/m.exec(text)?.[1]?.trim().split(/ +/).map(Number);
  // The two guest times, ninth and tenth, are in user and nice already.
  const [user, nice, system, idle, ioWait, irq = 0, softIrq = 0, steal = 0] = counters ?? [];
  if (user === undefined || nice === undefined || system === undefined || idle === undefined) {
    throw new TypeError('no CPU times in /proc/stat');
  }
  return { busy: user + nice + system + irq + softIrq + steal, idle: idle + (ioWait ?? 0) };
}

function readCpus(): CpuTimes {
  let busy = 0;
  let idle = 0;
  for (const { times } of cpus()) {
    busy += times.user + times.nice + times.sys + times.irq;
    idle += times.idle;
  }
  return { busy, idle };
}
