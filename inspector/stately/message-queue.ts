/** What waits to be written: the references that were heard, and how they become a text. Null: nothing to be told. */
export interface WaitingMessage {
  readonly kind: 'actor' | 'event' | 'snapshot';
  readonly write: () => string | null;
}

export interface MessageQueueOptions {
  readonly send: (message: string) => unknown;
  /** Most messages that wait. */
  readonly messagesMax: number;
  /** What waits is nothing but actors, and too many of them. */
  readonly onGivenUp: () => void;
}

export interface MessageQueue {
  readonly push: (message: WaitingMessage) => void;
  /** Messages that were dropped, or that `send` refused. */
  readonly lost: () => number;
  /** Settles once nothing waits. */
  readonly drained: () => Promise<void>;
}

/** Messages that are written before the event loop has its turn again. */
const PER_TURN = 16;

/**
 * Writes and sends in later turns of the event loop, in order, a few messages a turn.
 *
 * Where too many wait, the oldest snapshot is dropped: a later one tells more. Where there is none, the oldest event
 * is. An actor is never dropped, as nothing after it could be understood; so when actors alone are too many, nobody
 * listens any more, and all of it is let go.
 */
export function createMessageQueue({ send, messagesMax, onGivenUp }: MessageQueueOptions): MessageQueue {
  let waiting: WaitingMessage[] = [];
  let lost = 0;
  let draining: Promise<void> | null = null;

  const drop = () => {
    // The newest stays: nothing that waits tells more than it.
    const older = waiting.slice(0, -1);
    const snapshot = older.findIndex(({ kind }) => kind === 'snapshot');
    const oldest = snapshot >= 0 ? snapshot : older.findIndex(({ kind }) => kind === 'event');
    if (oldest >= 0) {
      waiting.splice(oldest, 1);
      lost += 1;
      return;
    }
    lost += waiting.length;
    waiting = [];
    onGivenUp();
  };

  const sendNext = async () => {
    try {
      const message = waiting.shift()?.write() ?? null;
      if (message !== null) await send(message);
    } catch {
      lost += 1;
    }
  };

  const drain = async () => {
    while (waiting.length > 0) {
      await nextTurn();
      for (let sent = 0; sent < PER_TURN && waiting.length > 0; sent += 1) await sendNext();
    }
    draining = null;
  };

  return {
    push: (message) => {
      waiting.push(message);
      if (waiting.length > messagesMax) drop();
      draining ??= drain();
    },
    lost: () => lost,
    drained: async () => {
      await draining;
    },
  };
}

const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));
