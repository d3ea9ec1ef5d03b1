import { describe, expect, test } from '@jest/globals';
import { assignLanes } from '../../../../inspector/page/store/timeline-lanes.ts';
import {
  formatTick,
  panWindow,
  revealInWindow,
  ticksOf,
  WINDOW_MS_MIN,
  zoomWindow,
} from '../../../../inspector/page/store/timeline-window.ts';

const WHOLE = { fromMs: 100, toMs: 1100 };

describe('part of the time that is shown', () => {
  test('[IP13] is zoomed about a moment that stays where it is', () => {
    const near = zoomWindow(WHOLE, WHOLE, 350, 0.5);
    expect(near).toEqual({ fromMs: 225, toMs: 725 });
    expect((350 - near.fromMs) / (near.toMs - near.fromMs)).toBe((350 - WHOLE.fromMs) / 1000);
  });

  test('[IP13] never reaches beyond the whole, and is never shorter than can be read', () => {
    expect(zoomWindow({ fromMs: 200, toMs: 300 }, WHOLE, 290, 1000)).toEqual(WHOLE);
    const nearest = zoomWindow(WHOLE, WHOLE, 1100, 1e-9);
    expect(nearest.toMs).toBeCloseTo(1100);
    expect(nearest.toMs - nearest.fromMs).toBeCloseTo(WINDOW_MS_MIN);
    expect(panWindow({ fromMs: 200, toMs: 300 }, WHOLE, -5)).toEqual({ fromMs: 100, toMs: 200 });
    expect(panWindow({ fromMs: 200, toMs: 300 }, WHOLE, 50)).toEqual({ fromMs: 1000, toMs: 1100 });
  });

  test('[IP13] moves only as a moment leaves it', () => {
    const window = { fromMs: 200, toMs: 300 };
    expect(revealInWindow(window, WHOLE, 300)).toBe(window);
    expect(revealInWindow(window, WHOLE, 500)).toEqual({ fromMs: 450, toMs: 550 });
    expect(revealInWindow(window, WHOLE, 1100)).toEqual({ fromMs: 1000, toMs: 1100 });
  });

  test('[IP14] has round times under it, no more than fit', () => {
    expect(ticksOf({ fromMs: 0, toMs: 1000 }, 5)).toEqual({
      ticks: [0, 200, 400, 600, 800, 1000],
      stepMs: 200,
    });
    expect(ticksOf({ fromMs: 61_000, toMs: 181_000 }, 8)).toEqual({
      ticks: [75_000, 90_000, 105_000, 120_000, 135_000, 150_000, 165_000, 180_000],
      stepMs: 15_000,
    });
    expect(ticksOf({ fromMs: 0, toMs: 100 * 3_600_000 }, 10).ticks).toHaveLength(11);
  });

  test('[IP14] tells each time in the unit of its step', () => {
    expect(formatTick(250, 50)).toBe('250 ms');
    expect(formatTick(12_250, 50)).toBe('12.25 s');
    expect(formatTick(12_000, 1000)).toBe('12 s');
    expect(formatTick(200_000, 1000)).toBe('3:20');
    expect(formatTick(3_720_000, 60_000)).toBe('1:02:00');
  });
});

describe('lanes of the requests', () => {
  const span = (fromMs: number, toMs: number) => ({ fromMs, toMs });

  test('[IP15] hold spans without overlap, in as few lanes as that takes', () => {
    const { lanes, count } = assignLanes([span(0, 10), span(5, 8), span(8, 20), span(10, 12)], 24);
    expect(lanes).toEqual([0, 1, 1, 0]);
    expect(count).toBe(2);
  });

  test('[IP15] are no more than there is room for', () => {
    const { lanes, count } = assignLanes([span(0, 10), span(1, 5), span(2, 9), span(3, 4)], 2);
    expect(count).toBe(2);
    expect(lanes).toEqual([0, 1, 1, 1]);
    expect(assignLanes([], 5)).toEqual({ lanes: [], count: 1 });
  });
});
