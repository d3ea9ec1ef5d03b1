import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks';

export interface EventLoopDelay {
  /** Longest time, in ms, that the event loop was late in about the last two readings' span; 0 or more. */
  readMs(): number;
  /** Stops measuring; further readings are 0. Idempotent. */
  dispose(): void;
}

/** A tick every 20 ms: enough to see what a listener would feel, and 50 wake-ups a second that cost nothing. */
const TICK_MS = 20;
const NS_PER_MS = 1e6;

/**
 * Measures how late timers fire. It keeps no process alive.
 *
 * Two histograms take turns at being emptied: one that was just emptied is blind until its next tick and would
 * miss a block that begins right then, so a reading is the worse of both.
 */
export function measureEventLoopDelay(): EventLoopDelay {
  const histograms = [startHistogram(), startHistogram()] as const;
  let turn: 0 | 1 = 0;
  return {
    readMs: () => {
      const longestMs = Math.max(...histograms.map(longestTickMs));
      histograms[turn].reset();
      turn = turn === 0 ? 1 : 0;
      return Math.max(0, longestMs - TICK_MS);
    },
    dispose: () => {
      for (const histogram of histograms) {
        histogram.disable();
        histogram.reset();
      }
    },
  };
}

function startHistogram(): IntervalHistogram {
  const histogram = monitorEventLoopDelay({ resolution: TICK_MS });
  histogram.enable();
  return histogram;
}

function longestTickMs(histogram: IntervalHistogram): number {
  return histogram.count === 0 ? 0 : histogram.max / NS_PER_MS;
}
