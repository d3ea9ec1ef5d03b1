import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { createSequencePool, type Place } from '../../../services/sequence-pool.ts';

interface Sequence {
  readonly name: string;
  readonly nextTokenIndex: number;
}

describe('the pool of sequences, whatever is done', () => {
  test('[SQ11] neither loses nor doubles a place, whatever is taken, left and given back', async () => {
    const step = fc.constantFrom('take', 'abort', 'release');
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 4 }),
        fc.array(step, { maxLength: 40 }),
        async (size, steps) => {
          const pool = createSequencePool(
            Array.from({ length: size }, (_, i): Sequence => ({ name: `s${i}`, nextTokenIndex: 0 })),
          );
          const held: Place<Sequence>[] = [];
          const aborts: AbortController[] = [];
          for (const what of steps) {
            if (what === 'release') held.shift()?.release();
            else if (what === 'abort') aborts.shift()?.abort();
            else {
              const abort = new AbortController();
              aborts.push(abort);
              void pool.take(() => 0, abort.signal).then((place) => place && held.push(place));
            }
            await null;
            await null;
            await null;
            const names = held.map(({ sequence }) => sequence.name);
            expect(new Set(names).size).toBe(names.length);
            expect(pool.inUse).toBe(names.length);
          }
          const closing = pool.close();
          for (const place of held) place.release();
          await closing;
          expect(pool.inUse).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  });
});
