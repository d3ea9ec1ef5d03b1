import { describe, expect, jest, test } from '@jest/globals';
import { createActor, createMachine } from 'xstate';
import { backgroundClock, type Clock, systemClock } from '../../../services/clock.ts';

const clocks: [string, () => Clock][] = [
  ['systemClock', systemClock],
  ['backgroundClock', backgroundClock],
];

describe.each(clocks)('%s', (_name, createClock) => {
  test('[CK1] tells a time in ms that never goes back', () => {
    const clock = createClock();
    const readings = Array.from({ length: 1000 }, () => clock.nowMs());
    expect(readings).toEqual([...readings].sort((a, b) => a - b));
    expect(Math.abs(clock.nowMs() - performance.now())).toBeLessThan(1000);
  });

  test('[CK2] fires a timer once', async () => {
    const fired = await new Promise<string>((resolve) => createClock().setTimeout(() => resolve('fired'), 1));
    expect(fired).toBe('fired');
  });

  test('[CK2] never fires a timer that was cleared', async () => {
    const clock = createClock();
    const fn = jest.fn();
    clock.clearTimeout(clock.setTimeout(fn, 1));
    await new Promise<void>((resolve) => systemClock().setTimeout(resolve, 5));
    expect(fn).not.toHaveBeenCalled();
  });

  test.each([
    ['undefined', undefined],
    ['null', null],
    ['a number', 7],
    ['a text', 'x'],
    ['an object', {}],
  ])('[CK2] ignores an id that it never gave: %s', (_case, id) => {
    expect(() => createClock().clearTimeout(id)).not.toThrow();
  });
});

describe('timers', () => {
  test.each([
    ['keeps its process alive', systemClock, true],
    ['does not keep its process alive', backgroundClock, false],
  ] as const)('[CK3] the timer %s', (_case, createClock, expected) => {
    const id = createClock().setTimeout(() => undefined, 60_000) as NodeJS.Timeout;
    try {
      expect(id.hasRef()).toBe(expected);
    } finally {
      clearTimeout(id);
    }
  });

  test('[CK4] a delay longer than Node can keep waits as long as it can, and does not fire at once', () => {
    const arm = jest.spyOn(globalThis, 'setTimeout').mockImplementation(() => ({}) as NodeJS.Timeout);
    try {
      systemClock().setTimeout(() => undefined, 2 ** 40);
      expect(arm.mock.calls.map(([, ms]) => ms)).toEqual([2 ** 31 - 1]);
    } finally {
      arm.mockRestore();
    }
  });

  test('[CK5] an XState actor runs its delays on it', async () => {
    const machine = createMachine({
      initial: 'waiting',
      states: { waiting: { after: { 1: 'done' } }, done: { type: 'final' } },
    });
    const actor = createActor(machine, { clock: systemClock() });
    const done = new Promise<void>((resolve) => actor.subscribe({ complete: resolve }));
    actor.start();
    await done;
    expect(actor.getSnapshot().value).toBe('done');
  });
});
