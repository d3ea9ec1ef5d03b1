import { isNumberWithin, isObject, ownField } from './foreign.ts';
import { LIMIT_RULES, type LimitName, type Limits } from './limits.ts';
import { allow, deny, failClosed, type Verdict } from './verdict.ts';

const RESOURCE_LIMIT_NAMES = [
  'memoryUsedRatioSoft',
  'memoryUsedRatioHard',
  'processBytesHard',
  'vramUsedRatioSoft',
  'vramUsedRatioHard',
  'cpuLoadRatioSoft',
  'cpuLoadRatioHard',
  'observationAgeMsMax',
  'pressureClearRatio',
] as const satisfies readonly LimitName[];

/** The limits of `limits.ts` that an observation is judged by. */
export type ResourceLimits = Pick<Limits, (typeof RESOURCE_LIMIT_NAMES)[number]>;

/** One sample of the machine. Every number is finite and 0 or more. */
export interface ResourceObservation {
  readonly ageMs: number;
  /** Above 0. */
  readonly memoryTotalBytes: number;
  /** At most the total. */
  readonly memoryAvailableBytes: number;
  /** Share of all cores, 1 when every core is busy. */
  readonly cpuLoadRatio: number;
  readonly processBytes: number;
  readonly eventLoopDelayMs: number;
  /** Null where it cannot be told; GPU memory is judged only where both are known. */
  readonly vramTotalBytes: number | null;
  readonly vramUsedBytes: number | null;
}

const WITHIN = Object.freeze(allow('within_limits'));
const LIMITS_MALFORMED = Object.freeze(deny('limits_malformed'));
const MISSING = Object.freeze(deny('observation_missing'));
const MALFORMED = Object.freeze(deny('observation_malformed'));
const STALE = Object.freeze(deny('observation_stale'));
const MEMORY_EXCEEDED = Object.freeze(deny('memory_exceeded'));
const PROCESS_EXCEEDED = Object.freeze(deny('process_memory_exceeded'));
const VRAM_EXCEEDED = Object.freeze(deny('vram_exceeded'));
const CPU_EXCEEDED = Object.freeze(deny('cpu_exceeded'));

/**
 * Reads the resource limits out of `limits`, with the defaults of `limits.ts` for what is absent.
 * Null where it is no object, a limit is out of its range, or a soft threshold is above its hard one.
 */
export function createResourceLimits(limits: unknown): ResourceLimits | null {
  const sound = failClosed(() => {
    if (!isObject(limits) || Array.isArray(limits)) return null;
    const filled = RESOURCE_LIMIT_NAMES.map((name) => {
      const value = ownField(limits, name);
      return [name, value === undefined ? LIMIT_RULES[name].default : value];
    });
    return readResourceLimits(Object.fromEntries(filled));
  }, null);
  return sound === null ? null : (new SoundLimits(sound) as unknown as ResourceLimits);
}

/**
 * Limits that were read once and cannot change: the gate need not read them anew for each request. The mark is a
 * private field, which nobody can forge and no copy carries; what has none is read in full.
 */
class SoundLimits {
  readonly #sound = true;

  constructor(limits: ResourceLimits) {
    Object.assign(this, limits);
    Object.freeze(this);
  }

  static has(value: unknown): value is ResourceLimits {
    return isObject(value) && #sound in value;
  }
}

/**
 * Judges an observation by the hard limits. The first that applies: `limits_malformed`, `observation_missing`,
 * `observation_malformed`, `observation_stale`, `memory_exceeded`, `process_memory_exceeded`, `vram_exceeded`,
 * `cpu_exceeded`, else `within_limits`. Exactly at a limit is within it.
 */
export function evaluateResourceLimits(limits: unknown, observation: unknown): Verdict {
  const bounds = SoundLimits.has(limits) ? limits : readResourceLimits(limits);
  if (bounds === null) return LIMITS_MALFORMED;
  if (observation === null || observation === undefined) return MISSING;
  const seen = readResourceObservation(observation);
  if (seen === null) return MALFORMED;
  if (seen.ageMs > bounds.observationAgeMsMax) return STALE;
  if (memoryUsedRatio(seen) > bounds.memoryUsedRatioHard) return MEMORY_EXCEEDED;
  if (seen.processBytes > bounds.processBytesHard) return PROCESS_EXCEEDED;
  if (vramUsedRatio(seen) > bounds.vramUsedRatioHard) return VRAM_EXCEEDED;
  if (seen.cpuLoadRatio > bounds.cpuLoadRatioHard) return CPU_EXCEEDED;
  return WITHIN;
}

