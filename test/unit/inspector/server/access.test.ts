import { describe, expect, test } from '@jest/globals';
import { type Access, digestToken, judgeAccess } from '../../../../inspector/server/access.ts';

const TOKEN = 'a1'.repeat(32);
const PORT = 40_123;
const HOST = `127.0.0.1:${PORT}`;
const expected = { port: PORT, tokenDigest: digestToken(TOKEN) };

type Fields = readonly (readonly [name: string, value: string])[];

/** What is answered to a sound request for the trace, but for what the test changes. */
function judge(
  change: {
    readonly method?: string;
    readonly url?: string;
    readonly fields?: Fields;
    readonly port?: null;
  } = {},
): Access | number {
  const { method = 'GET', url = '/trace', port = PORT } = change;
  const fields = change.fields ?? [HOST_FIELD, TOKEN_FIELD];
  const access = judgeAccess({ method, url, rawHeaders: fields.flat() }, { ...expected, port });
  return access.kind === 'refused' ? access.status : access;
}

const HOST_FIELD = ['Host', HOST] as const;
const TOKEN_FIELD = ['Authorization', `Bearer ${TOKEN}`] as const;
const TRACE = { kind: 'trace' };
const PAGE = { kind: 'page' };

describe('the host', () => {
  test.each([`127.0.0.1:${PORT}`, `localhost:${PORT}`, `[::1]:${PORT}`])('[IS1] %s is our own', (host) => {
    expect(judge({ fields: [['Host', host], TOKEN_FIELD] })).toEqual(TRACE);
  });

  test.each([
    'evil.example',
    `evil.example:${PORT}`,
    `localhost.evil.example:${PORT}`,
    `127.0.0.1.nip.io:${PORT}`,
    `evil.example@127.0.0.1:${PORT}`,
    '127.0.0.1',
    'localhost',
    `127.0.0.1:${PORT + 1}`,
    `127.0.0.1:0${PORT}`,
    `127.0.0.1:${PORT}.`,
    `127.0.0.1.:${PORT}`,
    `127.1:${PORT}`,
    `2130706433:${PORT}`,
    `0x7f.0.0.1:${PORT}`,
    `127.0.0.2:${PORT}`,
    `0.0.0.0:${PORT}`,
    `[::]:${PORT}`,
    `[::ffff:127.0.0.1]:${PORT}`,
    `LOCALHOST:${PORT}`,
    `localhost:${PORT}, evil.example`,
    ` localhost:${PORT}`,
    `http://127.0.0.1:${PORT}`,
    '',
  ])('[IS1] "%s" is not, whatever is asked for', (host) => {
    for (const url of ['/', '/trace', '/nothing']) {
      expect(judge({ url, fields: [['Host', host], TOKEN_FIELD] })).toBe(421);
    }
    expect(judge({ method: 'POST', fields: [['Host', host]] })).toBe(421);
  });

  test.each([
    ['none', [TOKEN_FIELD]],
    ['two', [HOST_FIELD, ['host', 'evil.example'], TOKEN_FIELD]],
    ['two that agree', [HOST_FIELD, ['HOST', HOST], TOKEN_FIELD]],
  ] as const)('[IS1] %s is refused', (_what, fields) => {
    expect(judge({ fields })).toBe(421);
  });

  test('[IS1] on port 80 is named without it, as browsers do', () => {
    const at80 = (host: string) =>
      judgeAccess({ method: 'GET', url: '/', rawHeaders: ['Host', host] }, { ...expected, port: 80 });
    expect(at80('127.0.0.1')).toEqual(PAGE);
    expect(at80('127.0.0.1:80')).toEqual({ kind: 'refused', status: 421 });
  });

  test('[IS9] on a socket is localhost alone, and the token is asked for', () => {
    expect(judge({ port: null, fields: [['Host', 'localhost'], TOKEN_FIELD] })).toEqual(TRACE);
    expect(judge({ port: null, fields: [['Host', 'localhost']] })).toBe(401);
    expect(judge({ port: null })).toBe(421);
  });
});

describe('where a request comes from', () => {
  const from = (...fields: Fields) => judge({ fields: [HOST_FIELD, TOKEN_FIELD, ...fields] });

  test.each(['Origin', 'ORIGIN'])('[IS2] %s that is our own passes', (name) => {
    expect(from([name, `http://${HOST}`])).toEqual(TRACE);
  });

  test.each([
    'null',
    '',
    'http://evil.example',
    `https://${HOST}`,
    `http://localhost:${PORT}`,
    `http://127.0.0.1:${PORT + 1}`,
    'http://127.0.0.1',
    `http://${HOST}/`,
    `http://${HOST}.evil.example`,
    `HTTP://${HOST}`,
    'file://',
    'chrome-extension://abc',
  ])('[IS2] Origin "%s" is refused', (origin) => {
    expect(from(['Origin', origin])).toBe(403);
    expect(judge({ url: '/', fields: [HOST_FIELD, ['Origin', origin]] })).toBe(403);
  });

  test('[IS2] two origins are refused, though one is our own', () => {
    expect(from(['Origin', `http://${HOST}`], ['Origin', `http://${HOST}`])).toBe(403);
  });

  test.each(['same-origin', 'none'])('[IS3] Sec-Fetch-Site %s passes', (site) => {
    expect(from(['Sec-Fetch-Site', site])).toEqual(TRACE);
  });

  test.each(['cross-site', 'same-site', '', 'SAME-ORIGIN', 'same-origin, none'])(
    '[IS3] Sec-Fetch-Site "%s" is refused',
    (site) => {
      expect(from(['sec-fetch-site', site])).toBe(403);
      expect(from(['Sec-Fetch-Site', 'none'], ['Sec-Fetch-Site', site])).toBe(403);
    },
  );
});

