import { describe, expect, test } from '@jest/globals';
import { type PressureLevel, recordPressure } from '../../../policies/pressure.ts';
import { calmObservation, resourceLimits } from '../../doubles/policy-facts.ts';

const limits = resourceLimits({
  memoryUsedRatioSoft: 0.5,
  memoryUsedRatioHard: 0.75,
  vramUsedRatioSoft: 0.5,
  vramUsedRatioHard: 0.75,
  cpuLoadRatioSoft: 0.5,
  cpuLoadRatioHard: 0.75,
  observationAgeMsMax: 100,
  pressureClearRatio: 0.125,
});

type Readings = { readonly memory?: number; readonly vram?: number; readonly cpu?: number };

const seen = ({ memory = 0, vram = 0, cpu = 0 }: Readings) =>
  calmObservation({
    memoryTotalBytes: 1024,
    memoryAvailableBytes: 1024 * (1 - memory),
    vramTotalBytes: 1024,
    vramUsedBytes: 1024 * vram,
    cpuLoadRatio: cpu,
  });

const levelAfter = (level: PressureLevel, readings: Readings): PressureLevel =>
  recordPressure(level, limits, seen(readings));

describe('recordPressure', () => {
  test.each(['memory', 'vram', 'cpu'] as const)(
    '[PR1] rises to elevated at the soft threshold of %s',
    (gauge) => {
      expect(levelAfter('nominal', { [gauge]: 0.499 })).toBe('nominal');
      expect(levelAfter('nominal', { [gauge]: 0.5 })).toBe('elevated');
    },
  );

  test.each(['memory', 'vram', 'cpu'] as const)(
    '[PR2] rises to critical above the hard threshold of %s',
    (gauge) => {
      expect(levelAfter('nominal', { [gauge]: 0.75 })).toBe('elevated');
      expect(levelAfter('nominal', { [gauge]: 0.76 })).toBe('critical');
      expect(levelAfter('elevated', { [gauge]: 0.76 })).toBe('critical');
    },
  );

  test.each([
    ['elevated', { cpu: 0.45 }, 'elevated'],
    ['elevated', { cpu: 0.375 }, 'elevated'],
    ['elevated', { cpu: 0.37 }, 'nominal'],
    ['elevated', { memory: 0.1, vram: 0.4, cpu: 0.1 }, 'elevated'],
    ['critical', { cpu: 0.7 }, 'critical'],
    ['critical', { cpu: 0.625 }, 'critical'],
    ['critical', { cpu: 0.62 }, 'elevated'],
    ['critical', { cpu: 0.45 }, 'elevated'],
    ['critical', { cpu: 0.3 }, 'nominal'],
    ['critical', { memory: 0.3, vram: 0.7, cpu: 0.3 }, 'critical'],
  ] as const)('[PR3] from %s with %j it comes to %s', (level, readings, next) => {
    expect(levelAfter(level, readings)).toBe(next);
  });

  test('[PR3] a reading that trembles about a threshold moves the level once', () => {
    const levels: PressureLevel[] = [];
    for (const cpu of [0.49, 0.51, 0.49, 0.51, 0.48, 0.3]) {
      levels.push(levelAfter(levels.at(-1) ?? 'nominal', { cpu }));
    }
    expect(levels).toEqual(['nominal', 'elevated', 'elevated', 'elevated', 'elevated', 'nominal']);
  });

  test.each([
    ['no observation', limits, null],
    ['a malformed one', limits, { ...seen({}), cpuLoadRatio: 'low' }],
    ['a stale one', limits, { ...seen({}), ageMs: 101 }],
    ['no limits', null, seen({})],
    ['malformed limits', { ...limits, cpuLoadRatioHard: 0.1 }, seen({})],
  ])('[PR4] is critical with %s', (_what, bounds, observation) => {
    expect(recordPressure('nominal', bounds, observation)).toBe('critical');
  });

  test('[PR4] is not critical with an observation of the oldest age', () => {
    expect(recordPressure('nominal', limits, { ...seen({}), ageMs: 100 })).toBe('nominal');
  });

  test.each([null, undefined, 'calm', 2, {}])('[PR5] reads the level %p as critical', (level) => {
    expect(recordPressure(level, limits, seen({ cpu: 0.7 }))).toBe('critical');
    expect(recordPressure(level, limits, seen({}))).toBe('nominal');
  });

  test('[PR6] a hard threshold of 1 holds no level: a machine that computes on every core leaves critical', () => {
    const open = resourceLimits({ cpuLoadRatioSoft: 1, cpuLoadRatioHard: 1 });
    expect(recordPressure('critical', open, seen({ cpu: 1 }))).toBe('elevated');
  });

  test('[PR7] does not count a GPU whose memory cannot be told', () => {
    const observation = { ...seen({}), vramTotalBytes: null, vramUsedBytes: 1024 };
    expect(recordPressure('nominal', limits, observation)).toBe('nominal');
  });
});
