import { randomBytes } from 'node:crypto';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { digestToken } from './access.ts';
import { InspectorError } from './inspector-error.ts';
import { type InspectorOptions, resolveInspectorOptions } from './inspector-options.ts';
import { createInspectorServer } from './inspector-server.ts';
import { LOOPBACK_ADDRESS, listen } from './listen.ts';
import { createLiveFeed } from './live-feed.ts';
import { createPageReader } from './page-file.ts';
import type { TraceFeed, TraceSource } from './trace-feed.ts';
import type { ViewerPace } from './trace-viewer.ts';
import { createViewerSeats } from './viewer-seats.ts';

/** A server that shows one trace to this machine. It only reads, and keeps no process alive. */
export interface Inspector extends AsyncDisposable {
  /** The page, with the token behind `#`: a browser sends that part to nobody. Null on a socket. */
  readonly url: string | null;
  /** Null on a port. */
  readonly socketPath: string | null;
  /** 64 hex digits, made anew for each inspector: who has them may read the trace. */
  readonly token: string;
  /** How many follow the trace now. */
  viewers(): number;
  /** Ends the server and every connection. Idempotent; never rejects. */
  close(): Promise<void>;
}

/** What is given to a viewer that has still to take the end of its trace when the server closes, in ms. */
const CLOSE_GRACE_MS = 1_000;

const TOKEN_BYTES = 32;

/** Other paces and another page, for tests. */
export interface InspectorParts extends ViewerPace {
  readonly page?: URL;
  readonly backlogBytesMax?: number;
  readonly headerMsMax?: number;
}

/**
 * Opens a server on 127.0.0.1, or on a socket, that shows a trace: that of a running supervisor, a recorded one, or
 * one of another process. A supervisor is listened to only while somebody looks.
 *
 * @throws {InspectorError} `invalid_options`, or why it cannot listen and how to mend that.
 */
export async function startInspector(
  source: TraceSource | TraceFeed,
  options: InspectorOptions = {},
  parts: InspectorParts = {},
): Promise<Inspector> {
  const { at, viewersMax } = resolveInspectorOptions(options);
  const seats = createViewerSeats(feedOf(source, parts), viewersMax, parts);
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  const tokenDigest = digestToken(token);
  let port: number | null = null;
  const server = createInspectorServer({
    expectation: () => ({ port, tokenDigest }),
    readPage: createPageReader(parts.page),
    seats,
    viewersMax,
    ...(parts.headerMsMax === undefined ? {} : { headerMsMax: parts.headerMsMax }),
  });
  const sockets = trackSockets(server);
  const listening = await listen(server, at);
  port = listening.port;
  server.unref();
  // Whatever goes wrong with a connection is that connection's end, not the host's.
  server.on('error', () => undefined);

  const end = async () => {
    const ended = new Promise<void>((resolve) => server.close(() => resolve()));
    await seats.close(CLOSE_GRACE_MS);
    for (const socket of sockets) socket.destroy();
    await ended;
    await listening.clear();
  };
  let closed: Promise<void> | null = null;
  const close = () => {
    closed ??= end();
    return closed;
  };

  return {
    url: port === null ? null : `http://${LOOPBACK_ADDRESS}:${port}/#token=${token}`,
    socketPath: 'socketPath' in at ? at.socketPath : null,
    token,
    viewers: seats.count,
    close,
    [Symbol.asyncDispose]: close,
  };
}

function feedOf(source: TraceSource | TraceFeed, { backlogBytesMax }: InspectorParts): TraceFeed {
  if (typeof source === 'object' && source !== null) {
    if ('open' in source && typeof source.open === 'function') return source;
    if ('trace' in source && typeof source.trace === 'function' && typeof source.traceTo === 'function') {
      return createLiveFeed(source, backlogBytesMax);
    }
  }
  throw new InspectorError(
    'invalid_options',
    'The source must be a supervisor, or another object with the functions trace and traceTo.',
  );
}

function trackSockets(server: Server): ReadonlySet<Socket> {
  const sockets = new Set<Socket>();
  server.on('connection', (socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  return sockets;
}
