import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { InspectorError } from '../../../inspector/index.ts';
import { type Inspector, startInspector } from '../../../inspector/server/start-inspector.ts';
import {
  addressOf,
  createScriptedSource,
  hostOf,
  stageInspector,
  traceRequest,
} from '../../doubles/inspector-stage.ts';
import { askRaw, readAnswer } from '../../doubles/raw-http.ts';
import { settled } from '../../doubles/supervisor-stage.ts';

const stage = stageInspector();
const PAGE_HTML = '<meta charset="utf-8" /><style>a{}</style><script>let page = 1;</script>';
let folder = '';
let page: URL;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'inspector-'));
  const path = join(folder, 'page.html');
  await writeFile(path, PAGE_HTML);
  page = pathToFileURL(path);
});
afterAll(() => rm(folder, { recursive: true }));

const start = (options = {}, parts = {}) =>
  stage.start(createScriptedSource().source, options, { page, ...parts });

const request = (inspector: Inspector, line: string, ...fields: readonly string[]) =>
  `${[`${line} HTTP/1.1`, ...fields.map((field) => field.replace('OWN', hostOf(inspector))), '', ''].join('\r\n')}`;

const token = (inspector: Inspector) => `Authorization: Bearer ${inspector.token}`;

describe('every route', () => {
  const routes = ['/', '/trace', '/nothing', '/../etc/passwd'];
  const attacks: readonly (readonly [
    what: string,
    status: number,
    fields: readonly string[],
    method?: string,
  ])[] = [
    ['a foreign host', 421, ['Host: evil.example']],
    ['no host', 421, []],
    ['two hosts', 421, ['Host: OWN', 'Host: evil.example']],
    ['a foreign origin', 403, ['Host: OWN', 'Origin: http://evil.example']],
    ['the origin of nobody', 403, ['Host: OWN', 'Origin: null']],
    ['a fetch of another site', 403, ['Host: OWN', 'Sec-Fetch-Site: cross-site']],
    ['a write', 405, ['Host: OWN'], 'POST'],
    [
      'a preflight',
      405,
      ['Host: OWN', 'Origin: http://OWN', 'Access-Control-Request-Method: GET'],
      'OPTIONS',
    ],
    ['a body', 400, ['Host: OWN', 'Content-Length: 0']],
  ];
  const cases = routes.flatMap((route) => attacks.map((attack) => [route, ...attack] as const));

  test.each(cases)(
    '[IS11] %s refuses %s with %i, token or not',
    async (route, _what, status, fields, method = 'GET') => {
      const inspector = await start();
      for (const more of [[], [token(inspector)]]) {
        const answer = await askRaw(
          addressOf(inspector),
          request(inspector, `${method} ${route}`, ...fields, ...more),
        );
        expect(answer.status).toBe(status);
        expectGuarded(answer.headers);
        expect(answer.headers.get('allow')).toBe(status === 405 ? 'GET, HEAD' : undefined);
        expect(answer.text).not.toContain(inspector.token);
      }
    },
  );

  test('[IS11] /trace without the token is told 401, and how to ask', async () => {
    const inspector = await start();
    const answer = await askRaw(addressOf(inspector), request(inspector, 'GET /trace', 'Host: OWN'));
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expectGuarded(answer.headers);
  });

  test('[IS11] /trace with it says the same of itself, also where only its head is asked for', async () => {
    const inspector = await start();
    const head = await askRaw(addressOf(inspector), traceRequest(inspector, 'HEAD'));
    const viewer = stage.view(inspector);
    const seen = readAnswer(await viewer.until((text) => text.includes('\r\n\r\n')));
    for (const { status, headers } of [head, seen]) {
      expect(status).toBe(200);
      expect(headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
      expectGuarded(headers);
    }
    expect(head.text).toMatch(/\r\n\r\n$/);
  });
});

function expectGuarded(headers: ReadonlyMap<string, string>): void {
  expect(Object.fromEntries(headers)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    connection: 'close',
  });
  expect(headers.get('content-security-policy')).toMatch(/^default-src 'none'.*; frame-ancestors 'none'$/);
  expect(
    [...headers.keys()].filter((name) => name.startsWith('access-control') || name === 'set-cookie'),
  ).toEqual([]);
}

describe('what is no plain request', () => {
  test.each([
    [
      'a WebSocket',
      'GET /trace',
      ['Connection: Upgrade', 'Upgrade: websocket', 'Sec-WebSocket-Version: 13'],
      400,
    ],
    ['another protocol', 'GET /', ['Connection: Upgrade', 'Upgrade: h2c'], 400],
    ['a tunnel', 'CONNECT evil.example:443', [], 405],
  ] as const)('[IS12] %s is refused, and its connection ended', async (_what, line, fields, status) => {
    const inspector = await start();
    const sent = request(inspector, line, 'Host: OWN', ...fields, token(inspector));
    const answer = await askRaw(addressOf(inspector), sent);
    expect(answer.status).toBe(status);
    expectGuarded(answer.headers);
    expect(inspector.viewers()).toBe(0);
  });

  test.each([
    [
      'a header of 9 kB',
      (host: string) => `GET / HTTP/1.1\r\nHost: ${host}\r\nX: ${'x'.repeat(9_000)}\r\n\r\n`,
      431,
    ],
    ['no HTTP', () => 'hello\r\n\r\n', 400],
    [
      'a line end inside a field',
      (host: string) => `GET / HTTP/1.1\r\nHost: ${host}\nX: a\r\rb\r\n\r\n`,
      400,
    ],
    [
      'a field folded over two lines',
      (host: string) => `GET / HTTP/1.1\r\nHost:\r\n ${host}\r\n evil\r\n\r\n`,
      400,
    ],
    ['a version that is none', (host: string) => `GET / HTTP/9.9\r\nHost: ${host}\r\n\r\n`, 400],
  ])('[IS13] %s is refused', async (_what, write, status) => {
    const inspector = await start();
    const answer = await askRaw(addressOf(inspector), write(hostOf(inspector)));
    expect(answer.status).toBe(status);
  });

  test('[IS13] a header that does not come to its end is not waited for', async () => {
    const inspector = await start({}, { headerMsMax: 50 });
    const answer = await askRaw(addressOf(inspector), `GET / HTTP/1.1\r\nHost: ${hostOf(inspector)}\r\n`);
    expect(answer.status).toBe(408);
  });

  test('[IS14] a second request on a connection is not answered', async () => {
    const inspector = await start();
    const one = request(inspector, 'GET /nothing', 'Host: OWN');
    const { text } = await askRaw(addressOf(inspector), one + one + one);
    expect(text.match(/HTTP\/1\.1/g)?.length ?? 0).toBeLessThanOrEqual(1);
  });
});

