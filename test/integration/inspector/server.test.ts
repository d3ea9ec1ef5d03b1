import { once } from 'node:events';
import { createServer } from 'node:net';
import { pathToFileURL } from 'node:url';
import { afterEach, describe, expect, test } from '@jest/globals';
import { InspectorError, type InspectorOptions } from '../../../inspector/index.ts';
import { type InspectorParts, startInspector } from '../../../inspector/server/start-inspector.ts';
import { sendRaw, statusOf } from '../../doubles/raw-http.ts';

const CANARY_TRACE = '{"kind":"header","h":"0000000000000000"}\n';
const SOURCE = { trace: () => CANARY_TRACE, traceTo: () => () => undefined };
/** Any file does as a page here. */
const PAGE = pathToFileURL(`${import.meta.dirname}/server.test.ts`);

const opened: { close(): Promise<void> }[] = [];
afterEach(() => Promise.all(opened.splice(0).map((one) => one.close())));

async function open(options: InspectorOptions = {}, parts: InspectorParts = {}) {
  const inspector = await startInspector(SOURCE, options, { page: PAGE, ...parts });
  opened.push(inspector);
  const port = Number(new URL(inspector.url!).port);
  const get = (path: string, more = '', method = 'GET', host = `127.0.0.1:${port}`) =>
    sendRaw(port, `${method} ${path} HTTP/1.1\r\nHost: ${host}\r\n${more}\r\n`);
  return { inspector, port, get, bearer: `Authorization: Bearer ${inspector.token}\r\n` };
}

