import { describe, expect, test } from '@jest/globals';
import { createFaultBook } from './faults.ts';
import { createWorld } from './world.ts';

describe('the time of a simulation', () => {
  test('[SM11] events happen in order of time, and at one moment in the order they were made', async () => {
    const world = createWorld();
    const seen: string[] = [];
    for (const [name, ms] of [
      ['c', 20],
      ['a', 10],
      ['b', 10],
      ['d', 20],
      ['now', 0],
    ] as const) {
      world.after(ms, () => seen.push(`${name}${world.nowMs()}`));
    }
    await world.run(100);
    expect(seen).toEqual(['now0', 'a10', 'b10', 'c20', 'd20']);
    expect(world.nowMs()).toBe(100);
  });

  test('[SM11] a thousand events of any order happen in order', async () => {
    const world = createWorld();
    const seen: number[] = [];
    for (let i = 0; i < 1000; i += 1) world.after((i * 7919) % 1009, () => seen.push(world.nowMs()));
    await world.run(2000);
    expect(seen).toHaveLength(1000);
    expect(seen).toEqual([...seen].sort((a, b) => a - b));
  });

  test('[SM12] promises that an event settles run before the next event', async () => {
    const world = createWorld();
    const seen: string[] = [];
    world.after(1, () => void deep(20).then(() => seen.push('promise')));
    world.after(1, () => seen.push('event'));
    await world.run(1);
    expect(seen).toEqual(['promise', 'event']);
  });

  test('[SM13] timers of the product are counted until they fire or are called off, once', async () => {
    const { clock, armedTimers, run } = createWorld();
    const fired: string[] = [];
    const called = clock.setTimeout(() => fired.push('called off'), 5);
    const kept = clock.setTimeout(() => fired.push('kept'), 6);
    expect(armedTimers()).toBe(2);
    clock.clearTimeout(called);
    clock.clearTimeout(called);
    clock.clearTimeout(undefined);
    expect(armedTimers()).toBe(1);
    await run(10);
    clock.clearTimeout(kept);
    expect([fired, armedTimers()]).toEqual([['kept'], 0]);
  });

  test('[SM14] what falls due while the machine sleeps happens late, in its order', async () => {
    const world = createWorld();
    const seen: string[] = [];
    world.after(10, () => world.suspend(1000));
    world.after(20, () => seen.push(`first${world.nowMs()}`));
    world.after(30, () => seen.push(`second${world.nowMs()}`));
    await world.run(2000);
    expect(seen).toEqual(['first1010', 'second1010']);
    expect(world.suspendedMs()).toBe(1000);
  });

  test('[SM15] something that goes on without letting time pass is an error', async () => {
    const world = createWorld(0);
    const again = () => world.after(0, again);
    again();
    await expect(world.run(1)).rejects.toThrow('for ever');
  });
});

describe('faults', () => {
  const fault = { kind: 'runtime.crash', atMs: 10, forMs: 20, at: 3 } as const;

  test('[SM16] strike while they last, and never after the healing', async () => {
    const world = createWorld();
    const { active, heal } = createFaultBook(world, [fault]);
    expect(active('runtime.crash')).toBeNull();
    await world.run(10);
    expect(active('runtime.crash')).toBe(fault);
    expect(active('runtime.stall')).toBeNull();
    await world.run(30);
    expect(active('runtime.crash')).toBeNull();
    await world.run(12);
    heal();
    expect(active('runtime.crash')).toBeNull();
  });

  test('[SM16] are over at their end, or at the healing', async () => {
    const world = createWorld();
    const { over, heal } = createFaultBook(world, [fault]);
    const seen: number[] = [];
    void over(fault).then(() => seen.push(world.nowMs()));
    await world.run(29);
    expect(seen).toEqual([]);
    heal();
    await over(fault);
    expect(seen).toEqual([29]);
  });
});

async function deep(levels: number): Promise<void> {
  if (levels > 0) await deep(levels - 1);
}
