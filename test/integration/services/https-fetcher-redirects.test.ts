import { describe, expect, test } from '@jest/globals';
import type { Reason } from '../../../policies/reasons.ts';
import { createAuthority } from '../../doubles/certificates.ts';
import { createFetchStage, FILE, PATH } from '../../doubles/fetch-stage.ts';
import { type Behaviour, startTlsSource } from '../../doubles/tls-fault-server.ts';
import { byPath, redirectTo, reply, replyRaw, script, silence } from '../../doubles/tls-scripts.ts';
import { responseHead, serveFiles } from '../../doubles/tls-serving.ts';

const authority = await createAuthority();
const certificate = await authority.issue();
const FOUND = reply('200 OK', { 'Content-Length': FILE.length }, FILE);

/** Answers the first request so, where the text SELF stands for the source's own address, and others with the file. */
const answering =
  (make: (self: string) => Behaviour): Behaviour =>
  (request, connection) =>
    (request.path === PATH ? make(`https://${request.headers['host']}`) : FOUND)(request, connection);

const STATUSES = ['301 Moved', '302 Found', '303 See Other', '307 Temporary', '308 Permanent'];
const REFUSED: readonly (readonly [
  id: string,
  what: string,
  make: (self: string) => Behaviour,
  reason: Reason,
])[] = [
  ['FT11', 'a relative one', () => redirectTo('/other'), 'redirect_malformed'],
  ['FT11', 'one without a scheme', (self) => redirectTo(self.slice('https:'.length)), 'redirect_malformed'],
  ['FT11', 'an empty one', () => redirectTo(''), 'redirect_malformed'],
  ['FT11', 'none', () => reply('302 Found', { 'Content-Length': 0 }), 'redirect_malformed'],
  [
    'FT11',
    'two of them',
    (self) => replyRaw('302 Found', [`Location: ${self}/a`, `Location: ${self}/b`]),
    'redirect_malformed',
  ],
  [
    'FT11',
    'the same one twice',
    (self) => replyRaw('302 Found', [`Location: ${self}/a`, `Location: ${self}/a`]),
    'redirect_malformed',
  ],
  ...['300 Multiple Choices', '304 Not Modified', '305 Use Proxy', '306 Unused'].map(
    (status) =>
      [
        'FT11',
        `one under ${status}`,
        (self: string) => redirectTo(`${self}/a`, status),
        'redirect_malformed',
      ] as const,
  ),
  ['FT15', 'http', (self) => redirectTo(`${self.replace('https', 'http')}/a`), 'source_scheme'],
  ['FT15', 'a file', () => redirectTo('file:///etc/passwd'), 'source_scheme'],
  ['FT15', 'a foreign host', () => redirectTo('https://evil.example/a'), 'source_host_not_allowed'],
  ['FT15', 'another port', () => redirectTo('https://localhost:9/a'), 'source_host_not_allowed'],
  [
    'FT15',
    'an address',
    (self) => redirectTo(`${self.replace('localhost', '127.0.0.1')}/a`),
    'source_host_not_allowed',
  ],
  ['FT15', 'an address in disguise', () => redirectTo('https://0x7f.1/a'), 'source_host_form'],
  ['FT15', 'credentials', (self) => redirectTo(`${self.replace('//', '//user:pw@')}/a`), 'source_userinfo'],
  ['FT15', 'a fragment', (self) => redirectTo(`${self}/a#b`), 'source_fragment'],
  ['FT15', 'a path that climbs', (self) => redirectTo(`${self}/a/../b`), 'source_not_canonical'],
  ['FT15', 'a backslash', (self) => redirectTo(`${self}\\a`), 'source_charset'],
  ['FT15', 'a letter beyond ASCII', (self) => redirectTo(`${self}/\u00e4`), 'source_charset'],
  ['FT15', 'a URL of 10 kB', (self) => redirectTo(`${self}/${'a'.repeat(10_000)}`), 'source_too_long'],
  [
    'FT3',
    'a file of another size',
    (self) => reply('302 Found', { Location: `${self}/a`, 'X-Linked-Size': 7 }),
    'response_size_mismatch',
  ],
];

