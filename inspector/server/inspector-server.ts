import {
  createServer,
  type IncomingMessage,
  type OutgoingHttpHeaders,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import type { Socket } from 'node:net';
import { type AccessExpectation, judgeAccess, type RefusedStatus } from './access.ts';
import { EVENT_STREAM_TYPE } from './event-stream.ts';
import type { PageFile } from './page-file.ts';
import { ALLOW, refuseSocket } from './refuse-socket.ts';
import { responseHeaders } from './response-headers.ts';
import type { ViewerSeats } from './viewer-seats.ts';

/** What the server gives to somebody it does not know yet. */
const HEADER_BYTES_MAX = 8_192;
const HEADER_MS_MAX = 5_000;
/** A connection on which nothing moves for so long, in ms, is ended. */
const IDLE_MS_MAX = 15_000;
/** Connections besides those of viewers. */
const CONNECTIONS_SPARE = 12;

export interface ServerParts {
  /** Known once the server listens. */
  readonly expectation: () => AccessExpectation;
  readonly readPage: () => Promise<PageFile | null>;
  readonly seats: ViewerSeats;
  readonly viewersMax: number;
  readonly headerMsMax?: number;
}

/** The server: one gate before everything, two routes behind it. Its sockets keep no process alive. */
export function createInspectorServer(parts: ServerParts): Server {
  const { headerMsMax = HEADER_MS_MAX } = parts;
  const server = createServer({
    maxHeaderSize: HEADER_BYTES_MAX,
    headersTimeout: headerMsMax,
    requestTimeout: headerMsMax,
    connectionsCheckingInterval: Math.min(1_000, headerMsMax),
    insecureHTTPParser: false,
    // The gate refuses a request without a host, with the status of a wrong one.
    requireHostHeader: false,
  });
  server.maxConnections = parts.viewersMax + CONNECTIONS_SPARE;
  server.timeout = IDLE_MS_MAX;

  const answered = new WeakSet<Socket>();
  server.on('connection', (socket) => socket.unref());
  server.on('request', (request, response) => {
    // Every answer ends its connection: what comes behind a request came from no browser.
    if (answered.has(request.socket)) return void request.socket.destroy();
    answered.add(request.socket);
    response.on('error', () => undefined);
    serve(request, response, parts);
  });
  server.on('upgrade', (_request, socket) => refuseSocket(socket, 400));
  server.on('connect', (_request, socket) => refuseSocket(socket, 405));
  server.on('clientError', ({ code }: NodeJS.ErrnoException, socket) => {
    if (code === 'HPE_HEADER_OVERFLOW') refuseSocket(socket, 431);
    else if (code === 'ERR_HTTP_REQUEST_TIMEOUT') refuseSocket(socket, 408);
    else refuseSocket(socket, 400);
  });
  return server;
}

function serve(request: IncomingMessage, response: ServerResponse, parts: ServerParts): void {
  const access = judgeAccess(request, parts.expectation());
  switch (access.kind) {
    case 'page':
      void servePage(response, parts.readPage);
      return;
    case 'trace':
      serveTrace(request, response, parts.seats);
      return;
    case 'refused':
      refuse(response, access.status, REFUSAL_HEADERS[access.status]);
      return;
  }
}

async function servePage(response: ServerResponse, readPage: ServerParts['readPage']): Promise<void> {
  const page = await readPage();
  if (page === null) {
    answer(response, 503, 'The page of the inspector was not built: npm run build builds it.\n');
    return;
  }
  const headers = responseHeaders('text/html', page.policy);
  response.writeHead(200, { ...headers, 'content-length': page.html.length });
  response.end(page.html);
}

function serveTrace(request: IncomingMessage, response: ServerResponse, seats: ViewerSeats): void {
  if (!seats.hasRoom()) {
    answer(response, 503, 'As many viewers as may look look already.\n', { 'retry-after': '5' });
  } else if (request.method === 'HEAD') {
    response.writeHead(200, responseHeaders(EVENT_STREAM_TYPE)).end();
  } else {
    request.socket.setTimeout(0);
    request.socket.setKeepAlive(true, IDLE_MS_MAX);
    void seats.take(response).then((outcome) => {
      if (outcome === 'unavailable') answer(response, 502, 'The trace cannot be had now.\n');
      // What was written last still has to be taken.
      if (outcome === 'written') request.socket.setTimeout(IDLE_MS_MAX);
    });
  }
}

const REFUSAL_HEADERS: { readonly [S in RefusedStatus]: OutgoingHttpHeaders } = {
  400: {},
  401: { 'www-authenticate': 'Bearer' },
  403: {},
  404: {},
  405: ALLOW,
  421: {},
};

function refuse(response: ServerResponse, status: RefusedStatus, extra: OutgoingHttpHeaders): void {
  answer(response, status, `${STATUS_CODES[status]}\n`, extra);
}

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  extra: OutgoingHttpHeaders = {},
): void {
  const headers = { ...responseHeaders('text/plain'), 'content-length': Buffer.byteLength(text), ...extra };
  response.writeHead(status, headers).end(text);
}
