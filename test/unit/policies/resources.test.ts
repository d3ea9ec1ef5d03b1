import { describe, expect, test } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../policies/limits.ts';
import { createResourceLimits, evaluateResourceLimits } from '../../../policies/resources.ts';
import { calmObservation, resourceLimits } from '../../doubles/policy-facts.ts';

describe('createResourceLimits', () => {
  test('[RS1] fills what is absent with the defaults', () => {
    const limits = createResourceLimits({ memoryUsedRatioHard: 0.9, cpuLoadRatioSoft: undefined });
    expect(limits).toEqual({
      memoryUsedRatioSoft: DEFAULT_LIMITS.memoryUsedRatioSoft,
      memoryUsedRatioHard: 0.9,
      processBytesHard: DEFAULT_LIMITS.processBytesHard,
      vramUsedRatioSoft: DEFAULT_LIMITS.vramUsedRatioSoft,
      vramUsedRatioHard: DEFAULT_LIMITS.vramUsedRatioHard,
      cpuLoadRatioSoft: DEFAULT_LIMITS.cpuLoadRatioSoft,
      cpuLoadRatioHard: DEFAULT_LIMITS.cpuLoadRatioHard,
      observationAgeMsMax: DEFAULT_LIMITS.observationAgeMsMax,
      pressureClearRatio: DEFAULT_LIMITS.pressureClearRatio,
    });
  });

  test('[RS1] takes its part out of all the limits', () => {
    expect(createResourceLimits(DEFAULT_LIMITS)).toEqual(createResourceLimits({}));
  });

  test('[RS2] takes soft thresholds equal to hard ones, and the ends of every range', () => {
    const equal = { memoryUsedRatioSoft: 0.5, vramUsedRatioSoft: 0.5, cpuLoadRatioSoft: 0.5 };
    const hard = { memoryUsedRatioHard: 0.5, vramUsedRatioHard: 0.5, cpuLoadRatioHard: 0.5 };
    expect(createResourceLimits({ ...equal, ...hard })).toMatchObject(hard);
    const lowest = { processBytesHard: 0, observationAgeMsMax: 1, pressureClearRatio: 0 };
    expect(createResourceLimits(lowest)).toMatchObject(lowest);
  });

  test.each([
    ['nothing', undefined],
    ['a list', []],
    ['a ratio above 1', { memoryUsedRatioHard: 1.01 }],
    ['a negative ratio', { cpuLoadRatioSoft: -0.1 }],
    ['a ratio as text', { vramUsedRatioHard: '1' }],
    ['null for a limit', { processBytesHard: null }],
    ['NaN', { observationAgeMsMax: Number.NaN }],
    ['an age of 0', { observationAgeMsMax: 0 }],
    ['a clear share above a half', { pressureClearRatio: 0.51 }],
    ['memory: soft above hard', { memoryUsedRatioSoft: 0.9, memoryUsedRatioHard: 0.8 }],
    ['GPU memory: soft above hard', { vramUsedRatioSoft: 0.9, vramUsedRatioHard: 0.8 }],
    ['CPU: soft above hard', { cpuLoadRatioSoft: 0.9, cpuLoadRatioHard: 0.8 }],
    ['a soft threshold above the default hard one', { memoryUsedRatioSoft: 0.99 }],
  ])('[RS2] makes no limits of %s', (_what, limits) => {
    expect(createResourceLimits(limits)).toBeNull();
  });
});

