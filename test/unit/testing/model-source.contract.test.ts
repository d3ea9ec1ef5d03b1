import { mkdtemp, readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { RuntimeAdapterFns } from '../../../policies/runtime-adapter.ts';
import { createLocalModelSource } from '../../../services/model-file.ts';
import { createLoopbackModelSource } from '../../../testing/index.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';

/** A source of model files, and how a test brings its files into a state. */
interface Subject {
  readonly download: RuntimeAdapterFns['download'];
  put(path: string, bytes: Uint8Array): Promise<void>;
  flipBit(path: string, bitIndex: number): Promise<void>;
  truncate(path: string, sizeBytes: number): Promise<void>;
  remove(path: string): Promise<void>;
}

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'source-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

const onDisk = (): Subject => ({
  download: createLocalModelSource(),
  put: (path, bytes) => writeFile(path, bytes),
  flipBit: async (path, bitIndex) => {
    const bytes = await readFile(path);
    bytes[bitIndex >> 3]! ^= 1 << (bitIndex & 7);
    await writeFile(path, bytes);
  },
  truncate,
  remove: (path) => rm(path),
});

const inMemory = (): Subject => {
  const source = createLoopbackModelSource();
  return {
    download: source.download,
    put: async (path, bytes) => void source.pin(path, bytes),
    flipBit: async (path, bitIndex) => source.corrupt(path, bitIndex),
    truncate: async (path, sizeBytes) => source.truncate(path, sizeBytes),
    remove: async (path) => source.remove(path),
  };
};

const BYTES = createModelBytes(10_000);
const TEXT = new TextEncoder().encode('This is a text, and no model.');

describe.each([
  ['services/model-file', onDisk],
  ['the loopback source', inMemory],
])('%s', (_name, open) => {
  const ask = async (
    prepare: (subject: Subject, path: string) => Promise<void>,
    { bytes = BYTES, spec = specOf(bytes), aborted = false } = {},
  ) => {
    const subject = open();
    const path = join(folder, 'model.gguf');
    await subject.put(path, bytes);
    await prepare(subject, path);
    const controller = new AbortController();
    if (aborted) controller.abort();
    const seen: number[] = [];
    const attempt = await subject.download({
      path,
      ...spec,
      signal: controller.signal,
      onProgress: (ratio) => seen.push(ratio),
    });
    return { path, attempt, seen };
  };
  const untouched = async () => undefined;

  test('[TK12] gives the file whose bytes fit their pin, and tells its progress up to 1', async () => {
    const { path, attempt, seen } = await ask(untouched);
    expect(attempt).toEqual({ ok: true, value: { path, sizeBytes: 10_000 } });
    expect(seen.at(-1)).toBe(1);
    expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  });

  test.each<[string, Parameters<typeof ask>[0], Parameters<typeof ask>[1], string]>([
    ['the first bit flipped', (s, path) => s.flipBit(path, 0), {}, 'digest_mismatch'],
    ['the last bit flipped', (s, path) => s.flipBit(path, 79_999), {}, 'digest_mismatch'],
    ['another digest', untouched, { spec: { ...specOf(BYTES), sha256: '0'.repeat(64) } }, 'digest_mismatch'],
    ['a byte too few', (s, path) => s.truncate(path, 9999), {}, 'size_short'],
    ['a larger pinned size', untouched, { spec: { ...specOf(BYTES), sizeBytes: 10_001 } }, 'size_short'],
    ['a smaller pinned size', untouched, { spec: { ...specOf(BYTES), sizeBytes: 9999 } }, 'size_exceeded'],
    ['nothing in it', (s, path) => s.truncate(path, 0), {}, 'model_file_empty'],
    ['no file', (s, path) => s.remove(path), {}, 'model_file_missing'],
    ['a text', untouched, { bytes: TEXT }, 'model_not_gguf'],
    ['an older version', untouched, { bytes: createModelBytes(100, 1) }, 'model_gguf_version'],
    ['a pin that is none', untouched, { spec: { sha256: 'x', sizeBytes: 1 } }, 'integrity_spec_malformed'],
    ['an abort that came before', untouched, { aborted: true }, 'start_superseded'],
  ])('[TK13] refuses %s', async (_what, prepare, options, reason) => {
    expect((await ask(prepare, options)).attempt).toEqual({ ok: false, reason });
  });
});