describe('a redirect', () => {
  test.each(REFUSED)('[%s] to %s is refused', async (_id, _what, make, reason) => {
    const stage = await createFetchStage({ behaviour: answering(make), certificate });
    const fetched = await stage.fetch();
    await stage.close();
    expect(fetched).toMatchObject({ reason, body: null });
    expect(stage.source.requests).toHaveLength(1);
  });

  test.each(STATUSES)('[FT14] of status %s is followed', async (status) => {
    const behaviour = answering((self) => redirectTo(`${self}/b%2Fc?signed=yes&to=~x`, status));
    const stage = await createFetchStage({ behaviour, certificate });
    const fetched = await stage.fetch();
    await stage.close();
    expect(fetched.reason).toBe(null);
    expect(stage.source.requests.map(({ path }) => path)).toEqual([PATH, '/b%2Fc?signed=yes&to=~x']);
  });

  test('[FT14] is followed three times, and not a fourth', async () => {
    const next: Behaviour = (request, connection) => {
      const step = Number(request.path.slice(1)) || 0;
      return (step === 3 ? FOUND : redirectTo(`https://${request.headers['host']}/${step + 1}`))(
        request,
        connection,
      );
    };
    const good = await createFetchStage({ behaviour: next, certificate });
    const followed = await good.fetch();
    await good.close();
    expect(followed.reason).toBe(null);
    expect(good.source.requests).toHaveLength(4);

    const loop = answering((self) => redirectTo(`${self}${PATH}`));
    const endless = await createFetchStage({ behaviour: loop, certificate });
    const refused = await endless.fetch();
    await endless.close();
    expect(refused.reason).toBe('redirects_exceeded');
    expect(endless.source.requests).toHaveLength(4);
  });

  test('[FT27] to another host, or to the same, takes no authorization along', async () => {
    const other = await startTlsSource({ files: { '/b': FILE }, certificate });
    const behaviour = byPath({
      [PATH]: (request, connection) =>
        redirectTo(`https://${request.headers['host']}/a`)(request, connection),
      '/a': redirectTo(other.url('/b')),
    });
    const stage = await createFetchStage({
      behaviour,
      certificate,
      fetcher: { authorization: 'Bearer of-a-test', hops: ['localhost'] },
    });
    const fetched = await stage.fetch();
    await stage.close();
    await other.idle();
    await other.close();
    expect(fetched.reason).toBe(null);
    const sent = [...stage.source.requests, ...other.requests].map(({ headers }) => headers['authorization']);
    expect(sent).toEqual(['Bearer of-a-test', undefined, undefined]);
  });

  test('[FT15] leads nowhere where no hop is allowed', async () => {
    const behaviour = answering((self) => redirectTo(`${self}/a`));
    const stage = await createFetchStage({ behaviour, certificate, fetcher: { hops: [] } });
    const fetched = await stage.fetch();
    await stage.close();
    expect(fetched.reason).toBe('allowlist_empty');
  });

  test('[FT22] leaves no connection behind, though its own body never ends', async () => {
    const behaviour = answering((self) =>
      script(responseHead('302 Found', { Location: `${self}/a`, 'Content-Length': 10 }), silence),
    );
    const stage = await createFetchStage({ behaviour, certificate });
    const fetched = await stage.fetch();
    await stage.close();
    expect(fetched.reason).toBe(null);
  });

  test('[FT15] leads from the model hub to its content network unless the host says otherwise', async () => {
    const path = `/org/repo/resolve/${'a'.repeat(40)}/m.gguf`;
    const hub = await authority.issue({ names: ['huggingface.co'] });
    const asked: string[] = [];
    const stage = await createFetchStage({
      behaviour: redirectTo('https://cdn.hf.co/a'),
      certificate: hub,
      fetcher: {
        allow: ['huggingface.co'],
        lookup: (name, _options, callback) => {
          asked.push(name);
          if (name === 'huggingface.co') callback(null, [{ address: '127.0.0.1', family: 4 }]);
          else callback(new Error('no such name'), []);
        },
      },
    });
    const fetched = await stage.fetch({ url: `https://huggingface.co:${stage.source.port}${path}` });
    await stage.close();
    expect(fetched.reason).toBe('source_unreachable');
    expect(asked).toEqual(['huggingface.co', 'cdn.hf.co']);
  });

  test('[FT14] keeps range and validator: each hop is asked for the same part', async () => {
    const good = serveFiles({ etagOf: () => '"v1"' });
    const behaviour: Behaviour = (request, connection) =>
      request.path === PATH
        ? redirectTo(`https://${request.headers['host']}/b`)(request, connection)
        : good(request, connection);
    const stage = await createFetchStage({ behaviour, certificate, files: { '/b': FILE } });
    const fetched = await stage.fetch({ fromBytes: 7, etag: '"v1"' });
    await stage.close();
    expect(fetched).toMatchObject({
      reason: null,
      body: { fromBytes: 7, endBytes: FILE.length, etag: '"v1"' },
    });
    expect(stage.source.requests.map(({ headers }) => [headers['range'], headers['if-range']])).toEqual([
      ['bytes=7-4999', '"v1"'],
      ['bytes=7-4999', '"v1"'],
    ]);
  });
});