describe('the server of the inspector', () => {
  test('[IS7] listens on the loopback address alone, on a port of the system, with a token of 256 bits', async () => {
    const { inspector, port } = await open();
    const other = await open();
    expect(inspector.url).toBe(`http://127.0.0.1:${port}/#token=${inspector.token}`);
    expect(inspector.token).toMatch(/^[0-9a-f]{64}$/);
    expect(other.inspector.token).not.toBe(inspector.token);
    expect(other.port).not.toBe(port);
  });

  test('[IS8] gives the page to whoever has the address, and the token to nobody', async () => {
    const { inspector, get } = await open();
    const answer = await get('/');
    expect(statusOf(answer)).toBe(200);
    expect(answer).not.toContain(inspector.token);
    expect((await get('/', '', 'HEAD')).split('\r\n\r\n')[1]).toBe('');
  });

  test.each([
    ['another host', '', 'GET', 'evil.example', 421],
    ['another origin', 'Origin: http://evil.example\r\n', 'GET', null, 403],
    ['no origin at all', 'Origin: null\r\n', 'GET', null, 403],
    ['another site', 'Sec-Fetch-Site: cross-site\r\n', 'GET', null, 403],
    ['a writing method', '', 'POST', null, 405],
    ['a preflight', 'Access-Control-Request-Method: GET\r\n', 'OPTIONS', null, 405],
  ])(
    '[IS9] refuses %s on every route, and says nothing of what is there',
    async (_what, more, method, host, status) => {
      const { get, port, bearer, inspector } = await open();
      for (const path of ['/', '/trace', '/../trace', '/nothing']) {
        const answer = await get(path, more + bearer, method, host ?? `127.0.0.1:${port}`);
        expect({ path, status: statusOf(answer) }).toEqual({ path, status });
        expect(answer).not.toContain('kind');
        expect(answer).not.toContain(inspector.token);
      }
    },
  );

  test.each(['/', '/trace', '/nothing'])('[IS9] refuses to become another protocol on %s', async (path) => {
    const { get, bearer, port } = await open();
    const upgrade = `${bearer}Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n`;
    expect(statusOf(await get(path, upgrade))).toBe(400);
    const connected = await sendRaw(
      port,
      `CONNECT evil.example:80 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`,
    );
    expect(statusOf(connected)).toBe(405);
  });

  test.each([
    ['no token', ''],
    ['a wrong token', `Authorization: Bearer ${'0'.repeat(64)}\r\n`],
  ])('[IS9] refuses the trace to who has %s', async (_what, more) => {
    const { get } = await open();
    const answer = await get('/trace', more);
    expect(statusOf(answer)).toBe(401);
    expect(answer).not.toContain('kind');
  });

  test('[IS10] answers everything with the headers that keep it to itself, and never one of CORS', async () => {
    const { get, bearer, port } = await open();
    const answers = [
      await get('/'),
      await get('/trace', bearer, 'HEAD'),
      await get('/trace'),
      await get('/nothing'),
      await get('/', '', 'POST'),
      await get('/', '', 'GET', 'evil.example'),
      await sendRaw(port, `CONNECT x:1 HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n\r\n`),
      await sendRaw(port, 'nonsense\r\n\r\n'),
    ];
    for (const answer of answers) {
      const head = answer.split('\r\n\r\n')[0]!.toLowerCase();
      expect(head).toMatch(/content-security-policy: default-src 'none'.*frame-ancestors 'none'/);
      expect(head).toContain('x-content-type-options: nosniff');
      expect(head).toContain('cache-control: no-store');
      expect(head).toContain('cross-origin-resource-policy: same-origin');
      expect(head).toContain('cross-origin-opener-policy: same-origin');
      expect(head).toContain('referrer-policy: no-referrer');
      expect(head).not.toContain('access-control-');
      expect(head).not.toContain('set-cookie');
    }
  });

  test('[IS11] ends a connection that sends more than a request: a second one, a body, or endless headers', async () => {
    const { port, bearer } = await open();
    const plain = `GET /nothing HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\n`;
    const two = await sendRaw(port, `${plain}\r\n${plain}${bearer}\r\n`);
    expect(two.match(/HTTP\/1\.1/g)).toHaveLength(1);
    expect(statusOf(await sendRaw(port, `${plain}Content-Length: 5\r\n\r\nhello`))).toBe(400);
    expect(statusOf(await sendRaw(port, `${plain}X: ${'y'.repeat(20_000)}\r\n\r\n`))).toBe(431);
  });

  test('[IS11] ends a connection that takes its time to say what it wants', async () => {
    const { port } = await open({}, { headerMsMax: 100 });
    expect(statusOf(await sendRaw(port, 'GET / HTTP/1.1\r\nHo'))).toBe(408);
  });

  test('[IS12] answers with what to do where the page was not built', async () => {
    const { get } = await open({}, { page: new URL('file:///nowhere/index.html') });
    const answer = await get('/');
    expect(statusOf(answer)).toBe(503);
    expect(answer).toContain('npm run build');
  });

  test('[IS13] is ended once, whoever is connected, and answers nobody then', async () => {
    const { inspector, port, get, bearer } = await open();
    const following = get('/trace', bearer);
    await untilViewers(inspector, 1);
    await Promise.all([inspector.close(), inspector.close()]);
    expect(await following).toContain('data: {"kind":"header"');
    await expect(sendRaw(port, 'GET / HTTP/1.1\r\n\r\n')).rejects.toThrow(/ECONNREFUSED/);
  });

  test('[IS14] says of a port that is taken what to do', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as { port: number };
    await expect(startInspector(SOURCE, { port })).rejects.toMatchObject({
      code: 'port_in_use',
      message: expect.stringContaining('choose another'),
    });
    taken.close();
  });

  test.each([
    [{ port: -1 }, 'port'],
    [{ port: 65_536 }, 'port'],
    [{ port: 1.5 }, 'port'],
    [{ viewersMax: 0 }, 'viewersMax'],
    [{ viewersMax: 17 }, 'viewersMax'],
    [{ socketPath: '' }, 'socketPath'],
    [{ socketPath: `/${'x'.repeat(200)}` }, 'socketPath'],
    [{ port: 1, socketPath: '/x' }, 'socketPath'],
    [{ host: '0.0.0.0' }, 'inspector options'],
    [null, 'inspector options'],
  ])('[IS15] refuses the options %j, naming the field', async (options, field) => {
    const failed = await startInspector(SOURCE, options as InspectorOptions).catch((error: unknown) => error);
    expect(InspectorError.isInstance(failed)).toBe(true);
    expect(failed).toMatchObject({ code: 'invalid_options', message: expect.stringContaining(field) });
  });

  test.each([null, {}, { trace: 1, traceTo: 2 }])(
    '[IS15] refuses %j as something to look at',
    async (source) => {
      await expect(startInspector(source as never)).rejects.toMatchObject({ code: 'invalid_options' });
    },
  );
});

async function untilViewers(inspector: { viewers(): number }, count: number): Promise<void> {
  while (inspector.viewers() !== count) await new Promise((resolve) => setTimeout(resolve, 5));
}