/** A copy of complete and sound limits, each field read once; null for anything else. No default is filled in. */
export function readResourceLimits(limits: unknown): ResourceLimits | null {
  return failClosed(() => {
    if (!isObject(limits)) return null;
    const memoryUsedRatioSoft = readLimit(limits, 'memoryUsedRatioSoft');
    const memoryUsedRatioHard = readLimit(limits, 'memoryUsedRatioHard');
    const processBytesHard = readLimit(limits, 'processBytesHard');
    const vramUsedRatioSoft = readLimit(limits, 'vramUsedRatioSoft');
    const vramUsedRatioHard = readLimit(limits, 'vramUsedRatioHard');
    const cpuLoadRatioSoft = readLimit(limits, 'cpuLoadRatioSoft');
    const cpuLoadRatioHard = readLimit(limits, 'cpuLoadRatioHard');
    const observationAgeMsMax = readLimit(limits, 'observationAgeMsMax');
    const pressureClearRatio = readLimit(limits, 'pressureClearRatio');
    // A limit that could not be read is NaN, and NaN is in no order and no range.
    const ordered =
      memoryUsedRatioSoft <= memoryUsedRatioHard &&
      vramUsedRatioSoft <= vramUsedRatioHard &&
      cpuLoadRatioSoft <= cpuLoadRatioHard;
    if (!ordered || !(processBytesHard >= 0 && observationAgeMsMax >= 0 && pressureClearRatio >= 0))
      return null;
    return {
      memoryUsedRatioSoft,
      memoryUsedRatioHard,
      processBytesHard,
      vramUsedRatioSoft,
      vramUsedRatioHard,
      cpuLoadRatioSoft,
      cpuLoadRatioHard,
      observationAgeMsMax,
      pressureClearRatio,
    };
  }, null);
}

/** A copy of a sound observation, each field read once; null for anything else. */
export function readResourceObservation(observation: unknown): ResourceObservation | null {
  return failClosed(() => {
    if (!isObject(observation)) return null;
    const ageMs = readAmount(observation, 'ageMs');
    const memoryTotalBytes = readAmount(observation, 'memoryTotalBytes');
    const memoryAvailableBytes = readAmount(observation, 'memoryAvailableBytes');
    const cpuLoadRatio = readAmount(observation, 'cpuLoadRatio');
    const processBytes = readAmount(observation, 'processBytes');
    const eventLoopDelayMs = readAmount(observation, 'eventLoopDelayMs');
    const vramTotalBytes = readAmountOrNull(observation, 'vramTotalBytes');
    const vramUsedBytes = readAmountOrNull(observation, 'vramUsedBytes');
    const memorySound = memoryTotalBytes > 0 && memoryAvailableBytes <= memoryTotalBytes;
    const restSound = ageMs >= 0 && cpuLoadRatio >= 0 && processBytes >= 0 && eventLoopDelayMs >= 0;
    const vramSound = !Number.isNaN(vramTotalBytes) && !Number.isNaN(vramUsedBytes);
    if (!memorySound || !restSound || !vramSound) return null;
    return {
      ageMs,
      memoryTotalBytes,
      memoryAvailableBytes,
      cpuLoadRatio,
      processBytes,
      eventLoopDelayMs,
      vramTotalBytes,
      vramUsedBytes,
    };
  }, null);
}

/** Share of system memory in use, 0 to 1. */
export function memoryUsedRatio(observation: ResourceObservation): number {
  return 1 - observation.memoryAvailableBytes / observation.memoryTotalBytes;
}

/** Share of GPU memory in use; 0 where there is none or it cannot be told. */
export function vramUsedRatio(observation: ResourceObservation): number {
  const { vramTotalBytes, vramUsedBytes } = observation;
  if (vramTotalBytes === null || vramUsedBytes === null || vramTotalBytes === 0) return 0;
  return vramUsedBytes / vramTotalBytes;
}

function readLimit(limits: object, name: LimitName): number {
  const value = ownField(limits, name);
  const { min, max } = LIMIT_RULES[name];
  return isNumberWithin(value, min, max) ? value : Number.NaN;
}

function readAmount(observation: object, name: keyof ResourceObservation): number {
  const value = ownField(observation, name);
  return isNumberWithin(value, 0, Number.MAX_VALUE) ? value : Number.NaN;
}

function readAmountOrNull(observation: object, name: keyof ResourceObservation): number | null {
  const value = ownField(observation, name);
  return value === null ? null : isNumberWithin(value, 0, Number.MAX_VALUE) ? value : Number.NaN;
}
