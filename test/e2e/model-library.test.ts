import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createModelLibrary, type LibraryOptions, type ModelLibrary } from '../../index.ts';
import { createModelFile } from '../../testing/model-file.ts';
import { createAuthority } from '../doubles/certificates.ts';
import { startTlsSource, type TlsSource, type TlsSourceOptions } from '../doubles/tls-fault-server.ts';

const SIZE_BYTES = 3_000_000;
const bytes = createModelFile(SIZE_BYTES);
const sha256 = createHash('sha256').update(bytes).digest('hex');
const spec = { sha256, sizeBytes: SIZE_BYTES };

let dir: string;
const open: { close(): unknown }[] = [];

beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'llamero-library-'));
});
afterEach(async () => {
  for (const each of open.splice(0)) await each.close();
  await rm(dir, { recursive: true, force: true });
});

async function serve(options: Partial<TlsSourceOptions> = {}): Promise<TlsSource> {
  const source = await startTlsSource({ files: { '/m.gguf': bytes }, ...options });
  open.push(source);
  return source;
}

function openLibrary(sources: readonly TlsSource[], options: Partial<LibraryOptions> = {}): ModelLibrary {
  const library = createModelLibrary({
    dir,
    sources: { allow: ['localhost'], privateAddresses: true, ca: sources.map(({ ca }) => ca) },
    ...options,
    limits: { storeReserveBytes: 0, retryMsMin: 1, retryMsMax: 1, ...options.limits },
  });
  open.push(library);
  return library;
}

const pinOf = (source: TlsSource, ...mirrors: readonly TlsSource[]) => ({
  url: source.url('/m.gguf'),
  mirrors: mirrors.map((mirror) => mirror.url('/m.gguf')),
  ...spec,
});

const stored = () => readFile(join(dir, 'sha256', sha256));

describe('a pull', () => {
  test('[LB4] brings the model into the store once, byte for byte', async () => {
    const source = await serve();
    const library = openLibrary([source]);
    const pulled = await library.pull(pinOf(source)).result;
    expect(pulled).toEqual({
      ok: true,
      path: join(dir, 'sha256', sha256),
      sizeBytes: SIZE_BYTES,
      downloaded: true,
    });
    expect((await stored()).equals(bytes)).toBe(true);
    const asked = source.requests.length;
    expect(await library.pull(pinOf(source)).result).toMatchObject({ ok: true, downloaded: false });
    expect(source.requests).toHaveLength(asked);
    expect(await library.list()).toMatchObject([{ ...spec, isVerified: true }]);
    expect(await library.verify(spec)).toEqual({ ok: true, reason: 'integrity_verified' });
  });

  test('[LB5] that was cancelled keeps what came, and another library goes on with it', async () => {
    const source = await serve({ bytesPerSecond: 6_000_000 });
    const first = openLibrary([source]);
    const pull = first.pull(pinOf(source));
    pull.progress$.subscribe((progress) => {
      if ((progress?.receivedBytes ?? 0) > 1_500_000) pull.cancel();
    });
    expect(await pull.result).toEqual({ ok: false, reason: 'start_superseded' });
    const before = source.requests.length;
    expect(await openLibrary([source]).pull(pinOf(source)).result).toMatchObject({ ok: true });
    const [resumed] = source.requests.slice(before);
    expect(resumed?.range?.fromBytes).toBeGreaterThan(1_500_000);
    expect((await stored()).equals(bytes)).toBe(true);
  });

  test('[LB6] of two libraries at once ends with one good file, downloaded once', async () => {
    const source = await serve({ bytesPerSecond: 6_000_000 });
    const both = [openLibrary([source]), openLibrary([source])];
    const pulled = await Promise.all(both.map((library) => library.pull(pinOf(source)).result));
    expect(pulled).toMatchObject([{ ok: true }, { ok: true }]);
    expect(pulled.filter((result) => result.ok && result.downloaded)).toHaveLength(1);
    expect(await readdir(join(dir, 'sha256'))).toEqual([sha256]);
    expect((await stored()).equals(bytes)).toBe(true);
  });

  test('[LB7] takes the next mirror where one lies, and keeps the evidence', async () => {
    const certificate = await (await createAuthority()).issue();
    const liar = await serve({ certificate, files: { '/m.gguf': bytes.slice().fill(7, 2_999_000) } });
    const honest = await serve({ certificate });
    const library = openLibrary([liar, honest]);
    expect(await library.pull(pinOf(liar, honest)).result).toMatchObject({ ok: true, downloaded: true });
    expect((await stored()).equals(bytes)).toBe(true);
    const [evidence] = await readdir(join(dir, 'quarantine'));
    const told = JSON.parse(await readFile(join(dir, 'quarantine', evidence ?? ''), 'utf8'));
    expect(told).toMatchObject({ reason: 'digest_mismatch', expected: spec });
  });

  test('[LB8] is tried again where the connection breaks, from where it broke', async () => {
    let cuts = 0;
    const good = await serve();
    const source = await serve({
      behaviour: async ({ range }, connection) => {
        const from = range?.fromBytes ?? 0;
        const end = range?.endBytes ?? SIZE_BYTES;
        const isCut = from > 0 && cuts < 3;
        if (isCut) cuts += 1;
        await connection.write(
          [
            'HTTP/1.1 206 Partial Content',
            `Content-Length: ${end - from}`,
            `Content-Range: bytes ${from}-${end - 1}/${SIZE_BYTES}`,
            'ETag: "one"',
            '',
            '',
          ].join('\r\n'),
        );
        await connection.write(bytes.subarray(from, isCut ? from + 300_000 : end));
        if (isCut) connection.reset();
      },
    });
    expect(good.requests).toEqual([]);
    expect(await openLibrary([source]).pull(pinOf(source)).result).toMatchObject({ ok: true });
    expect(cuts).toBe(3);
    const starts = source.requests.map(({ range }) => range?.fromBytes ?? 0);
    expect(starts).toEqual([...starts].sort((a, b) => a - b));
    expect((await stored()).equals(bytes)).toBe(true);
  });

  test.each([
    ['a certificate that nobody vouches for', { ca: [] as string[] }, 'source_certificate_refused'],
    ['a host that is not allowed', { allow: ['elsewhere.example'] }, 'source_host_not_allowed'],
    ['a name of a private network, unless it is opened', { privateAddresses: false }, 'allowlist_malformed'],
    ['a port, unless it is opened', { privateAddresses: false, allow: ['a.example'] }, 'source_port'],
  ] as const)('[LB9] refuses %s', async (_what, sources, reason) => {
    const source = await serve();
    const library = openLibrary([source], {
      sources: { allow: ['localhost', 'a.example'], privateAddresses: true, ca: source.ca, ...sources },
    });
    expect(await library.pull(pinOf(source)).result).toEqual({ ok: false, reason });
    expect(source.requests).toEqual([]);
  });
});

