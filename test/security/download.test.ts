import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createSupervisor, type SupervisorOptions } from '../../index.ts';
import { createModelFile } from '../../testing/model-file.ts';
import { createAuthority } from '../doubles/certificates.ts';
import { stagePorts } from '../doubles/supervisor-stage.ts';
import { startTlsSource, type TlsSource } from '../doubles/tls-fault-server.ts';

const CANARY = 'canary-7f3a';
const bytes = createModelFile(400_000);
const sha256 = createHash('sha256').update(bytes).digest('hex');

let dir: string;
let source: TlsSource;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), `${CANARY}-`));
  source = await startTlsSource({
    files: {
      [`/${CANARY}/good.gguf`]: bytes,
      [`/${CANARY}/bad.gguf`]: bytes.slice().fill(9, 399_000),
      [`/${CANARY}/short.gguf`]: bytes.slice(0, 1000),
    },
  });
});
afterEach(async () => {
  await source.close();
  await rm(dir, { recursive: true, force: true });
});

/** Runs one download, and gives everything that anybody but the caller could have heard of it. */
async function overheard(path: string, options: Partial<SupervisorOptions> = {}): Promise<string> {
  const told: unknown[] = [];
  const tell = (...said: unknown[]) => void told.push(said);
  const ports = stagePorts();
  const supervisor = createSupervisor({
    model: { url: source.url(`/${CANARY}/${path}`), sha256, sizeBytes: bytes.length },
    store: { dir },
    sources: {
      allow: ['localhost'],
      privateAddresses: true,
      ca: source.ca,
      authorization: `Bearer ${CANARY}`,
    },
    fit: 'ignore',
    limits: { storeReserveBytes: 0, retryMsMin: 1, retryMsMax: 1, fetchFailuresMax: 2 },
    logger: { debug: tell, info: tell, warn: tell, error: tell },
    ports: { runtime: ports.runtime },
    ...options,
  });
  supervisor.state$.subscribe(tell);
  supervisor.acquisition$.subscribe(tell);
  await supervisor.start().catch((error: unknown) => {
    told.push(
      inspect(error, { depth: 9 }),
      String(error),
      JSON.stringify(error),
      (error as Error).stack?.split('\n    at ')[0],
    );
  });
  const { state } = supervisor.getSnapshot();
  told.push(supervisor.getSnapshot(), supervisor.trace());
  await supervisor.stop();
  await supervisor[Symbol.asyncDispose]();
  return `${state} ${inspect(told, { depth: 20, maxStringLength: null, maxArrayLength: null })}`;
}

describe('of a download nothing is told to anybody but the caller', () => {
  test.each([
    ['that goes well', 'good.gguf', 'ready'],
    ['whose bytes are others', 'bad.gguf', 'digest_mismatch'],
    ['of another size', 'short.gguf', 'response_size_mismatch'],
    ['that is not there', 'none.gguf', 'source_status_refused'],
  ])(
    '[SD1] neither URL, host, path, digest, token nor certificate of one %s',
    async (_what, path, expected) => {
      const heard = await overheard(path);
      expect(heard).toContain(expected);
      for (const secret of [
        CANARY,
        dir,
        'localhost',
        String(source.port),
        sha256,
        'BEGIN CERTIFICATE',
        'Bearer',
      ]) {
        expect(heard).not.toContain(secret);
      }
    },
  );

  test('[SD2] nor where its store cannot be used', async () => {
    await writeFile(join(dir, 'file'), '');
    const heard = await overheard('good.gguf', { store: { dir: join(dir, 'file') } });
    expect(heard).toContain('store_unavailable');
    expect(heard).not.toContain(CANARY);
  });

  test('[SD3] what authorizes goes to the host of the pin and to no other', async () => {
    const certificate = await (await createAuthority()).issue();
    const other = await startTlsSource({ certificate, files: { '/m.gguf': bytes } });
    const first = await startTlsSource({
      certificate,
      files: {},
      behaviour: (_request, connection) =>
        connection.write(
          `HTTP/1.1 302 Found\r\nLocation: ${other.url('/m.gguf')}\r\nContent-Length: 0\r\n\r\n`,
        ),
    });
    const heard = await overheard('', {
      model: { url: first.url('/m.gguf'), sha256, sizeBytes: bytes.length },
      sources: {
        allow: ['localhost'],
        privateAddresses: true,
        ca: certificate.ca,
        authorization: `Bearer ${CANARY}`,
      },
    });
    expect(first.requests.length).toBeGreaterThan(0);
    expect(other.requests.length).toBeGreaterThan(0);
    for (const { headers } of first.requests) expect(headers['authorization']).toBe(`Bearer ${CANARY}`);
    for (const { headers } of other.requests) expect(headers['authorization']).toBeUndefined();
    expect(heard).not.toContain(CANARY);
    await first.close();
    await other.close();
  });
});
