import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createBoundedBuffer, type Pressure } from '../../../services/bounded-buffer.ts';

type Step = 'write' | 'read' | 'attach' | 'leave' | 'close' | 'fail';

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 10, arbitrary: fc.constant<Step>('write') },
  { weight: 8, arbitrary: fc.constant<Step>('read') },
  { weight: 2, arbitrary: fc.constant<Step>('attach') },
  { weight: 1, arbitrary: fc.constantFrom<Step>('leave', 'close', 'fail') },
);
const steps = fc.array(step, { maxLength: 60 });
const capacity = fc.integer({ min: 1, max: 5 });

/** Items are runs of numbers, so that a merge shows and the order of all numbers can be told. */
type Run = readonly number[];
type Read = { run: Run } | 'done' | 'failed';

/**
 * The buffer as it should be, in plain arrays and without promises.
 * It also says how each read ends that has an answer by now.
 */
function createModel(capacity: number) {
  let kept: Run[] = [];
  let waiting = 0;
  let attached = false;
  let left = false;
  let end: 'open' | 'closed' | 'failed' = 'open';
  let leavings = 0;
  const reads: Read[] = [];
  const finish = (how: 'closed' | 'failed'): void => {
    if (end !== 'open') return;
    end = how;
    for (; waiting > 0; waiting -= 1) answer();
  };
  const answer = (): void => {
    const run = kept.shift();
    if (run !== undefined) reads.push({ run });
    else if (end === 'failed' && !left) {
      reads.push('failed');
      end = 'closed';
    } else reads.push('done');
  };
  return {
    reads,
    isFull: () => attached && !left && end === 'open' && kept.length >= capacity,
    keptCount: () => kept.length,
    leavings: () => leavings,
    attached: () => attached,
    write: (number: number): void => {
      if (end !== 'open' || left) return;
      const room = attached ? capacity : 1;
      if (kept.length < room) kept.push([number]);
      else kept = [...kept.slice(0, -1), [...(kept.at(-1) ?? []), number]];
      if (waiting > 0) {
        waiting -= 1;
        answer();
      }
    },
    read: (): void => {
      if (kept.length > 0 || left || end !== 'open') answer();
      else waiting += 1;
    },
    attach: (): void => {
      attached = true;
    },
    leave: (): void => {
      if (left) return;
      left = true;
      kept = [];
      if (end === 'open') leavings += 1;
      for (; waiting > 0; waiting -= 1) reads.push('done');
    },
    finish,
  };
}

describe('bounded buffer', () => {
  test('[BB16] does what its model does under any sequence of calls', async () => {
    await fc.assert(
      fc.asyncProperty(capacity, steps, async (capacity, steps) => {
        const model = createModel(capacity);
        const pressures: Pressure[] = [];
        let leavings = 0;
        const buffer = createBoundedBuffer<Run>({
          capacity,
          merge: (earlier, later) => [...earlier, ...later],
          onPressure: (pressure) => pressures.push(pressure),
          onReaderLeft: () => {
            leavings += 1;
          },
        });
        const reads: Read[] = [];
        let reader: ReturnType<typeof buffer.read> | undefined;
        let written = 0;

        for (const step of steps) {
          switch (step) {
            case 'write': {
              const held = buffer.write([written]);
              model.write(written);
              written += 1;
              expect(held !== undefined).toBe(model.isFull());
              break;
            }
            case 'attach':
              if (model.attached()) expect(() => buffer.read()).toThrow(TypeError);
              else reader = buffer.read();
              model.attach();
              break;
            case 'read':
              if (reader === undefined) break;
              model.read();
              void reader.next().then(
                (result) => reads.push(result.done ? 'done' : { run: result.value }),
                () => reads.push('failed'),
              );
              break;
            case 'leave':
              if (reader === undefined) break;
              void reader.return?.();
              model.leave();
              break;
            case 'close':
              buffer.close();
              model.finish('closed');
              break;
            case 'fail':
              buffer.fail(new Error('broke'));
              model.finish('failed');
              break;
          }
          expect(buffer.isFull()).toBe(model.isFull());
          expect(model.keptCount()).toBeLessThanOrEqual(capacity);
          expect(pressures.at(-1) === 'held').toBe(buffer.isFull() && pressures.length % 2 === 1);
        }
        for (let turn = 0; turn < 4; turn += 1) await null;
        expect(reads).toEqual(model.reads);
        expect(leavings).toBe(model.leavings());
        expect(pressures).toEqual(pressures.map((_, index) => (index % 2 === 0 ? 'held' : 'flowing')));
      }),
      { numRuns: 800 },
    );
  });

  test('[BB17] loses nothing, repeats nothing and reorders nothing between a writer that waits and a reader, however they interleave', async () => {
    await fc.assert(
      fc.asyncProperty(
        capacity,
        fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }),
        fc.array(fc.nat(3), { minLength: 1, maxLength: 40 }),
        fc.nat(20),
        async (capacity, writerPauses, readerPauses, attachAfter) => {
          let ahead = 0;
          let aheadMax = 0;
          const buffer = createBoundedBuffer<Run>({ capacity, merge: (a, b) => [...a, ...b] });
          let attached = false;
          const write = async (): Promise<void> => {
            for (const [number, pause] of writerPauses.entries()) {
              for (let turn = 0; turn < pause; turn += 1) await null;
              const held = buffer.write([number]);
              if (attached) {
                ahead += 1;
                aheadMax = Math.max(aheadMax, ahead);
              }
              if (held !== undefined) await held;
            }
            buffer.close();
          };
          const read = async (): Promise<number[]> => {
            for (let turn = 0; turn < attachAfter; turn += 1) await null;
            const reader = buffer.read();
            attached = true;
            const seen: number[] = [];
            for (let count = 0; ; count += 1) {
              for (let turn = 0; turn < readerPauses[count % readerPauses.length]!; turn += 1) await null;
              const result = await reader.next();
              if (result.done) return seen;
              seen.push(...result.value);
              ahead = Math.max(0, ahead - 1);
            }
          };
          const [, seen] = await Promise.all([write(), read()]);
          expect(seen).toEqual([...writerPauses.keys()]);
          expect(aheadMax).toBeLessThanOrEqual(capacity + 1);
        },
      ),
      { numRuns: 500 },
    );
  });
});
