import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createResourceProbe, type ResourceProbe } from '../../../services/resource-probe.ts';
import { createScriptedProbe } from '../../../testing/scripted-probe.ts';
import { simulatedProbe } from '../../sim/contract-arms.ts';

/** What all arms must keep, so that a test on the double says something of the machine. */
const arms: [string, () => ResourceProbe][] = [
  ['the real probe', createResourceProbe],
  ['the scripted probe', createScriptedProbe],
  ['the simulated probe', simulatedProbe],
];

const FAST_FIELDS = [
  'cpuLoadRatio',
  'eventLoopDelayMs',
  'memoryAvailableBytes',
  'memoryTotalBytes',
  'processBytes',
];
const SLOW_FIELDS = ['cpuTemperatureCelsius', 'swapUsedBytes', 'vramTotalBytes', 'vramUsedBytes'];

const isAmountOrNull = (value: unknown): boolean =>
  value === null || (typeof value === 'number' && Number.isFinite(value) && value >= 0);

describe.each(arms)('%s', (_name, createProbe) => {
  let probe: ResourceProbe;
  beforeEach(() => {
    probe = createProbe();
  });
  afterEach(() => probe.dispose());

  test('[OB1] a fast sample has exactly its five fields, each an amount or null', async () => {
    const sample = await probe.sampleFast();
    expect(Object.keys(sample).sort()).toEqual(FAST_FIELDS);
    expect(Object.entries(sample).filter(([, value]) => !isAmountOrNull(value))).toEqual([]);
  });

  test('[OB1] a slow sample has exactly its four fields, each an amount or null', async () => {
    const sample = await probe.sampleSlow();
    expect(Object.keys(sample).sort()).toEqual(SLOW_FIELDS);
    expect(Object.entries(sample).filter(([, value]) => !isAmountOrNull(value))).toEqual([]);
  });

  test('[OB2] memory is known, in bytes, and no more is available than there is', async () => {
    const { memoryTotalBytes, memoryAvailableBytes, processBytes } = await probe.sampleFast();
    expect(memoryTotalBytes).toBeGreaterThan(2 ** 27);
    expect(memoryAvailableBytes).toBeGreaterThan(0);
    expect(memoryAvailableBytes!).toBeLessThanOrEqual(memoryTotalBytes!);
    expect(processBytes).toBeGreaterThan(2 ** 20);
    expect(processBytes!).toBeLessThan(memoryTotalBytes!);
  });

  test('[OB2] a load that is known is a share from 0 to 1', async () => {
    const { cpuLoadRatio } = await probe.sampleFast();
    expect(cpuLoadRatio ?? 0).toBeLessThanOrEqual(1);
  });

  test('[OB3] samples of both paces may be taken at once and give the same total', async () => {
    const [first, , second] = await Promise.all([probe.sampleFast(), probe.sampleSlow(), probe.sampleFast()]);
    expect(second.memoryTotalBytes).toBe(first.memoryTotalBytes);
  });

  test('[OB4] after its end a probe still answers, without the event-loop delay', async () => {
    probe.dispose();
    probe.dispose();
    const sample = await probe.sampleFast();
    expect(sample.eventLoopDelayMs).toBeNull();
    expect(sample.memoryTotalBytes).toBeGreaterThan(0);
    expect(Object.keys(await probe.sampleSlow()).sort()).toEqual(SLOW_FIELDS);
  });
});