describe('evaluateResourceLimits', () => {
  const limits = resourceLimits({
    memoryUsedRatioSoft: 0.5,
    memoryUsedRatioHard: 0.75,
    processBytesHard: 1000,
    vramUsedRatioSoft: 0.5,
    vramUsedRatioHard: 0.75,
    cpuLoadRatioSoft: 0.5,
    cpuLoadRatioHard: 0.75,
    observationAgeMsMax: 100,
  });
  const calm = calmObservation({
    ageMs: 0,
    memoryTotalBytes: 1000,
    memoryAvailableBytes: 900,
    processBytes: 10,
    vramTotalBytes: 1000,
    vramUsedBytes: 10,
  });

  test('[RS3] finds a machine that does nothing at all within its limits', () => {
    const idle = {
      ...calm,
      memoryAvailableBytes: 1000,
      processBytes: 0,
      cpuLoadRatio: 0,
      eventLoopDelayMs: 0,
    };
    expect(evaluateResourceLimits(limits, idle).reason).toBe('within_limits');
  });

  test('[RS3] finds a calm machine within its limits', () => {
    expect(evaluateResourceLimits(limits, calm)).toEqual({ ok: true, reason: 'within_limits' });
  });

  test.each([
    ['RS4', 'the oldest age', { ageMs: 100 }, 'within_limits'],
    ['RS4', 'an age beyond', { ageMs: 100.5 }, 'observation_stale'],
    ['RS5', 'memory at its limit', { memoryAvailableBytes: 250 }, 'within_limits'],
    ['RS5', 'memory above', { memoryAvailableBytes: 249 }, 'memory_exceeded'],
    ['RS6', 'the process at its limit', { processBytes: 1000 }, 'within_limits'],
    ['RS6', 'the process above', { processBytes: 1001 }, 'process_memory_exceeded'],
    ['RS7', 'GPU memory at its limit', { vramUsedBytes: 750 }, 'within_limits'],
    ['RS7', 'GPU memory above', { vramUsedBytes: 751 }, 'vram_exceeded'],
    ['RS7', 'more GPU memory used than there is', { vramUsedBytes: 2000 }, 'vram_exceeded'],
    ['RS8', 'no GPU', { vramTotalBytes: null, vramUsedBytes: null }, 'within_limits'],
    ['RS8', 'a GPU without memory', { vramTotalBytes: 0, vramUsedBytes: 5 }, 'within_limits'],
    ['RS8', 'a GPU whose use cannot be told', { vramUsedBytes: null }, 'within_limits'],
    [
      'RS8',
      'a GPU whose total cannot be told',
      { vramTotalBytes: null, vramUsedBytes: 999 },
      'within_limits',
    ],
    ['RS9', 'CPU at its limit', { cpuLoadRatio: 0.75 }, 'within_limits'],
    ['RS9', 'CPU above', { cpuLoadRatio: 0.76 }, 'cpu_exceeded'],
    ['RS10', 'stale and beyond all limits', { ageMs: 101, memoryAvailableBytes: 0 }, 'observation_stale'],
    ['RS10', 'memory and process', { memoryAvailableBytes: 0, processBytes: 2000 }, 'memory_exceeded'],
    ['RS10', 'process and GPU memory', { processBytes: 2000, vramUsedBytes: 999 }, 'process_memory_exceeded'],
    ['RS10', 'GPU memory and CPU', { vramUsedBytes: 999, cpuLoadRatio: 1 }, 'vram_exceeded'],
  ] as const)('[%s] %s', (_rule, _what, changes, reason) => {
    expect(evaluateResourceLimits(limits, { ...calm, ...changes })).toEqual({
      ok: reason === 'within_limits',
      reason,
    });
  });

  test.each([null, undefined])('[RS11] misses an observation that is %p', (observation) => {
    expect(evaluateResourceLimits(limits, observation).reason).toBe('observation_missing');
  });

  test.each([
    ['a negative age', { ageMs: -1 }],
    ['no total', { memoryTotalBytes: 0, memoryAvailableBytes: 0 }],
    ['more available than there is', { memoryAvailableBytes: 1001 }],
    ['NaN for available', { memoryAvailableBytes: Number.NaN }],
    ['an endless process', { processBytes: Number.POSITIVE_INFINITY }],
    ['a load as text', { cpuLoadRatio: '0' }],
    ['a negative load', { cpuLoadRatio: -0.1 }],
    ['no event-loop delay', { eventLoopDelayMs: undefined }],
    ['undefined GPU memory', { vramTotalBytes: undefined }],
    ['NaN GPU use', { vramUsedBytes: Number.NaN }],
    ['negative GPU use', { vramUsedBytes: -1 }],
  ])('[RS12] finds malformed: %s', (_what, changes) => {
    expect(evaluateResourceLimits(limits, { ...calm, ...changes }).reason).toBe('observation_malformed');
  });

  test.each(Object.keys(calm))('[RS12] finds an observation malformed that lacks %s', (field) => {
    const { [field]: _left, ...rest } = calm as unknown as Record<string, unknown>;
    expect(evaluateResourceLimits(limits, rest).reason).toBe('observation_malformed');
  });

  test.each(Object.keys(limits))('[RS13] finds limits malformed that lack %s', (field) => {
    const { [field]: _left, ...rest } = limits as unknown as Record<string, unknown>;
    expect(evaluateResourceLimits(rest, calm).reason).toBe('limits_malformed');
  });

  test('[RS13] finds limits malformed before it misses an observation', () => {
    expect(evaluateResourceLimits(null, null).reason).toBe('limits_malformed');
  });
});