describe('what is in the store', () => {
  test('[LB11] a file that rotted is found by verify, taken out, and fetched again', async () => {
    const source = await serve();
    const library = openLibrary([source]);
    await library.pull(pinOf(source)).result;
    await rm(join(dir, 'sha256', sha256));
    await writeFile(join(dir, 'sha256', sha256), bytes.slice().fill(1, 2_000_000, 2_000_001));
    expect(await library.list()).toMatchObject([{ isVerified: false }]);
    expect(await library.verify(spec)).toEqual({ ok: false, reason: 'digest_mismatch' });
    expect(await library.list()).toEqual([]);
    expect(await library.pull(pinOf(source)).result).toMatchObject({ ok: true, downloaded: true });
  });

  test('[LB12] can be removed and pruned; what is not there is told', async () => {
    const source = await serve();
    const library = openLibrary([source]);
    expect(await library.remove(sha256)).toEqual({ ok: false, reason: 'model_not_stored' });
    expect(await library.verify(spec)).toEqual({ ok: false, reason: 'model_not_stored' });
    await library.pull(pinOf(source)).result;
    expect(await library.prune()).toMatchObject({ models: 0 });
    expect(await library.prune({ keep: [] })).toMatchObject({ models: 1, freedBytes: expect.any(Number) });
    expect(await library.list()).toEqual([]);
  });

  test('[LB13] a store that cannot be used is told as such', async () => {
    await writeFile(join(dir, 'file'), 'no directory');
    const library = createModelLibrary({ dir: join(dir, 'file') });
    await expect(library.prune()).rejects.toMatchObject({
      code: 'store_failed',
      reason: 'store_unavailable',
    });
  });

  test.each([
    [null, 'options must be { url, sha256, sizeBytes }'],
    [{ ...spec }, 'options.url must be text'],
    [{ ...spec, url: 'x', sha256: 'AB' }, 'options.sha256 must be 64 lower-case hex digits.'],
    [{ ...spec, url: 'x', mirrors: 'y' }, 'options.mirrors must be a list of URLs.'],
    [{ ...spec, url: 'x', size: 1 }, 'options.size is not an option.'],
  ])('[LB15] a wrong pin is named: %j', (pin, message) => {
    const library = openLibrary([]);
    expect(() => library.pull(pin as never)).toThrow(message);
    expect(() => library.pull({ ...spec, url: 'x' }, { fit: 'maybe' as never })).toThrow(
      "options.fit must be 'ignore' or { contextTokens, sequences }.",
    );
  });

  test.each([
    [{ dir: 'models' }, 'options.dir must be the absolute path of a directory.'],
    [{ dir: '/models', reverify: 'never' }, "options.reverify must be 'always' or 'changed'."],
    [
      { dir: '/models', sources: { allow: 'huggingface.co' } },
      'options.sources.allow must be a list of host names',
    ],
    [{ dir: '/models', colour: 1 }, 'options.colour is not an option.'],
  ])('[LB14] wrong options are named: %j', (options, message) => {
    expect(() => createModelLibrary(options as never)).toThrow(message);
  });
});
