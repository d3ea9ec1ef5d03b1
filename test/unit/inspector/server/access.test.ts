import { describe, expect, test } from '@jest/globals';
import { digestToken, judgeAccess } from '../../../../inspector/server/access.ts';

const TOKEN = 'ab'.repeat(32);
const PORT = 41_234;
const HOST = `127.0.0.1:${PORT}`;
const expected = { port: PORT, tokenDigest: digestToken(TOKEN) };

interface Asked {
  readonly method?: string;
  readonly url?: string;
  /** Replaces the plain fields: a host and the token. */
  readonly headers?: readonly string[];
  readonly more?: readonly string[];
}

const PLAIN = ['Host', HOST, 'Authorization', `Bearer ${TOKEN}`];
const judge = ({ method = 'GET', url = '/trace', headers = PLAIN, more = [] }: Asked, at = expected) =>
  judgeAccess({ method, url, rawHeaders: [...headers, ...more] }, at);
const status = (asked: Asked) => {
  const access = judge(asked);
  return access.kind === 'refused' ? access.status : access.kind;
};

describe('the gate of the inspector', () => {
  test.each([
    ['the page', { url: '/' }, 'page'],
    ['the page without a token', { url: '/', headers: ['Host', HOST] }, 'page'],
    ['the page by HEAD', { url: '/', method: 'HEAD' }, 'page'],
    ['the trace', {}, 'trace'],
    ['the trace by HEAD', { method: 'HEAD' }, 'trace'],
    [
      'the trace by its own page',
      { more: ['Origin', `http://${HOST}`, 'Sec-Fetch-Site', 'same-origin'] },
      'trace',
    ],
    ['the page that a person opened', { url: '/', more: ['Sec-Fetch-Site', 'none'] }, 'page'],
  ] as const)('[IS1] lets %s through', (_what, asked, kind) => {
    expect(status(asked)).toBe(kind);
  });

  test.each(['localhost', '[::1]'])('[IS1] knows itself as %s', (name) => {
    const host = `${name}:${PORT}`;
    const headers = ['Host', host, 'Authorization', `Bearer ${TOKEN}`];
    expect(status({ headers, more: ['Origin', `http://${host}`] })).toBe('trace');
  });

  test('[IS1] on port 80 knows itself without a port, as a browser leaves it out, and on a socket as localhost', () => {
    const asked = { headers: ['Host', '127.0.0.1', 'Authorization', `Bearer ${TOKEN}`] };
    expect(judge(asked, { ...expected, port: 80 }).kind).toBe('trace');
    const onSocket = { headers: ['Host', 'localhost', 'Authorization', `Bearer ${TOKEN}`] };
    expect(judge(onSocket, { ...expected, port: null as never }).kind).toBe('trace');
    expect(judge({}, { ...expected, port: null as never })).toEqual({ kind: 'refused', status: 421 });
  });

  const FOREIGN_HOSTS = [
    '',
    'evil.example',
    `evil.example:${PORT}`,
    `127.0.0.1.evil.example:${PORT}`,
    `localhost.evil.example:${PORT}`,
    'localhost',
    '127.0.0.1',
    `127.0.0.1:${PORT + 1}`,
    `127.0.0.1:0${PORT}`,
    `127.1:${PORT}`,
    `2130706433:${PORT}`,
    `0.0.0.0:${PORT}`,
    `[::]:${PORT}`,
    `[::ffff:127.0.0.1]:${PORT}`,
    `LOCALHOST.:${PORT}`,
    `localhost.:${PORT}`,
    `user@127.0.0.1:${PORT}`,
    `127.0.0.1:${PORT}/`,
    ` 127.0.0.1:${PORT}`,
    `127.0.0.1:${PORT}, evil.example`,
    `app.localhost:${PORT}`,
    `printer.local:${PORT}`,
  ];

  test.each(FOREIGN_HOSTS)('[IS2] refuses the host %p before anything else', (host) => {
    for (const url of ['/', '/trace', '/nothing']) {
      const headers = ['Host', host, 'Authorization', `Bearer ${TOKEN}`];
      expect(status({ url, headers, method: 'POST' })).toBe(421);
    }
  });

  test('[IS2] refuses a request without a host, and with two of them', () => {
    expect(status({ headers: ['Authorization', `Bearer ${TOKEN}`] })).toBe(421);
    expect(status({ more: ['hOsT', HOST] })).toBe(421);
    expect(status({ more: ['Host', 'evil.example'] })).toBe(421);
  });

  test.each([
    'null',
    '',
    'http://evil.example',
    `https://${HOST}`,
    `http://127.0.0.1:${PORT + 1}`,
    `http://localhost:${PORT}`,
    `http://${HOST}/`,
    `HTTP://${HOST}`,
    'file://',
    'app://llamero',
    'vscode-webview://1',
  ])('[IS3] refuses the origin %p, whatever is asked', (origin) => {
    for (const url of ['/', '/trace', '/nothing'])
      expect(status({ url, more: ['Origin', origin] })).toBe(403);
  });

  test('[IS3] refuses two origins, though both are its own', () => {
    const own = ['Origin', `http://${HOST}`];
    expect(status({ more: [...own, ...own] })).toBe(403);
  });

  test.each(['cross-site', 'same-site', 'SAME-ORIGIN', ''])(
    '[IS3] refuses what a browser calls %p',
    (site) => {
      for (const url of ['/', '/trace']) expect(status({ url, more: ['Sec-Fetch-Site', site] })).toBe(403);
    },
  );

  test.each(['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND', 'get', ''])(
    '[IS4] refuses the method %p on every path',
    (method) => {
      for (const url of ['/', '/trace', '/nothing']) expect(status({ method, url })).toBe(405);
    },
  );

  test('[IS4] refuses a body', () => {
    expect(status({ more: ['Content-Length', '0'] })).toBe(400);
    expect(status({ more: ['Transfer-Encoding', 'chunked'] })).toBe(400);
  });

  test.each([
    undefined,
    '',
    '*',
    '/index.html',
    '//',
    '/./',
    '/..',
    '/../trace',
    '/trace/',
    '/trace/..',
    '//trace',
    '/Trace',
    '/trace?token=x',
    '/?',
    '/#',
    '/%2e%2e/etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/..\\..\\windows',
    '/%74race',
    '/trace%00',
    '/\u0000',
    `http://${HOST}/trace`,
    'http://evil.example/',
    '/package.json',
  ])('[IS5] knows no path %p', (url) => {
    const access = judgeAccess({ method: 'GET', url, rawHeaders: PLAIN }, expected);
    expect(access).toEqual({ kind: 'refused', status: 404 });
  });

  test.each([
    ['no token', []],
    ['an empty one', ['Authorization', 'Bearer ']],
    ['another one', ['Authorization', `Bearer ${'cd'.repeat(32)}`]],
    ['one that is off by its last digit', ['Authorization', `Bearer ${TOKEN.slice(0, -1)}a`]],
    ['half of it', ['Authorization', `Bearer ${TOKEN.slice(0, 32)}`]],
    ['more than it', ['Authorization', `Bearer ${TOKEN}00`]],
    ['it in capitals', ['Authorization', `Bearer ${TOKEN.toUpperCase()}`]],
    ['it under another scheme', ['Authorization', `Basic ${TOKEN}`]],
    ['it under no scheme', ['Authorization', TOKEN]],
    ['it twice', ['Authorization', `Bearer ${TOKEN}`, 'Authorization', `Bearer ${TOKEN}`]],
    ['it in a cookie', ['Cookie', `token=${TOKEN}`]],
    ['very much', ['Authorization', `Bearer ${TOKEN.repeat(100)}`]],
  ])('[IS6] refuses the trace to who brings %s', (_what, authorization) => {
    expect(status({ headers: ['Host', HOST, ...authorization] })).toBe(401);
  });
});
