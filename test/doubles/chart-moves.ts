import fc from 'fast-check';
import type { Reason } from '../../policies/reasons.ts';
import type { stageChart } from './chart-stage.ts';

/** Any event at any time: late, early, twice, of another generation, of an unknown request. */
const requestId = fc.integer({ min: 1, max: 12 }).map((n) => `r${n}`);
const generation = fc.integer({ min: 0, max: 4 });
const reason = fc.constantFrom<Reason>(
  'digest_mismatch',
  'runtime_load_failed',
  'generation_failed',
  'cancelled_by_caller',
);
export type Move =
  | { do: 'start' | 'stop' | 'drain' | 'submit' | 'sample' | 'short' | 'blind' }
  | { do: 'acquired' | 'loaded' | 'probed' | 'unprobed' | 'released'; generation: number | null }
  | { do: 'refused'; generation: number; reason: Reason }
  | { do: 'cancel'; requestId: string }
  | { do: 'settle'; requestId: string; reason: Reason; generation: number | null }
  | { do: 'advance'; requestId: string; generation: number | null }
  | { do: 'wait'; ms: number };

export const move: fc.Arbitrary<Move> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constantFrom('start', 'submit', 'sample') }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('stop', 'drain', 'short', 'blind') }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: fc.constantFrom('acquired', 'loaded', 'probed', 'released'),
      generation: fc.option(generation, { freq: 2 }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('unprobed'), generation: fc.option(generation, { freq: 2 }) }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('refused'), generation, reason }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('cancel'), requestId }) },
  {
    weight: 3,
    arbitrary: fc.record({
      do: fc.constant('settle'),
      requestId,
      reason,
      generation: fc.option(generation, { freq: 2 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('advance'),
      requestId,
      generation: fc.option(generation, { freq: 2 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('wait'), ms: fc.constantFrom(1, 300, 1000, 40_000) }) },
) as fc.Arbitrary<Move>;

type Stage = ReturnType<typeof stageChart>;

export async function make(stage: Stage, step: Move): Promise<void> {
  const current = stage.context().generation;
  const nowMs = stage.clock.nowMs();
  switch (step.do) {
    case 'start':
    case 'stop':
      return stage[step.do]();
    case 'drain':
      return stage.drain(100);
    case 'submit':
      return void stage.submit();
    case 'sample':
      return stage.sampled();
    case 'short':
      return stage.sampled({ memoryAvailableBytes: 1 });
    case 'blind':
      return stage.sampled({ cpuLoadRatio: -1 });
    case 'acquired':
    case 'loaded':
    case 'released':
      return stage[step.do](step.generation ?? current);
    case 'probed':
      return stage.probed(true, step.generation ?? current);
    case 'unprobed':
      return stage.probed(false, step.generation ?? current);
    case 'refused':
      return stage.send({
        type: 'start.refused',
        generation: step.generation,
        reason: step.reason,
        atMs: nowMs,
      });
    case 'cancel':
      return stage.send({ type: 'request.cancel', requestId: step.requestId, atMs: nowMs });
    case 'settle':
      return stage.settled(step.requestId, 'failed', step.reason, step.generation ?? current);
    case 'advance':
      return stage.advanced(step.requestId, 'decoding', step.generation ?? current);
    case 'wait':
      return stage.clock.advance(step.ms);
  }
}
