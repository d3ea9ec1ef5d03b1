import { describe, expect, test } from '@jest/globals';
import { type CpuTimes, measureCpuLoad, parseProcStat } from '../../../services/cpu-load.ts';

/** A machine whose counters and time a test sets. */
function createMachine(average: number | null = null) {
  const machine = { times: { busy: 1000, idle: 1000 } as CpuTimes, atMs: 0, readings: 0 };
  const load = measureCpuLoad(
    () => {
      machine.readings += 1;
      return machine.times;
    },
    () => machine.atMs,
    () => average,
  );
  const spend = (busy: number, idle: number, ms: number): void => {
    machine.times = { busy: machine.times.busy + busy, idle: machine.times.idle + idle };
    machine.atMs += ms;
  };
  return { machine, load, spend };
}

describe('CPU load', () => {
  test('[OB13] is the busy share of the time since the reading before, not since boot', () => {
    const { load, spend } = createMachine();
    spend(30, 70, 250);
    expect(load.readRatio()).toBeCloseTo(0.3);
    spend(100, 0, 250);
    expect(load.readRatio()).toBe(1);
    spend(0, 100, 250);
    expect(load.readRatio()).toBe(0);
  });

  test.each([0.7, 0, null])(
    '[OB14] is the average of the last minute, here %s, for the first 100 ms',
    (average) => {
      const { load, spend } = createMachine(average);
      expect(load.readRatio()).toBe(average);
      spend(5, 5, 99);
      expect(load.readRatio()).toBe(average);
      spend(0, 0, 1);
      expect(load.readRatio()).toBe(0.5);
      expect(load.readRatio()).toBe(0.5);
    },
  );

  test('[OB14] is known from the first reading on where the system keeps an average', () => {
    const ratio = measureCpuLoad().readRatio();
    if (process.platform === 'win32') expect(ratio).toBeNull();
    else expect(ratio).toBeGreaterThanOrEqual(0);
    expect(ratio ?? 0).toBeLessThanOrEqual(1);
  });

  test('[OB14] is repeated, without a look at the counters, when asked again within 100 ms', () => {
    const { machine, load, spend } = createMachine();
    spend(30, 70, 250);
    load.readRatio();
    const { readings } = machine;
    spend(100, 0, 99);
    expect(load.readRatio()).toBeCloseTo(0.3);
    expect(machine.readings).toBe(readings);
  });

  test('[OB15] is repeated where no counter moved', () => {
    const { load, spend } = createMachine();
    spend(0, 0, 250);
    expect(load.readRatio()).toBeNull();
    spend(25, 75, 250);
    expect(load.readRatio()).toBe(0.25);
    spend(0, 0, 250);
    expect(load.readRatio()).toBe(0.25);
  });

  test.each([
    [-10, 100, 0],
    [100, -10, 1],
  ])('[OB15] stays from 0 to 1 when a counter goes back: busy %d, idle %d', (busy, idle, expected) => {
    const { load, spend } = createMachine();
    spend(busy, idle, 250);
    expect(load.readRatio()).toBe(expected);
  });

  test('[OB16] reads the counters of the machine itself', async () => {
    const load = measureCpuLoad();
    const untilMs = performance.now() + 150;
    while (performance.now() < untilMs);
    // One core at least was busy, with this loop.
    expect(load.readRatio()).toBeGreaterThan(0);
    expect(load.readRatio()).toBeLessThanOrEqual(1);
  });
});

describe('/proc/stat', () => {
  test.each<[string, string, CpuTimes]>([
    ['of today', 'cpu  10 20 30 400 50 6 7 8 9 1\ncpu0 1 2 3 4 5 6 7 8 9 1\nintr 5', { busy: 81, idle: 450 }],
    ['of an old kernel, with four counters', 'cpu  10 20 30 400\n', { busy: 60, idle: 400 }],
    ['where the line is not the first', 'intr 5\ncpu  1 1 1 1 1 1 1 1 1 1\n', { busy: 6, idle: 2 }],
  ])(
    '[OB17] waiting for a disk is idle, stolen time is busy, guests count once: a text %s',
    (_case, text, times) => {
      expect(parseProcStat(text)).toEqual(times);
    },
  );

  test.each(['', 'intr 5', 'cpu0 1 2 3 4', 'cpu  1 2 3', 'cpu  a b c d'])(
    '[OB17] refuses the text %j',
    (text) => {
      expect(() => parseProcStat(text)).toThrow(TypeError);
    },
  );
});
