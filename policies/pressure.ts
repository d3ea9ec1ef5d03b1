import {
  memoryUsedRatio,
  type ResourceLimits,
  type ResourceObservation,
  readResourceLimits,
  readResourceObservation,
  vramUsedRatio,
} from './resources.ts';

export type PressureLevel = 'nominal' | 'elevated' | 'critical';

/** One reading with its thresholds, all ratios. */
interface Gauge {
  readonly reading: number;
  readonly soft: number;
  readonly hard: number;
}

/**
 * The next pressure level. It rises at once: `elevated` where a reading (memory, GPU memory, CPU) is at its soft
 * threshold or above, `critical` where one is above its hard threshold. It falls below a threshold only when every
 * reading is under it by `pressureClearRatio`, so that a reading which trembles does not make the level tremble.
 *
 * An observation or limits that are missing, malformed or stale give `critical`. A `level` that is none is read as
 * `critical`. A hard threshold of 1 cannot be passed and therefore holds no level either: a machine that computes
 * on every core is busy, not in need.
 */
export function recordPressure(level: unknown, limits: unknown, observation: unknown): PressureLevel {
  const bounds = readResourceLimits(limits);
  const seen = readResourceObservation(observation);
  if (bounds === null || seen === null || seen.ageMs > bounds.observationAgeMsMax) return 'critical';

  const gauges = gaugesOf(bounds, seen);
  const clear = bounds.pressureClearRatio;
  if (gauges.some(isAboveHard)) return 'critical';
  const wasCritical = level !== 'elevated' && level !== 'nominal';
  if (wasCritical && gauges.some((gauge) => isHeldCritical(gauge, clear))) return 'critical';
  if (gauges.some(isAtSoft)) return 'elevated';
  const wasElevated = wasCritical || level === 'elevated';
  return wasElevated && gauges.some((gauge) => isHeldElevated(gauge, clear)) ? 'elevated' : 'nominal';
}

function gaugesOf(limits: ResourceLimits, seen: ResourceObservation): readonly Gauge[] {
  return [
    { reading: memoryUsedRatio(seen), soft: limits.memoryUsedRatioSoft, hard: limits.memoryUsedRatioHard },
    { reading: vramUsedRatio(seen), soft: limits.vramUsedRatioSoft, hard: limits.vramUsedRatioHard },
    { reading: seen.cpuLoadRatio, soft: limits.cpuLoadRatioSoft, hard: limits.cpuLoadRatioHard },
  ];
}

function isAboveHard({ reading, hard }: Gauge): boolean {
  return reading > hard;
}

function isAtSoft({ reading, soft }: Gauge): boolean {
  return reading >= soft;
}

function isHeldCritical({ reading, hard }: Gauge, clear: number): boolean {
  return hard < 1 && reading >= hard - clear;
}

function isHeldElevated({ reading, soft }: Gauge, clear: number): boolean {
  return reading >= soft - clear;
}
