import { describe, expect, test } from '@jest/globals';
import { retryDelayMs } from '../../../../inspector/page/source/retry-delay.ts';
import { followServer, type ServerStatus } from '../../../../inspector/page/source/server-source.ts';

const TOKEN = 'a'.repeat(64);

type Answer = () => Response | Promise<Response>;

/** Follows a server that gives these answers, one to each connection, then stops. */
async function follow(...answers: readonly Answer[]) {
  const stopping = new AbortController();
  const told = { statuses: [] as ServerStatus[], lines: [] as string[], opened: 0 };
  const asked: { url: unknown; init: RequestInit | undefined }[] = [];
  const rest = [...answers];
  await followServer({
    token: TOKEN,
    signal: stopping.signal,
    fetch: async (url, init) => {
      asked.push({ url, init });
      const answer = rest.shift();
      if (answer === undefined) {
        stopping.abort();
        throw new Error('stopped');
      }
      return answer();
    },
    pause: async () => {},
    onStatus: (status) => told.statuses.push(status),
    onOpen: () => {
      told.opened += 1;
    },
    onLines: async (lines) => {
      told.lines.push(...lines);
    },
  });
  return { ...told, asked };
}

const stream =
  (text: string): Answer =>
  () =>
    new Response(text);

const status =
  (code: number): Answer =>
  () =>
    new Response(null, { status: code });

const dead: Answer = () => Promise.reject(new Error('connection refused'));

describe('following a server', () => {
  test('[IP6] sends the token in the Authorization header and nowhere else', async () => {
    const { asked } = await follow(stream('event: end\ndata: 0\n\n'));
    expect(asked).toHaveLength(1);
    expect(asked[0]?.url).toBe('/trace');
    expect(asked[0]?.init).toMatchObject({
      headers: { authorization: `Bearer ${TOKEN}` },
      credentials: 'omit',
      redirect: 'error',
    });
  });

  test('[IP7] tells the lines in order, and ends where the server says so', async () => {
    const { lines, statuses, opened } = await follow(
      stream('data: 1\n\ndata: 2\n\nevent: end\ndata: 3\n\ndata: 4\n\n'),
    );
    expect(lines).toEqual(['1', '2']);
    expect(opened).toBe(1);
    expect(statuses.map(({ kind }) => kind)).toEqual(['connecting', 'connected', 'ended']);
  });

  test('[IP8] opens a stream that dropped anew, from its beginning', async () => {
    const { lines, statuses, opened } = await follow(
      stream('data: 1\n\n'),
      stream('data: 1\n\nevent: end\ndata: \n\n'),
    );
    expect(lines).toEqual(['1', '1']);
    expect(opened).toBe(2);
    expect(statuses.map(({ kind }) => kind)).toEqual([
      'connecting',
      'connected',
      'reconnecting',
      'connected',
      'ended',
    ]);
  });

  test('[IP8] waits longer after each failure, and begins anew after a stream that brought a line', async () => {
    const { statuses } = await follow(dead, status(503), stream(''), stream('data: 1\n\n'), dead);
    const delays = statuses.flatMap((told) => (told.kind === 'reconnecting' ? [told.delayMs] : []));
    expect(delays).toEqual([250, 500, 1000, 250, 500]);
  });

  test('[IP8] waits five seconds at most', () => {
    expect(retryDelayMs(0)).toBe(250);
    expect(retryDelayMs(5)).toBe(4000);
    expect(retryDelayMs(6)).toBe(5000);
    expect(retryDelayMs(10_000)).toBe(5000);
  });

  test('[IP9] does not ask again where the server refused', async () => {
    for (const code of [401, 403, 404]) {
      const { statuses, asked } = await follow(status(code), stream('data: 1\n\n'));
      expect(statuses.at(-1)).toEqual({ kind: 'refused', status: code });
      expect(asked).toHaveLength(1);
    }
  });

  test('[IP9] tells nothing more once it was stopped', async () => {
    const { statuses } = await follow();
    expect(statuses).toEqual([{ kind: 'connecting' }]);
  });
});
