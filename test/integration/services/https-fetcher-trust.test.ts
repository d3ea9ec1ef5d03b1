import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { createHttpsFetcher } from '../../../services/https-fetcher.ts';
import { createAuthority, createSelfSigned, type ServerCertificate } from '../../doubles/certificates.ts';
import { runFile } from '../../doubles/child-process.ts';
import { createFetchStage, FILE, fetchAll, PATH } from '../../doubles/fetch-stage.ts';
import { type Behaviour, startTlsSource } from '../../doubles/tls-fault-server.ts';
import { reply, replyRaw } from '../../doubles/tls-scripts.ts';

const HOUR_MS = 3_600_000;
const inHours = (hours: number): Date => new Date(Date.now() + hours * HOUR_MS);

const authority = await createAuthority();
const namesake = await createAuthority();
const stranger = await createAuthority('Stranger of a test');
const good = await authority.issue();
const selfSigned = await createSelfSigned();
const folder = await mkdtemp(join(tmpdir(), 'trust-'));
afterAll(() => rm(folder, { recursive: true }));

const REFUSED: readonly (readonly [what: string, certificate: ServerCertificate, ca: string])[] = [
  ['expired', await authority.issue({ notBefore: inHours(-48), notAfter: inHours(-1) }), authority.ca],
  ['not valid yet', await authority.issue({ notBefore: inHours(1), notAfter: inHours(48) }), authority.ca],
  ['for another name', await authority.issue({ names: ['other.example'], addresses: [] }), authority.ca],
  ['for a name below', await authority.issue({ names: ['a.localhost'], addresses: [] }), authority.ca],
  ['for an address, where a name was asked for', await authority.issue({ names: [] }), authority.ca],
  ['self-signed', selfSigned, authority.ca],
  ['of an unknown authority', await stranger.issue(), authority.ca],
  ['of an authority of the same name', await namesake.issue(), authority.ca],
];

describe('the certificate of a source', () => {
  test.each(REFUSED)('[FT16] that is %s is refused, and nothing is sent', async (_what, certificate, ca) => {
    const stage = await createFetchStage({ certificate, fetcher: { ca, authorization: 'Bearer of-a-test' } });
    const fetched = await stage.fetch();
    await stage.close();
    expect(fetched.reason).toBe('source_certificate_refused');
    expect(stage.source.requests).toEqual([]);
  });

  test('[FT16] is trusted by the roots of Node alone unless the host names more', async () => {
    const stage = await createFetchStage({ certificate: good });
    const plain = createHttpsFetcher({ allow: [stage.source.host], privateAddresses: true });
    expect((await fetchAll(plain, stage.ask())).reason).toBe('source_certificate_refused');
    plain.close();
    await stage.close();
  });

  test.each([
    ['one authority', authority.ca],
    ['a bundle of authorities', `${stranger.ca}\n${authority.ca}`],
    ['a list of authorities', [stranger.ca, authority.ca]],
    ['the very certificate, where it is self-signed', selfSigned.ca],
  ])('[FT16] is accepted by %s', async (_what, ca) => {
    const certificate = ca === selfSigned.ca ? selfSigned : good;
    const stage = await createFetchStage({ certificate, fetcher: { ca } });
    const fetched = await stage.fetch();
    await stage.close();
    expect(fetched.reason).toBe(null);
  });

  test('[FT17] is not even seen where the source speaks no TLS', async () => {
    const server = createServer((socket) =>
      socket
        .on('error', () => undefined)
        .resume()
        .end('HTTP/1.1 200 OK\r\n\r\n'),
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    const fetcher = createHttpsFetcher({ allow: ['localhost'], privateAddresses: true });
    const request = { sizeBytes: 1, fromBytes: 0, endBytes: 1, etag: null };
    const fetched = await fetchAll(fetcher, { url: `https://localhost:${port}/a`, ...request });
    fetcher.close();
    await new Promise((resolve) => server.close(resolve));
    expect(fetched.reason).toBe('source_unreachable');
  });

  test('[FT17] is not even seen where the source speaks TLS of old', async () => {
    const source = await startTlsSource({
      files: { [PATH]: FILE },
      certificate: good,
      maxVersion: 'TLSv1.1',
    });
    const fetcher = createHttpsFetcher({ allow: [source.host], ca: good.ca, privateAddresses: true });
    const request = { url: source.url(PATH), sizeBytes: 1, fromBytes: 0, endBytes: 1, etag: null };
    expect((await fetchAll(fetcher, request)).reason).toBe('source_unreachable');
    await source.idle();
    await source.close();
  });
});

describe('the environment', () => {
  const DEAD_PROXY = 'http://127.0.0.1:9';
  const run = async (env: Record<string, string>, ca?: string, behaviour?: Behaviour): Promise<string> => {
    const source = await startTlsSource({
      files: { [PATH]: FILE },
      certificate: good,
      ...(behaviour === undefined ? {} : { behaviour }),
    });
    const args = [source.url(PATH), String(FILE.length)];
    if (ca !== undefined) await writeFile(join(folder, 'ca.pem'), ca);
    const child = await runFile(
      'test/integration/services/fetch-child.ts',
      ca === undefined ? args : [...args, join(folder, 'ca.pem')],
      { env },
    );
    await source.idle();
    await source.close();
    expect(child.code).toBe(0);
    return child.stdout;
  };

  test('[FT29] that switches the checks of TLS off changes nothing', async () => {
    expect(await run({ NODE_TLS_REJECT_UNAUTHORIZED: '0' })).toBe('source_certificate_refused');
  });

  test('[FT29] that adds an authority changes nothing', async () => {
    await writeFile(join(folder, 'extra.pem'), authority.ca);
    expect(await run({ NODE_EXTRA_CA_CERTS: join(folder, 'extra.pem') })).toBe('source_certificate_refused');
  });

  test('[FT29] that names a proxy changes nothing', async () => {
    const names = ['HTTPS_PROXY', 'https_proxy', 'HTTP_PROXY', 'http_proxy', 'ALL_PROXY'];
    const env = Object.fromEntries(names.map((name) => [name, DEAD_PROXY]));
    expect(await run({ ...env, NODE_USE_ENV_PROXY: '1', HF_ENDPOINT: DEAD_PROXY }, authority.ca)).toBe(
      'whole',
    );
  });

  test('[FT29] that loosens the parser of Node changes nothing', async () => {
    const env = { NODE_OPTIONS: '--max-http-header-size=1000000 --insecure-http-parser' };
    const long = reply('200 OK', { A: 'b'.repeat(20_000), 'Content-Length': FILE.length }, FILE);
    expect(await run(env, authority.ca, long)).toBe('response_malformed');
    const odd = replyRaw('200 OK', ['A: b\u0001c', `Content-Length: ${FILE.length}`], FILE);
    expect(await run(env, authority.ca, odd)).toBe('response_malformed');
  });
});
