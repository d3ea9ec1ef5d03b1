import { type IncomingMessage, request } from 'node:http';
import { TRACE_LINE_CHARS_MAX } from '../../machines/trace-line.ts';
import { createMessageReader, EVENT_STREAM_TYPE } from './event-stream.ts';
import { InspectorError } from './inspector-error.ts';
import { type RemoteAddress, readRemoteAddress } from './remote-address.ts';
import type { FeedEnd, TraceFeed } from './trace-feed.ts';
import { VIEWER_HEARTBEAT_MS } from './viewer-limits.ts';

/** The other side says a word at least so often, in ms; one that is silent longer is gone. */
const SILENCE_MS_MAX = 3 * VIEWER_HEARTBEAT_MS;

/**
 * Relays the trace of another inspector on this machine: each viewer here is one there. Nothing is kept on the way,
 * and a viewer that is slow here is slow there.
 *
 * @throws {InspectorError} `invalid_options`, `attach_unreachable`, `attach_denied`, `attach_full` or
 * `attach_other`, by one request that is made at once.
 */
export async function createRemoteFeed(address: string): Promise<TraceFeed> {
  const remote = readRemoteAddress(address);
  const probe = new AbortController();
  await connect(remote, 'HEAD', probe.signal);
  probe.abort();
  return {
    open: async ({ gone, closing }) => {
      const response = await connect(remote, 'GET', AbortSignal.any([gone, closing]));
      return relay(response);
    },
  };
}

async function* relay(response: IncomingMessage): AsyncGenerator<readonly string[], FeedEnd, void> {
  const reader = createMessageReader(TRACE_LINE_CHARS_MAX);
  for await (const text of response.setEncoding('utf8')) {
    const { lines, ended } = reader.read(text as string);
    yield lines;
    if (ended) return 'ended';
  }
  throw new Error('the stream broke off');
}

function connect(
  { at, host, token }: RemoteAddress,
  method: 'GET' | 'HEAD',
  signal: AbortSignal,
): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const asked = request({
      ...('port' in at ? { host: '127.0.0.1', port: at.port } : { socketPath: at.socketPath }),
      path: '/trace',
      method,
      headers: { host, authorization: `Bearer ${token}` },
      agent: false,
      signal,
      timeout: SILENCE_MS_MAX,
    });
    asked.on('timeout', () => asked.destroy(new Error('silent')));
    asked.on('error', (cause) => reject(unreachable(cause)));
    asked.on('response', (response) => {
      const refusal = refusalOf(response);
      if (refusal === null) return resolve(response);
      asked.destroy();
      reject(refusal);
    });
    asked.end();
  });
}

function refusalOf({ statusCode, headers }: IncomingMessage): InspectorError | null {
  const isStream = headers['content-type']?.startsWith(EVENT_STREAM_TYPE) === true;
  switch (statusCode) {
    case 200:
      return isStream ? null : other();
    case 401:
      return new InspectorError(
        'attach_denied',
        'The inspector does not know the token: take the address that its host printed last.',
      );
    case 503:
      return new InspectorError(
        'attach_full',
        'The inspector shows its trace to as many viewers as it may: close one of them.',
      );
    default:
      return other();
  }
}

const other = () =>
  new InspectorError('attach_other', 'What answers there is no inspector of Llamero: check the address.');

const unreachable = (cause: unknown) =>
  new InspectorError(
    'attach_unreachable',
    'No inspector listens there: check that its host is still running, and the address.',
    cause,
  );
