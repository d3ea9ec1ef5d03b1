import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createModelLibrary, type ModelLibrary } from '../../../index.ts';
import { evaluateFirstContact } from '../../../policies/response.ts';
import { JUNK } from '../../doubles/junk.ts';
import { startTlsSource, type TlsSource } from '../../doubles/tls-fault-server.ts';

const bytes = Uint8Array.from({ length: 300_000 }, (_, at) => (at * 7) % 256);

describe('a first contact', () => {
  let source: TlsSource;
  let library: ModelLibrary;
  beforeAll(async () => {
    source = await startTlsSource({ files: { '/m.gguf': bytes } });
    library = createModelLibrary({
      dir: '/never-written-to',
      sources: { allow: ['localhost'], privateAddresses: true, ca: source.ca },
    });
  });
  afterAll(async () => {
    library.close();
    await source.close();
  });

  test('[LB1] tells digest and size of what came, and how far it is', async () => {
    const told: number[] = [];
    const measured = await library.measure(source.url('/m.gguf'), {
      onProgress: (doneBytes, totalBytes) => {
        told.push(doneBytes);
        expect(totalBytes).toBe(bytes.length);
      },
    });
    expect(measured).toEqual({
      ok: true,
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
    });
    expect(told.at(-1)).toBe(bytes.length);
  });

  test.each([
    ['a file that is not there', '/other.gguf', 'source_status_refused'],
    ['a query', '/m.gguf?x=1', 'source_query'],
  ] as const)('[LB2] refuses %s like any other request', async (_what, path, reason) => {
    expect(await library.measure(source.url(path))).toEqual({ ok: false, reason });
  });

  test('[LB2] obeys its abort', async () => {
    const controller = new AbortController();
    controller.abort();
    const measured = await library.measure(source.url('/m.gguf'), { signal: controller.signal });
    expect(measured).toEqual({ ok: false, reason: 'start_superseded' });
  });
});

describe('the head of a first contact', () => {
  const head = (statusCode: number, ...rawHeaders: string[]) =>
    evaluateFirstContact({ statusCode, rawHeaders });

  test('[LB3] must tell one length of the file, as a plain number from 1', () => {
    expect(head(200, 'Content-Length', '5')).toMatchObject({ kind: 'body', fromBytes: 0, endBytes: 5 });
    for (const length of ['0', '-1', '1e3', '', '+5']) {
      expect(head(200, 'Content-Length', length).kind).toBe('refused');
    }
    expect(head(200).kind).toBe('refused');
    expect(head(200, 'Content-Length', '5', 'Content-Length', '6').kind).toBe('refused');
    expect(head(206, 'Content-Length', '5').kind).toBe('refused');
    expect(head(404, 'Content-Length', '5')).toMatchObject({ verdict: { reason: 'source_status_refused' } });
    expect(head(302, 'Location', 'https://a.example/x')).toMatchObject({ kind: 'redirect' });
    expect(head(200, 'Content-Length', '5', 'Content-Encoding', 'gzip')).toMatchObject({
      verdict: { reason: 'response_encoded' },
    });
    for (const { make } of JUNK) expect(evaluateFirstContact(make()).kind).toBe('refused');
  });
});