describe('the page', () => {
  test('[IS15] is served as it was built, under its own policy and with no token in it', async () => {
    const inspector = await start();
    const { status, headers, text } = await askRaw(
      addressOf(inspector),
      request(inspector, 'GET /', 'Host: OWN'),
    );
    const hashOf = (part: string) => `'sha256-${createHash('sha256').update(part).digest('base64')}'`;
    expect(status).toBe(200);
    expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
    expectGuarded(headers);
    expect(headers.get('content-security-policy')).toContain(`script-src ${hashOf('let page = 1;')};`);
    expect(headers.get('content-security-policy')).toContain(`style-src ${hashOf('a{}')};`);
    expect(text.endsWith(PAGE_HTML)).toBe(true);
    expect(text).not.toContain(inspector.token);
  });

  test('[IS15] that was not built is told so, until it is', async () => {
    const path = join(folder, 'later.html');
    const inspector = await start({}, { page: pathToFileURL(path) });
    const ask = () => askRaw(addressOf(inspector), request(inspector, 'GET /', 'Host: OWN'));
    const before = await ask();
    expect(before.status).toBe(503);
    expect(before.text).toContain('npm run build');
    await writeFile(path, PAGE_HTML);
    expect((await ask()).status).toBe(200);
  });
});

describe('the server', () => {
  test('[IS16] listens on 127.0.0.1 alone, on a port of the system, with a token of 256 bits that is its own', async () => {
    const [one, other] = [await start(), await start()];
    expect(one.url).toMatch(/^http:\/\/127\.0\.0\.1:\d{4,5}\/#token=[0-9a-f]{64}$/);
    expect(one.url).toContain(`#token=${one.token}`);
    expect(one.token).not.toBe(other.token);
    const outside = Object.values(networkInterfaces())
      .flatMap((addresses) => addresses ?? [])
      .filter(({ internal, family }) => !internal && family === 'IPv4');
    const { port } = new URL(one.url ?? '');
    for (const host of ['127.0.0.2', '::1', ...outside.map(({ address }) => address)]) {
      const answer = await askRaw({ host, port: Number(port) }, request(one, 'GET /', 'Host: OWN'));
      expect(answer.text).toBe('');
    }
  });

  test('[IS17] takes the port that it is given, and says which is taken', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    const { error } = await settled(start({ port }));
    expect(error).toMatchObject({ code: 'port_in_use', message: expect.stringContaining('choose another') });
    await new Promise((resolve) => other.close(resolve));
    expect(hostOf(await start({ port }))).toBe(`127.0.0.1:${port}`);
  });

  test.each([
    [{ port: -1 }, /^port must be an integer from 0 to 65535/],
    [{ port: 65_536 }, /^port must/],
    [{ port: 1.5 }, /^port must/],
    [{ port: '80' }, /^port must/],
    [{ viewersMax: 0 }, /^viewersMax must be an integer from 1 to 16/],
    [{ viewersMax: 17 }, /^viewersMax must/],
    [{ socketPath: '' }, /^socketPath must be the path/],
    [{ socketPath: 'a\0b' }, /^socketPath must be the path/],
    [{ socketPath: `/${'x'.repeat(120)}` }, /^socketPath must have at most 103 bytes/],
    [{ socketPath: '/x', port: 1 }, /^socketPath must not stand beside port/],
    [{ host: '0.0.0.0' }, /may hold only port, socketPath, viewersMax/],
    [null, /must be an object/],
  ])('[IS17] options %j are refused by a message that names the field', async (options, message) => {
    const { error } = await settled(start(options as never));
    expect(InspectorError.isInstance(error)).toBe(true);
    expect(error).toMatchObject({ code: 'invalid_options', message: expect.stringMatching(message) });
  });

  test.each([null, {}, { trace: () => '' }, 'trace', { open: 1 }])(
    '[IS17] %j is no source',
    async (source) => {
      const { error } = await settled(startInspector(source as never));
      expect(error).toMatchObject({ code: 'invalid_options', message: expect.stringContaining('source') });
    },
  );

  test('[IS18] once closed ends every connection, whatever it was doing, and may be closed again', async () => {
    const inspector = await start();
    const viewer = stage.view(inspector);
    const silent = stage.view(inspector, { reads: false });
    const slow = stage.connect(inspector, 'GET / HTTP/1.1\r\n');
    await viewer.until((text) => text.includes('data: '));
    await Promise.all([inspector.close(), inspector.close(), inspector[Symbol.asyncDispose]()]);
    silent.socket.resume();
    await Promise.all([viewer.ended, silent.ended, slow.ended]);
    expect(inspector.viewers()).toBe(0);
    expect((await askRaw(addressOf(inspector), traceRequest(inspector))).text).toBe('');
  });
});
