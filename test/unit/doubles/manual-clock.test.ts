import { describe, expect, test } from '@jest/globals';
import { createActor, createMachine } from 'xstate';
import { createManualClock } from '../../../testing/manual-clock.ts';

describe('manual clock', () => {
  test('[CK6] stands still until it is advanced', async () => {
    const clock = createManualClock(100);
    expect(clock.nowMs()).toBe(100);
    await clock.advance(25);
    expect(clock.nowMs()).toBe(125);
  });

  test('[CK7] fires a timer at its own due time, and one that it arms on the way too', async () => {
    const clock = createManualClock();
    const firedAtMs: number[] = [];
    clock.setTimeout(() => {
      firedAtMs.push(clock.nowMs());
      clock.setTimeout(() => firedAtMs.push(clock.nowMs()), 10);
    }, 10);
    await clock.advance(25);
    expect(firedAtMs).toEqual([10, 20]);
    expect(clock.nowMs()).toBe(25);
  });

  test('[CK7] fires a timer that is due exactly at the end of the advance', async () => {
    const clock = createManualClock();
    let fired = 0;
    clock.setTimeout(() => {
      fired += 1;
    }, 10);
    await clock.advance(9);
    expect(fired).toBe(0);
    await clock.advance(1);
    expect(fired).toBe(1);
  });

  test('[CK7] fires timers in the order they fall due, whatever the order they were armed in', async () => {
    const clock = createManualClock();
    const order: string[] = [];
    clock.setTimeout(() => order.push('late'), 30);
    clock.setTimeout(() => order.push('early'), 10);
    clock.setTimeout(() => order.push('middle'), 20);
    await clock.advance(100);
    expect(order).toEqual(['early', 'middle', 'late']);
  });

  test('[CK8] fires timers that are due together in the order they were armed', async () => {
    const clock = createManualClock();
    const order: number[] = [];
    for (let index = 0; index < 20; index += 1) clock.setTimeout(() => order.push(index), 5);
    await clock.advance(5);
    expect(order).toEqual(Array.from({ length: 20 }, (_, index) => index));
  });

  test('[CK9] lets promises that a timer settled run before the next timer', async () => {
    const clock = createManualClock();
    const order: string[] = [];
    const wait = (ms: number) => new Promise<void>((resolve) => clock.setTimeout(resolve, ms));
    const work = (async () => {
      await wait(10);
      for (let turn = 0; turn < 10; turn += 1) await null;
      order.push(`work at ${clock.nowMs()}`);
      await wait(10);
      order.push(`work at ${clock.nowMs()}`);
    })();
    clock.setTimeout(() => order.push(`timer at ${clock.nowMs()}`), 11);
    await clock.advance(30);
    await work;
    expect(order).toEqual(['work at 10', 'timer at 11', 'work at 20']);
  });

  test('[CK9] lets promises that were settled before the advance arm timers that fire in it', async () => {
    const clock = createManualClock();
    let fired = false;
    void Promise.resolve().then(() =>
      clock.setTimeout(() => {
        fired = true;
      }, 5),
    );
    await clock.advance(5);
    expect(fired).toBe(true);
  });

  test('[CK10] counts the timers that are armed', async () => {
    const clock = createManualClock();
    const id = clock.setTimeout(() => undefined, 10);
    clock.setTimeout(() => undefined, 20);
    expect(clock.pending()).toBe(2);
    clock.clearTimeout(id);
    expect(clock.pending()).toBe(1);
    await clock.advance(20);
    expect(clock.pending()).toBe(0);
  });

  test('[CK11] does not fire a timer that another timer cleared at the same moment', async () => {
    const clock = createManualClock();
    const order: string[] = [];
    clock.setTimeout(() => {
      order.push('first');
      clock.clearTimeout(second);
    }, 5);
    const second = clock.setTimeout(() => order.push('second'), 5);
    await clock.advance(5);
    expect(order).toEqual(['first']);
  });

  test.each([0, -5, Number.NaN])(
    '[CK12] a delay of %d ms is due at once, but never fires inside setTimeout',
    async (ms) => {
      const clock = createManualClock();
      let fired = false;
      clock.setTimeout(() => {
        fired = true;
      }, ms);
      expect(fired).toBe(false);
      await clock.advance(0);
      expect([fired, clock.nowMs()]).toEqual([true, 0]);
    },
  );

  test('[CK13] gives out what a timer throws and stays usable', async () => {
    const clock = createManualClock();
    const order: string[] = [];
    clock.setTimeout(() => {
      throw new Error('from the timer');
    }, 5);
    clock.setTimeout(() => order.push(`next at ${clock.nowMs()}`), 7);
    await expect(clock.advance(10)).rejects.toThrow('from the timer');
    expect(clock.nowMs()).toBe(5);
    await clock.advance(5);
    expect(order).toEqual(['next at 7']);
  });

  test('[CK14] refuses to go back, and to be advanced twice at once', async () => {
    const clock = createManualClock();
    await expect(clock.advance(-1)).rejects.toThrow(RangeError);
    await expect(clock.advance(Number.NaN)).rejects.toThrow(RangeError);
    const first = clock.advance(5);
    await expect(clock.advance(5)).rejects.toThrow('already');
    await first;
    expect(clock.nowMs()).toBe(5);
  });

  test('[CK15] gives up on a timer that arms itself without letting time pass', async () => {
    const clock = createManualClock();
    const again = (): void => {
      clock.setTimeout(again, 0);
    };
    again();
    await expect(clock.advance(1)).rejects.toThrow('for ever');
  });

  test('[CK5] an XState actor runs chained delays on it', async () => {
    const clock = createManualClock();
    const machine = createMachine({
      initial: 'a',
      states: { a: { after: { 100: 'b' } }, b: { after: { 100: 'c' } }, c: {} },
    });
    const actor = createActor(machine, { clock }).start();
    await clock.advance(150);
    expect(actor.getSnapshot().value).toBe('b');
    await clock.advance(50);
    expect(actor.getSnapshot().value).toBe('c');
    actor.stop();
  });
});
