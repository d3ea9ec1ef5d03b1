import { connect, type NetConnectOpts, type Socket } from 'node:net';

export interface RawAnswer {
  /** NaN where nothing that looks like an answer came. */
  readonly status: number;
  /** Names in small letters. */
  readonly headers: ReadonlyMap<string, string>;
  readonly text: string;
}

/** A connection that writes what it is told, byte for byte, and lets the test read or not. */
export interface RawConnection {
  readonly socket: Socket;
  readonly received: () => string;
  /** Resolves once what was received fits, or the connection has ended. */
  readonly until: (fits: (received: string) => boolean) => Promise<string>;
  readonly ended: Promise<void>;
}

export function openRaw(at: NetConnectOpts, text: string, { reads = true } = {}): RawConnection {
  const socket = connect(at);
  const watchers = new Set<() => void>();
  const tellWatchers = () => {
    for (const watch of watchers) watch();
  };
  let received = '';
  let isOver = false;
  if (reads) {
    socket.setEncoding('latin1').on('data', (piece: string) => {
      received += piece;
      tellWatchers();
    });
  }
  socket.on('error', () => undefined);
  const ended = new Promise<void>((resolve) => {
    socket.once('close', () => {
      isOver = true;
      tellWatchers();
      resolve();
    });
  });
  socket.write(text, 'latin1');
  return {
    socket,
    received: () => received,
    until: (fits) =>
      new Promise((resolve) => {
        const watch = () => {
          if (!fits(received) && !isOver) return;
          watchers.delete(watch);
          resolve(received);
        };
        watchers.add(watch);
        watch();
      }),
    ended,
  };
}

/** Writes a request and reads until the server ends the connection. */
export async function askRaw(at: NetConnectOpts, text: string): Promise<RawAnswer> {
  const connection = openRaw(at, text);
  await connection.ended;
  return readAnswer(connection.received());
}

export function readAnswer(text: string): RawAnswer {
  const [head = ''] = text.split('\r\n\r\n', 1);
  const [first = '', ...fields] = head.split('\r\n');
  return {
    status: Number(/^HTTP\/1\.1 (\d{3})/.exec(first)?.[1]),
    headers: new Map(
      fields.map((field) => {
        const colon = field.indexOf(':');
        return [field.slice(0, colon).toLowerCase(), field.slice(colon + 1).trim()];
      }),
    ),
    text,
  };
}
