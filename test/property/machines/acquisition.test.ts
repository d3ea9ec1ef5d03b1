import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { AcquisitionEvent } from '../../../machines/acquisition-events.ts';
import type { Reason } from '../../../policies/reasons.ts';
import { MEMORY, NEEDS, stageAcquisition } from '../../doubles/acquisition-stage.ts';

const FETCH_REASONS: readonly Reason[] = [
  'source_unreachable',
  'source_busy',
  'source_stalled',
  'transfer_cut',
  'response_range_mismatch',
  'response_size_mismatch',
  'size_exceeded',
  'digest_mismatch',
  'source_scheme',
  'internal_error',
];

const attempt = fc.integer({ min: 0, max: 4 });
const bytes = fc.integer({ min: 0, max: 1000 });
const at = { atMs: 0 };

const event: fc.Arbitrary<AcquisitionEvent> = fc.oneof(
  fc
    .constantFrom('verified', 'unproved', 'absent', 'absent', 'absent')
    .map((found) => ({ type: 'store.inspected', found, ...at }) as const),
  fc.constant({ type: 'lock.taken', ...at } as const),
  fc
    .record({ resumedBytes: bytes, attempt })
    .map((told) => ({ type: 'source.probed', needs: NEEDS, memory: MEMORY, ...told, ...at }) as const),
  fc
    .record({ receivedBytes: bytes, attempt })
    .map((told) => ({ type: 'bytes.received', ...told, ...at }) as const),
  attempt.map((of) => ({ type: 'transfer.completed', attempt: of, ...at }) as const),
  fc
    .record({ reason: fc.constantFrom(...FETCH_REASONS), attempt })
    .map((told) => ({ type: 'fetch.failed', ...told, ...at }) as const),
  bytes.map((doneBytes) => ({ type: 'bytes.verified', doneBytes, ...at }) as const),
  fc.constant({ type: 'model.verified', ...at } as const),
  fc.constant({ type: 'model.refused', reason: 'digest_mismatch', ...at } as const),
  fc.constant({ type: 'model.published', ...at } as const),
);

const move = fc.oneof(
  { weight: 5, arbitrary: event },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 40_000 }) },
);

/** What must have been said, in this order, before a downloaded model counts as here. */
const PROOF = ['source.probed', 'transfer.completed', 'model.verified', 'model.published'] as const;

test('[AC23] whatever the ports say, a model is here only after it was found, or proved and published', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(move, { maxLength: 40 }),
      fc.integer({ min: 1, max: 3 }),
      async (moves, mirrors) => {
        const stage = stageAcquisition({ mirrors });
        const taken: string[] = [];
        for (const next of moves) {
          if (typeof next === 'number') await stage.clock.advance(next);
          else {
            const before = stage.step();
            stage.say(next);
            if (stage.step() !== before)
              taken.push(next.type === 'store.inspected' ? `found ${next.found}` : next.type);
          }
        }
        if (stage.step() !== 'recorded') return;
        const since = taken.slice(taken.lastIndexOf('found unproved') + 1);
        const wasProved = PROOF.every((type) => taken.includes(type));
        const wasFound = taken.includes('found verified');
        const wasStored = taken.includes('found unproved') && since.includes('model.verified');
        expect(wasProved || wasFound || wasStored).toBe(true);
      },
    ),
    { numRuns: 400 },
  );
});

test('[AC24] whatever the ports say, it ends by its deadline, and its progress never falls', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
      const stage = stageAcquisition({ mirrors: 2, limits: { acquireMsMax: 100_000 } });
      for (const next of moves) {
        if (typeof next === 'number') await stage.clock.advance(next);
        else stage.say(next);
      }
      await stage.clock.advance(100_000);
      expect(stage.actor.getSnapshot().status).toBe('done');
      expect(stage.left).toHaveLength(stage.entered.length);
      const ratios = stage.told.map(({ ratio }) => ratio);
      expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
      expect(ratios.every((ratio) => ratio >= 0 && ratio <= 1)).toBe(true);
    }),
    { numRuns: 300 },
  );
});
