import type { Clock } from '../../services/clock.ts';

/**
 * The time of a simulation: one heap of events, each with its moment; ties happen in the order they were made.
 * Nothing else moves, so a run is what its events are.
 */
export interface World {
  /** The clock as the product gets it. Its timers are counted: whoever is stopped has none armed. */
  readonly clock: Clock;
  readonly nowMs: () => number;
  /** An event of the simulation's own. */
  readonly after: (ms: number, happen: () => void) => void;
  readonly sleep: (ms: number) => Promise<void>;
  /** The machine sleeps: time goes on by `ms`, and what fell due meanwhile happens late. */
  readonly suspend: (ms: number) => void;
  /** Lets events happen until this moment, or until `isDone` says so after one of them. */
  readonly run: (untilMs: number, isDone?: () => boolean) => Promise<void>;
  /** Timers of the product that are armed. */
  readonly armedTimers: () => number;
  /** Events that happened. */
  readonly events: () => number;
  /** How long the machine slept so far. */
  readonly suspendedMs: () => number;
}

interface Happening {
  readonly atMs: number;
  readonly order: number;
  happen: (() => void) | null;
}

/** Promise turns given after each event: deeper chains of awaits than any port of the project has. */
const TURNS = 32;

/** Now and then the real event loop has a turn too, so that it can tell of rejections that nobody handled. */
const EVENTS_A_TURN = 1024;

/** More events than this at one moment are something that goes on without letting time pass. */
const EVENTS_AT_ONCE_MAX = 100_000;

export function createWorld(turns = TURNS): World {
  const heap = createHeap();
  let currentMs = 0;
  let order = 0;
  let armed = 0;
  let events = 0;
  let suspendedMs = 0;
  let atOnce = 0;

  const schedule = (ms: number, happen: () => void): Happening => {
    const happening = { atMs: currentMs + Math.max(ms || 0, 0), order, happen };
    order += 1;
    heap.push(happening);
    return happening;
  };

  const after = (ms: number, happen: () => void) => void schedule(ms, happen);

  return {
    clock: {
      nowMs: () => currentMs,
      setTimeout: (fn, ms) => {
        armed += 1;
        return schedule(ms, () => {
          armed -= 1;
          fn();
        });
      },
      clearTimeout: (id) => {
        const timer = id as Happening | undefined;
        if (timer == null || timer.happen === null) return;
        timer.happen = null;
        armed -= 1;
      },
    },
    nowMs: () => currentMs,
    after,
    sleep: (ms) => new Promise((resolve) => after(ms, resolve)),
    suspend: (ms) => {
      currentMs += ms;
      suspendedMs += ms;
    },
    run: async (untilMs, isDone = () => false) => {
      for (let next = heap.peek(); next !== undefined && next.atMs <= untilMs; next = heap.peek()) {
        heap.pop();
        const { happen, atMs } = next;
        if (happen === null) continue;
        next.happen = null;
        atOnce = atMs > currentMs ? 0 : atOnce + 1;
        if (atOnce > EVENTS_AT_ONCE_MAX) throw new Error(`events go on for ever at ${currentMs} ms`);
        currentMs = Math.max(currentMs, atMs);
        events += 1;
        happen();
        for (let turn = 0; turn < turns; turn += 1) await null;
        if (isDone()) return;
        if (events % EVENTS_A_TURN === 0) await new Promise(setImmediate);
      }
      currentMs = Math.max(currentMs, untilMs);
    },
    armedTimers: () => armed,
    events: () => events,
    suspendedMs: () => suspendedMs,
  };
}

function isBefore(a: Happening, b: Happening): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.order < b.order);
}

/** A binary heap with the earliest on top. */
function createHeap() {
  const items: Happening[] = [];
  return {
    peek: (): Happening | undefined => items[0],
    push: (item: Happening): void => {
      let at = items.push(item) - 1;
      while (at > 0) {
        const parent = (at - 1) >> 1;
        if (!isBefore(item, items[parent]!)) break;
        items[at] = items[parent]!;
        at = parent;
      }
      items[at] = item;
    },
    pop: (): void => {
      const last = items.pop();
      if (last === undefined || items.length === 0) return;
      let at = 0;
      for (;;) {
        let child = 2 * at + 1;
        if (child >= items.length) break;
        if (child + 1 < items.length && isBefore(items[child + 1]!, items[child]!)) child += 1;
        if (!isBefore(items[child]!, last)) break;
        items[at] = items[child]!;
        at = child;
      }
      items[at] = last;
    },
  };
}
