/** `held`: the writer waits for the reader. `flowing`: it goes on. */
export type Pressure = 'held' | 'flowing';

export interface BoundedBufferOptions<T> {
  /** Items kept for a reader that is behind: 1 or more. */
  readonly capacity: number;
  /** Joins two neighbouring items into one that stands for both, in their order. */
  readonly merge: (earlier: T, later: T) => T;
  /** Called when the writer begins to wait and when it goes on; strictly in turns, `held` first. Must not throw. */
  readonly onPressure?: (pressure: Pressure) => void;
  /** Called once, when the reader gives up before the end was written. Must not throw. */
  readonly onReaderLeft?: () => void;
}

/**
 * The one hand-over from push to pull: a writer that is slowed, one reader that pulls, a bounded number of items
 * between them.
 *
 * Until a reader comes, nothing is held: what is written grows together into a single item, so a caller that never
 * reads does not stop its generation, and one that comes late gets what it missed at once. From then on at most
 * `capacity` items are kept and the writer is asked to wait. Nothing is lost or reordered either way: a writer that
 * does not wait only finds its items merged.
 */
export interface BoundedBuffer<T> {
  /**
   * Takes an item. `undefined` when there is room for another; else a promise, which never rejects, for when there
   * is. After the end, and after the reader left, it takes nothing and never holds.
   */
  write(item: T): undefined | Promise<void>;
  /**
   * Attaches the reader, at the call and not at its first `next()`. Leaving the loop early drops what is kept,
   * releases the writer and tells `onReaderLeft`.
   *
   * @throws TypeError at the second call: there is one reader.
   */
  read(): AsyncIterableIterator<T, undefined, undefined>;
  /** Whether the writer has to wait now. */
  isFull(): boolean;
  /** Ends the reader after the items that are left. */
  close(): void;
  /** Ends the reader after the items that are left by throwing `error`. */
  fail(error: unknown): void;
}

export function createBoundedBuffer<T>(options: BoundedBufferOptions<T>): BoundedBuffer<T> {
  const { capacity, merge, onPressure, onReaderLeft } = options;
  if (!Number.isSafeInteger(capacity) || capacity < 1) {
    throw new RangeError(`capacity must be a whole number of 1 or more, not ${capacity}`);
  }

  const kept = createFifo(merge);
  /** Calls of `next` that wait for an item; only while nothing is kept. */
  const reads: PendingRead<T>[] = [];
  let reader: 'absent' | 'attached' | 'left' = 'absent';
  let end: End = null;
  /** What a held writer waits on. */
  let room: Room | null = null;

  const isFull = (): boolean => reader === 'attached' && end === null && kept.size() >= capacity;

  const hold = (): Promise<void> => {
    if (room !== null) return room.promise;
    const opened = createRoom();
    room = opened;
    onPressure?.('held');
    return opened.promise;
  };

  const release = (): void => {
    if (room === null) return;
    const { open } = room;
    room = null;
    open();
    onPressure?.('flowing');
  };

  const write = (item: T): undefined | Promise<void> => {
    if (end !== null || reader === 'left') return undefined;
    const read = reads.shift();
    if (read !== undefined) {
      read.resolve({ done: false, value: item });
      return undefined;
    }
    const hasRoom = kept.size() < (reader === 'attached' ? capacity : 1);
    if (hasRoom) kept.push(item);
    else kept.mergeIntoLast(item);
    return isFull() ? hold() : undefined;
  };

  const finish = (how: NonNullable<End>): void => {
    if (end !== null) return;
    end = how;
    const first = reads.shift();
    if (first !== undefined) settleLast(first);
    endReads();
    release();
  };

  /** The end itself: an error is thrown once, as a generator would. */
  const settleLast = (read: PendingRead<T>): void => {
    if (end === null || end.kind === 'closed') {
      read.resolve(DONE);
      return;
    }
    const { error } = end;
    end = CLOSED;
    read.reject(error);
  };

  const endReads = (): void => {
    for (const read of reads.splice(0)) read.resolve(DONE);
  };

  const leave = (): void => {
    if (reader === 'left') return;
    reader = 'left';
    kept.clear();
    endReads();
    release();
    if (end === null) onReaderLeft?.();
  };

  const next = (): Promise<IteratorResult<T, undefined>> => {
    if (kept.size() > 0) {
      const value = kept.shift();
      release();
      return Promise.resolve({ done: false, value });
    }
    if (reader === 'left') return Promise.resolve(DONE);
    return new Promise((resolve, reject) => {
      const read = { resolve, reject };
      if (end === null) reads.push(read);
      else settleLast(read);
    });
  };

  const read = (): AsyncIterableIterator<T, undefined> => {
    if (reader !== 'absent') throw new TypeError('this stream is being read already: it has one reader');
    reader = 'attached';
    const iterator: AsyncIterableIterator<T, undefined> = {
      next,
      return: () => {
        leave();
        return Promise.resolve(DONE);
      },
      throw: (error: unknown) => {
        leave();
        return Promise.reject(error);
      },
      [Symbol.asyncIterator]: () => iterator,
    };
    return iterator;
  };

  return {
    write,
    read,
    isFull,
    close: () => finish(CLOSED),
    fail: (error) => finish({ kind: 'failed', error }),
  };
}

type End = { readonly kind: 'closed' } | { readonly kind: 'failed'; readonly error: unknown } | null;

const CLOSED = Object.freeze({ kind: 'closed' });
const DONE = Object.freeze({ done: true, value: undefined });

interface PendingRead<T> {
  readonly resolve: (result: IteratorResult<T, undefined>) => void;
  readonly reject: (error: unknown) => void;
}

interface Room {
  readonly promise: Promise<void>;
  readonly open: () => void;
}

function createRoom(): Room {
  let open!: () => void;
  const promise = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}

/** Places of items already taken that a queue may keep before it moves the rest up. */
const SPENT_ITEMS_MAX = 64;

/** A queue whose `shift` does not move the rest each time, as that of an array may. */
function createFifo<T>(merge: (earlier: T, later: T) => T) {
  const items: (T | undefined)[] = [];
  let head = 0;
  return {
    size: (): number => items.length - head,
    push: (item: T): void => {
      items.push(item);
    },
    /** Only while something is in it. */
    mergeIntoLast: (item: T): void => {
      items[items.length - 1] = merge(items[items.length - 1] as T, item);
    },
    /** Only while something is in it. */
    shift: (): T => {
      const item = items[head] as T;
      items[head] = undefined;
      head += 1;
      if (head === items.length) {
        items.length = 0;
        head = 0;
      } else if (head >= SPENT_ITEMS_MAX && head * 2 >= items.length) {
        items.splice(0, head);
        head = 0;
      }
      return item;
    },
    clear: (): void => {
      items.length = 0;
      head = 0;
    },
  };
}
