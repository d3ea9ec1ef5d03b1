import type { Socket } from 'node:net';
import type { TLSSocket } from 'node:tls';

/** One connection of a client, for a script that says what it likes on it. */
export interface SourceConnection {
  readonly isClosed: boolean;
  /** Resolves once the connection is gone, from whichever side. */
  readonly closed: Promise<void>;
  /** Sends; resolves once there is room for more, or the connection is gone. */
  write(piece: string | Uint8Array): Promise<void>;
  /** Ends the connection in good order, after what was written. */
  end(): void;
  /** Cuts the connection with a TCP reset; what was written may be lost. */
  reset(): void;
  /** Waits on the real clock, at most until the connection is gone. */
  pause(ms: number): Promise<void>;
}

/** @param raw The TCP connection under `secure`: only it can be reset. */
export function createConnection(secure: TLSSocket, raw: Socket): SourceConnection {
  let isClosed = false;
  const closed = new Promise<void>((resolve) => {
    raw.once('close', () => {
      isClosed = true;
      secure.destroy();
      resolve();
    });
  });

  async function write(piece: string | Uint8Array): Promise<void> {
    // Who goes on writing to a connection that takes no more must not keep the event loop from noticing.
    if (isClosed || !secure.writable) {
      await closed;
      return;
    }
    if (secure.write(typeof piece === 'string' ? Buffer.from(piece, 'latin1') : piece)) return;
    await untilClosed((done) => {
      secure.once('drain', done);
      return () => secure.off('drain', done);
    });
  }

  function pause(ms: number): Promise<void> {
    return untilClosed((done) => {
      const timer = setTimeout(done, ms);
      return () => clearTimeout(timer);
    });
  }

  /** Waits for something, and for no longer than the connection stands. */
  async function untilClosed(begin: (done: () => void) => () => void): Promise<void> {
    if (isClosed) return;
    let stop = (): void => undefined;
    const happened = new Promise<void>((done) => {
      stop = begin(done);
    });
    await Promise.race([happened, closed]);
    stop();
  }

  return {
    get isClosed() {
      return isClosed;
    },
    closed,
    write,
    end: () => secure.end(),
    reset: () => raw.resetAndDestroy(),
    pause,
  };
}
