/**
 * Monotonic time and timers, so that a test can bring its own. Fits the `clock` option of an XState actor.
 */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back, not even when the machine's date is set. */
  nowMs(): number;
  /** Calls `fn` once, `ms` from now; the returned id serves `clearTimeout` alone. */
  setTimeout(fn: () => void, ms: number): unknown;
  /** Calls off a timer. An id that is unknown, fired or already cleared is ignored. */
  clearTimeout(id: unknown): void;
}

/** Longest delay a timer of Node keeps, 24.8 days; a longer one would fire at once. */
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * The clock of the process. Its timers keep the process alive: a deadline of work that somebody awaits has to
 * fire even when nothing else is left to do.
 */
export function systemClock(): Clock {
  return createClock((fn, ms) => setTimeout(fn, ms));
}

/** The same clock with timers that keep no process alive: for observation, which nobody awaits. */
export function backgroundClock(): Clock {
  return createClock((fn, ms) => setTimeout(fn, ms).unref());
}

function createClock(arm: (fn: () => void, ms: number) => NodeJS.Timeout): Clock {
  return {
    // To the microsecond: the digits beyond it are noise, and a trace would carry them.
    nowMs: () => Math.round(performance.now() * 1000) / 1000,
    setTimeout: (fn, ms) => arm(fn, Math.min(ms, TIMER_MS_MAX)),
    clearTimeout: (id) => clearTimeout(id as NodeJS.Timeout | undefined),
  };
}
