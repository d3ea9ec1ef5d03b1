import type { Clock } from '../services/clock.ts';

export interface ManualClock extends Clock {
  /**
   * Moves time on by `ms`. Every timer that falls due on the way is fired alone, in due order, with `nowMs` at its
   * own due time; promises that it settles run before the next one, so timers they arm fire on the way too.
   * Rejects with what a timer throws, time then standing at that timer; the clock stays usable.
   */
  advance(ms: number): Promise<void>;
  /** Timers that are armed. */
  pending(): number;
}

interface Timer {
  readonly dueMs: number;
  readonly fn: () => void;
}

/** Promise turns given between two timers: deeper chains of awaits than any port of the project has. */
const TURNS = 64;

/** More firings than this at one moment are a timer that arms itself without letting time pass. */
const FIRINGS_MAX = 10_000;

/** A clock that stands still until it is told to move. Ties fire in the order they were armed. */
export function createManualClock(startMs = 0): ManualClock {
  let currentMs = startMs;
  let lastId = 0;
  let advancing = false;
  const timers = new Map<number, Timer>();

  const fireAllUntil = async (targetMs: number): Promise<void> => {
    await settlePromises();
    let firings = 0;
    for (;;) {
      const next = earliest(timers);
      if (next === undefined || next[1].dueMs > targetMs) return;
      firings = next[1].dueMs > currentMs ? 1 : firings + 1;
      if (firings > FIRINGS_MAX) throw new Error(`a timer arms itself for ever at ${currentMs} ms`);
      const [id, timer] = next;
      timers.delete(id);
      currentMs = timer.dueMs;
      timer.fn();
      await settlePromises();
    }
  };

  return {
    nowMs: () => currentMs,
    setTimeout: (fn, ms) => {
      lastId += 1;
      timers.set(lastId, { dueMs: currentMs + Math.max(ms || 0, 0), fn });
      return lastId;
    },
    clearTimeout: (id) => {
      timers.delete(id as number);
    },
    advance: async (ms) => {
      if (!(ms >= 0)) throw new RangeError(`time cannot go on by ${ms} ms`);
      if (advancing) throw new Error('the clock is being advanced already: await the first advance');
      advancing = true;
      const targetMs = currentMs + ms;
      try {
        await fireAllUntil(targetMs);
        currentMs = targetMs;
      } finally {
        advancing = false;
      }
    },
    pending: () => timers.size,
  };
}

/** A map keeps the order of arming, and only a strictly earlier one goes before: so ties are first in, first out. */
function earliest(timers: ReadonlyMap<number, Timer>): readonly [number, Timer] | undefined {
  let best: readonly [number, Timer] | undefined;
  for (const entry of timers) {
    if (best === undefined || entry[1].dueMs < best[1].dueMs) best = entry;
  }
  return best;
}

async function settlePromises(): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await Promise.resolve();
}
