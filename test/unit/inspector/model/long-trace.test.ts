import { describe, expect, test } from '@jest/globals';
import type { LogFollower } from '../../../../inspector/model/trace-log.ts';
import type { EventKind } from '../../../../inspector/model/views.ts';
import { replay } from '../../../../machines/replay.ts';
import { longLines } from '../../../doubles/long-trace.ts';
import { indicesOf, modelOf, readLog } from './fed-models.ts';

const STEPS = 100_000;

describe('a long trace', () => {
  test('[IM65] of 100,000 steps is held whole, and each of its views is there at any step', () => {
    const model = modelOf(longLines(STEPS));
    expect(model.log.endIndex - model.log.firstIndex).toBe(STEPS);
    for (const index of [0, 50_001, STEPS - 1]) {
      expect(model.rowAt(index).index).toBe(index);
      expect(model.detailsAt(index).transitions.length).toBeGreaterThan(0);
      expect(model.activeAt(index).supervisor.size).toBeGreaterThan(1);
      expect(model.timelineAt(index).toMs).toBe(model.log.timeAt(index));
      expect(model.gaugesAt(index)).toHaveLength(9);
    }
    expect(model.requestsAt(STEPS).length).toBeGreaterThan(24_000);
    expect(replay(model.exportText(STEPS - 1000))).toMatchObject({ kind: 'diverged' });
  });

  test('[IM66] is told to each index once a step, and dropped in pieces of a good size', () => {
    const calls = { begin: 0, step: 0, drop: 0 };
    const follower: LogFollower = {
      begin: () => {
        calls.begin += 1;
      },
      step: () => {
        calls.step += 1;
      },
      drop: () => {
        calls.drop += 1;
      },
      forget: () => undefined,
    };
    readLog(longLines(20_000), { stepsMax: 4000, followers: [follower] });
    expect(calls).toMatchObject({ begin: 1, step: 20_000 });
    // 4,000 steps are an eighth of them, 448 in whole chunks, at a time.
    expect(calls.drop).toBe(Math.ceil((20_000 - 4000) / 448));
  });

  test('[IM67] is searched once: what was searched is not searched again', () => {
    const lines = longLines(5000);
    const model = modelOf(lines.slice(0, 4002));
    let asked = 0;
    class Counted extends Set<EventKind> {
      override has(kind: EventKind): boolean {
        asked += 1;
        return super.has(kind);
      }
    }
    const filter = () => ({ kinds: new Counted(['command']), text: 'refused', requestId: null });
    model.filterRows(filter());
    expect(asked).toBe(4000);
    for (const line of lines.slice(4002, 4012)) model.feed(line);
    model.filterRows(filter());
    // The kinds of both filters are compared, and ten events looked at.
    expect(asked).toBeLessThan(4000 + 10 + 10);
    expect(indicesOf(model)).toHaveLength(4010);
  });
});