describe('what a request asks for', () => {
  test.each(['GET', 'HEAD'])('[IS4] %s is answered', (method) => {
    expect(judge({ method })).toEqual(TRACE);
    expect(judge({ method, url: '/', fields: [HOST_FIELD] })).toEqual(PAGE);
  });

  test.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'get', 'QUERY', ''])(
    '[IS4] method "%s" is refused',
    (method) => {
      expect(judge({ method })).toBe(405);
      expect(judge({ method, url: '/' })).toBe(405);
    },
  );

  test.each([
    ['Content-Length', '0'],
    ['content-length', '5'],
    ['Transfer-Encoding', 'chunked'],
  ])('[IS5] a body, announced by %s: %s, is refused', (name, value) => {
    expect(judge({ fields: [HOST_FIELD, TOKEN_FIELD, [name, value]] })).toBe(400);
  });

  test.each([
    '/trace/',
    '/trace?',
    '/trace?token=a',
    '/?',
    '/#',
    '//',
    '//trace',
    '/./trace',
    '/x/../trace',
    '/trace/../trace',
    '/TRACE',
    '/%74race',
    '/trace%00',
    '/trace%2f',
    '/trace;x',
    '\\trace',
    '/..',
    '/../etc/passwd',
    '/..%2f..%2fetc/passwd',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/%252e%252e/etc/passwd',
    '/..\\..\\etc\\passwd',
    '/....//etc/passwd',
    '/index.html',
    '/favicon.ico',
    '/trace.jsonl',
    '/__proto__',
    'trace',
    '*',
    '',
    `http://${HOST}/trace`,
    `http://${HOST}/`,
    'http://evil.example/trace',
    '/%c0%ae%c0%ae/',
  ])('[IS6] "%s" is nowhere', (url) => {
    expect(judge({ url })).toBe(404);
  });
});

describe('the token', () => {
  test('[IS7] is needed for the trace, and not for the page', () => {
    expect(judge({ fields: [HOST_FIELD] })).toBe(401);
    expect(judge({ url: '/', fields: [HOST_FIELD] })).toEqual(PAGE);
  });

  test.each([
    ['another', `Bearer ${'b2'.repeat(32)}`],
    ['its last digit other', `Bearer ${TOKEN.slice(0, -1)}0`],
    ['too short', `Bearer ${TOKEN.slice(0, -1)}`],
    ['too long', `Bearer ${TOKEN}a`],
    ['in capitals', `Bearer ${TOKEN.toUpperCase()}`],
    ['empty', 'Bearer '],
    ['without its scheme', TOKEN],
    ['behind another scheme', `Basic ${TOKEN}`],
    ['behind two spaces', `Bearer  ${TOKEN}`],
    ['twice in one field', `Bearer ${TOKEN}, Bearer ${TOKEN}`],
    ['its own digest', `Bearer ${Buffer.from(digestToken(TOKEN)).toString('hex')}`],
    ['nothing', ''],
  ])('[IS7] %s is refused', (_what, value) => {
    expect(judge({ fields: [HOST_FIELD, ['Authorization', value]] })).toBe(401);
  });

  test('[IS7] in two fields is refused, though both are right', () => {
    expect(judge({ fields: [HOST_FIELD, TOKEN_FIELD, TOKEN_FIELD] })).toBe(401);
  });

  test.each(['Cookie', 'X-Token', 'Proxy-Authorization'])('[IS7] in %s counts for nothing', (name) => {
    expect(judge({ fields: [HOST_FIELD, [name, `Bearer ${TOKEN}`]] })).toBe(401);
  });
});

describe('junk', () => {
  test.each([
    ['nothing', {}],
    ['half a field', { method: 'GET', url: '/', rawHeaders: ['Host'] }],
    [
      'a field named after a prototype',
      { method: 'GET', url: '/', rawHeaders: ['__proto__', 'x', 'constructor', 'y'] },
    ],
  ])('[IS10] %s is refused, and does not throw', (_what, request) => {
    expect(judgeAccess({ rawHeaders: [], ...request }, expected)).toEqual({ kind: 'refused', status: 421 });
  });
});
