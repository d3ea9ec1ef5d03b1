import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { evaluateRuntimeRequest } from '../../../policies/gate.ts';
import { type PressureLevel, recordPressure } from '../../../policies/pressure.ts';
import {
  createResourceLimits,
  evaluateResourceLimits,
  type ResourceLimits,
  type ResourceObservation,
} from '../../../policies/resources.ts';
import { openFacts } from '../../doubles/policy-facts.ts';

const ratio = fc.double({ min: 0, max: 1, noNaN: true });
const amount = fc.double({ min: 0, max: 1e12, noNaN: true });

const limits: fc.Arbitrary<ResourceLimits> = fc
  .record({
    memoryUsedRatioSoft: ratio,
    memoryUsedRatioHard: ratio,
    processBytesHard: amount,
    vramUsedRatioSoft: ratio,
    vramUsedRatioHard: ratio,
    cpuLoadRatioSoft: ratio,
    cpuLoadRatioHard: ratio,
    observationAgeMsMax: fc.integer({ min: 1, max: 10_000 }),
    pressureClearRatio: fc.double({ min: 0, max: 0.5, noNaN: true }),
  })
  .map(createResourceLimits)
  .filter((made) => made !== null);

const observation: fc.Arbitrary<ResourceObservation> = fc
  .record({
    ageMs: fc.integer({ min: 0, max: 20_000 }),
    memoryTotalBytes: fc.integer({ min: 1, max: 2 ** 40 }),
    availableShare: ratio,
    cpuLoadRatio: ratio,
    processBytes: amount,
    eventLoopDelayMs: amount,
    vramTotalBytes: fc.option(fc.integer({ min: 1, max: 2 ** 40 })),
    vramShare: ratio,
  })
  .map(({ availableShare, vramShare, ...rest }) => ({
    ...rest,
    memoryAvailableBytes: rest.memoryTotalBytes * availableShare,
    vramUsedBytes: rest.vramTotalBytes === null ? null : rest.vramTotalBytes * vramShare,
  }));

/** The same machine under more strain, or the same. */
function strained(seen: ResourceObservation, more: number): ResourceObservation {
  return {
    ...seen,
    ageMs: seen.ageMs * (1 + more),
    memoryAvailableBytes: seen.memoryAvailableBytes * (1 - more),
    cpuLoadRatio: seen.cpuLoadRatio + (1 - seen.cpuLoadRatio) * more,
    processBytes: seen.processBytes * (1 + more),
    vramUsedBytes: seen.vramUsedBytes === null ? null : seen.vramUsedBytes * (1 + more),
  };
}

const LEVELS: readonly PressureLevel[] = ['nominal', 'elevated', 'critical'];
const level = fc.constantFrom(...LEVELS);

describe('resources, whatever is observed', () => {
  test('[RS14] more strain never turns a refusal into an admission', () => {
    fc.assert(
      fc.property(limits, observation, ratio, (bounds, seen, more) => {
        const before = evaluateResourceLimits(bounds, seen);
        const after = evaluateResourceLimits(bounds, strained(seen, more));
        return before.ok || !after.ok;
      }),
      { numRuns: 1000 },
    );
  });

  test('[GA10] more strain never opens the gate', () => {
    fc.assert(
      fc.property(limits, observation, ratio, (bounds, seen, more) => {
        const before = evaluateRuntimeRequest(openFacts({ limits: bounds, observation: seen }));
        const after = evaluateRuntimeRequest(
          openFacts({ limits: bounds, observation: strained(seen, more) }),
        );
        return before.ok || !after.ok;
      }),
      { numRuns: 500 },
    );
  });

  test('[RS15] stricter hard limits never turn a refusal into an admission', () => {
    fc.assert(
      fc.property(limits, observation, ratio, (bounds, seen, share) => {
        const stricter = {
          ...bounds,
          memoryUsedRatioSoft: 0,
          vramUsedRatioSoft: 0,
          cpuLoadRatioSoft: 0,
          memoryUsedRatioHard: bounds.memoryUsedRatioHard * share,
          vramUsedRatioHard: bounds.vramUsedRatioHard * share,
          cpuLoadRatioHard: bounds.cpuLoadRatioHard * share,
          processBytesHard: bounds.processBytesHard * share,
        };
        return evaluateResourceLimits(bounds, seen).ok || !evaluateResourceLimits(stricter, seen).ok;
      }),
      { numRuns: 500 },
    );
  });
});

describe('pressure, whatever is observed', () => {
  const rank = (of: PressureLevel): number => LEVELS.indexOf(of);

  test('[PR8] more strain never lowers the level', () => {
    fc.assert(
      fc.property(level, limits, observation, ratio, (from, bounds, seen, more) => {
        return (
          rank(recordPressure(from, bounds, strained(seen, more))) >= rank(recordPressure(from, bounds, seen))
        );
      }),
      { numRuns: 1000 },
    );
  });

  test('[PR9] a higher level before never means a lower one after', () => {
    fc.assert(
      fc.property(limits, observation, (bounds, seen) => {
        const [low, middle, high] = LEVELS.map((from) => rank(recordPressure(from, bounds, seen)));
        return low! <= middle! && middle! <= high!;
      }),
      { numRuns: 1000 },
    );
  });

  test('[PR9] the same observation twice changes nothing more', () => {
    fc.assert(
      fc.property(level, limits, observation, (from, bounds, seen) => {
        const once = recordPressure(from, bounds, seen);
        return recordPressure(once, bounds, seen) === once;
      }),
      { numRuns: 1000 },
    );
  });

  test('[PR2] what the gate refuses for memory, GPU memory or CPU is critical', () => {
    const ratios = ['memory_exceeded', 'vram_exceeded', 'cpu_exceeded', 'observation_stale'];
    fc.assert(
      fc.property(level, limits, observation, (from, bounds, seen) => {
        const { reason } = evaluateResourceLimits(bounds, seen);
        return !ratios.includes(reason) || recordPressure(from, bounds, seen) === 'critical';
      }),
      { numRuns: 1000 },
    );
  });
});
