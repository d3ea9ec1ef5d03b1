import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createSupervisor, embeddedModel, type SupervisorOptions } from '../../index.ts';
import { startTlsSource, type TlsSource } from '../doubles/tls-fault-server.ts';

/** Everything real: TLS, the disk, the hash, the header, the native runtime. */
let bytes: Buffer;
let source: TlsSource;
let dir: string;

beforeAll(async () => {
  bytes = await readFile(embeddedModel().path);
  source = await startTlsSource({ files: { '/embedded.gguf': bytes } });
});
afterAll(() => source.close());
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'llamero-remote-'));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const options = (more: Partial<SupervisorOptions> = {}): SupervisorOptions => {
  const { sha256, sizeBytes } = embeddedModel();
  return {
    model: { url: source.url('/embedded.gguf'), sha256, sizeBytes },
    store: { dir },
    sources: { allow: ['localhost'], privateAddresses: true, ca: source.ca },
    limits: { storeReserveBytes: 0 },
    runtime: { gpu: false },
    ...more,
  };
};

describe('a supervisor of a model that is not here yet', () => {
  test('[RM10] downloads it over TLS, proves it, loads it and answers; the next one asks no source', async () => {
    const first = createSupervisor(options());
    await first.start();
    let text = '';
    for await (const piece of first.generate({ prompt: 'Once upon a time', maxTokens: 8 })) text += piece;
    expect(text.length).toBeGreaterThan(0);
    expect(first.getSnapshot().acquisition).toMatchObject({ step: 'recorded', attempt: 1 });
    await first[Symbol.asyncDispose]();

    const { mode } = await stat(join(dir, 'sha256', embeddedModel().sha256));
    expect(mode & 0o777).toBe(0o400);
    expect(await readdir(join(dir, 'partial'))).toEqual([]);
    expect(await readdir(join(dir, 'locks'))).toEqual([]);

    const asked = source.requests.length;
    const second = createSupervisor(options());
    await second.start();
    expect(source.requests).toHaveLength(asked);
    expect(second.getSnapshot().acquisition).toMatchObject({ step: 'recorded', attempt: 0 });
    await second[Symbol.asyncDispose]();
  });

  test('[RM11] two of them in one process download into one store, and both come up', async () => {
    const both = [createSupervisor(options()), createSupervisor(options())];
    await Promise.all(both.map((supervisor) => supervisor.start()));
    expect(both.map((supervisor) => supervisor.getSnapshot().state)).toEqual(['ready', 'ready']);
    await Promise.all(both.map((supervisor) => supervisor[Symbol.asyncDispose]()));
    expect(await readdir(join(dir, 'sha256'))).toEqual([embeddedModel().sha256]);
  });

  test('[RM12] one flipped bit at the source, and the native loader never sees the file', async () => {
    const bad = Buffer.from(bytes);
    bad[bad.length - 1] = (bad[bad.length - 1] ?? 0) ^ 1;
    const liar = await startTlsSource({ files: { '/embedded.gguf': bad } });
    const { sha256, sizeBytes } = embeddedModel();
    const supervisor = createSupervisor(
      options({
        model: { url: liar.url('/embedded.gguf'), sha256, sizeBytes },
        sources: { allow: ['localhost'], privateAddresses: true, ca: liar.ca },
      }),
    );
    await expect(supervisor.start()).rejects.toMatchObject({ reason: 'digest_mismatch' });
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'stopped', runtime: null });
    expect(await readdir(join(dir, 'sha256'))).toEqual([]);
    expect(await readdir(join(dir, 'quarantine'))).toHaveLength(1);
    await supervisor[Symbol.asyncDispose]();
    await liar.close();
  });
});
