import { expect, test } from '@jest/globals';
import { DEFAULT_LIMITS } from '../../../policies/limits.ts';
import { evaluateModelFit } from '../../../policies/model-fit.ts';
import { JUNK } from '../../doubles/junk.ts';

const NEEDS = { tensorBytes: 800, kvBytesPerToken: 1, contextTokens: 100 };
const DEMAND = { contextTokens: 50, sequences: 2 };
const LIMITS = { ...DEFAULT_LIMITS, memoryUsedRatioHard: 1, vramUsedRatioHard: 1 };
const memory = (memoryBytes: number, vramBytes: number | null = null) => ({ memoryBytes, vramBytes });

test('[FM1] weights and every context must fit what memory there is, to the byte', () => {
  expect(evaluateModelFit(NEEDS, DEMAND, memory(900), LIMITS)).toEqual({ ok: true, reason: 'model_fits' });
  expect(evaluateModelFit(NEEDS, DEMAND, memory(899), LIMITS)).toEqual({
    ok: false,
    reason: 'model_too_large',
  });
});

test('[FM2] a context is not longer than the model was trained for', () => {
  const demand = { contextTokens: 1000, sequences: 1 };
  expect(evaluateModelFit(NEEDS, demand, memory(900), LIMITS).ok).toBe(true);
  expect(evaluateModelFit(NEEDS, demand, memory(899), LIMITS).ok).toBe(false);
});

test('[FM3] RAM and VRAM count together, each up to its hard limit', () => {
  expect(evaluateModelFit(NEEDS, DEMAND, memory(500, 400), LIMITS).ok).toBe(true);
  const half = { ...LIMITS, memoryUsedRatioHard: 0.5, vramUsedRatioHard: 0.5 };
  expect(evaluateModelFit(NEEDS, DEMAND, memory(1000, 799), half).ok).toBe(false);
  expect(evaluateModelFit(NEEDS, DEMAND, memory(1000, 800), half).ok).toBe(true);
});

test('[FM4] what the process may hold bounds the RAM, and not the VRAM', () => {
  const limits = { ...LIMITS, processBytesHard: 100 };
  expect(evaluateModelFit(NEEDS, DEMAND, memory(10_000), limits).ok).toBe(false);
  expect(evaluateModelFit(NEEDS, DEMAND, memory(10_000, 800), limits).ok).toBe(true);
});

test('[FM5] what cannot be read never fits', () => {
  for (const { make } of JUNK) {
    const junk = make();
    expect(evaluateModelFit(junk, DEMAND, memory(9000), LIMITS).ok).toBe(false);
    expect(evaluateModelFit(NEEDS, junk, memory(9000), LIMITS).ok).toBe(false);
    expect(evaluateModelFit(NEEDS, DEMAND, junk, LIMITS).ok).toBe(false);
    expect(evaluateModelFit(NEEDS, DEMAND, memory(9000), junk).ok).toBe(false);
  }
  expect(evaluateModelFit(NEEDS, DEMAND, memory(0), LIMITS).reason).toBe('observation_malformed');
  expect(evaluateModelFit(NEEDS, DEMAND, { memoryBytes: 9000 }, LIMITS).reason).toBe('observation_malformed');
  expect(evaluateModelFit(NEEDS, DEMAND, memory(9000), {}).reason).toBe('limits_malformed');
  for (const key of ['memoryUsedRatioHard', 'vramUsedRatioHard', 'processBytesHard'] as const) {
    const limits = { ...LIMITS, [key]: -1 };
    expect(evaluateModelFit(NEEDS, DEMAND, memory(9000), limits).reason).toBe('limits_malformed');
  }
  for (const key of ['tensorBytes', 'kvBytesPerToken', 'contextTokens'] as const) {
    expect(evaluateModelFit({ ...NEEDS, [key]: -1 }, DEMAND, memory(9000), LIMITS).reason).toBe(
      'model_too_large',
    );
  }
  for (const key of ['contextTokens', 'sequences'] as const) {
    expect(evaluateModelFit(NEEDS, { ...DEMAND, [key]: 0 }, memory(9000), LIMITS).reason).toBe(
      'model_too_large',
    );
  }
});
