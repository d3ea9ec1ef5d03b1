import type { CancelSignal } from '../policies/runtime-adapter.ts';

/** What the pool needs to know of a sequence. */
export interface PooledSequence {
  /** Tokens the sequence holds. */
  readonly nextTokenIndex: number;
}

/** A sequence that belongs to one user until it is given back. */
export interface Place<S> {
  readonly sequence: S;
  /** Gives the place to the first who waits, or back to the pool. Idempotent. */
  readonly release: () => void;
}

/** The places of a context: as many as it has sequences, each used by one at a time. */
export interface SequencePool<S> {
  /**
   * The free place that `rank` likes best (highest; of equals the emptiest), or the next that comes free, first come
   * first served. Null when the signal was aborted or the pool closed while waiting.
   */
  take(rank: (sequence: S) => number, signal: CancelSignal): Promise<Place<S> | null>;
  /** The emptiest free place, or null: never waits, and never goes before one who does. */
  takeFree(): Place<S> | null;
  readonly inUse: number;
  readonly closed: boolean;
  /** Turns away all who wait and all who come; resolves when every place has come back. Idempotent. */
  close(): Promise<void>;
}

interface Waiting<S> {
  readonly give: (place: Place<S> | null) => void;
}

export function createSequencePool<S extends PooledSequence>(sequences: readonly S[]): SequencePool<S> {
  const free = [...sequences];
  const waiting: Waiting<S>[] = [];
  const whenEmptied: (() => void)[] = [];
  let closed = false;

  const inUse = (): number => sequences.length - free.length;

  function occupy(sequence: S): Place<S> {
    let held = true;
    return {
      sequence,
      release: () => {
        if (!held) return;
        held = false;
        const next = waiting.shift();
        if (next !== undefined) return next.give(occupy(sequence));
        free.push(sequence);
        if (inUse() === 0) for (const resolve of whenEmptied.splice(0)) resolve();
      },
    };
  }

  function takeBest(rank: (sequence: S) => number): Place<S> | null {
    let best = -1;
    for (let i = 0; i < free.length; i += 1) {
      if (best < 0 || isBetter(free[i]!, free[best]!, rank)) best = i;
    }
    return best < 0 ? null : occupy(free.splice(best, 1)[0]!);
  }

  function wait(signal: CancelSignal): Promise<Place<S> | null> {
    return new Promise((resolve) => {
      const entry: Waiting<S> = {
        give: (place) => {
          signal.removeEventListener('abort', leave);
          resolve(place);
        },
      };
      const leave = (): void => {
        const at = waiting.indexOf(entry);
        if (at >= 0) waiting.splice(at, 1);
        entry.give(null);
      };
      waiting.push(entry);
      signal.addEventListener('abort', leave, { once: true });
    });
  }

  return {
    async take(rank, signal) {
      if (closed || signal.aborted) return null;
      return takeBest(rank) ?? wait(signal);
    },
    takeFree() {
      return closed ? null : takeBest(() => 0);
    },
    get inUse() {
      return inUse();
    },
    get closed() {
      return closed;
    },
    async close() {
      closed = true;
      for (const entry of waiting.splice(0)) entry.give(null);
      if (inUse() > 0) await new Promise<void>((resolve) => whenEmptied.push(resolve));
    },
  };
}

function isBetter<S extends PooledSequence>(one: S, other: S, rank: (sequence: S) => number): boolean {
  const difference = rank(one) - rank(other);
  return difference > 0 || (difference === 0 && one.nextTokenIndex < other.nextTokenIndex);
}
