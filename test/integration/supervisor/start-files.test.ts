import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EMBEDDED_MODEL, embeddedModelPath, type ModelOptions, type Reason } from '../../../index.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import { EMPTY_BOOKS, NOTHING_LEFT, settled, stageSupervisor } from '../../doubles/supervisor-stage.ts';

const GOOD = createModelBytes(200_000);
const TEXT = new TextEncoder().encode('This is a text, and no model at all. '.repeat(50));
const VERSION_1 = createModelBytes(10_000, 1);
const VERSION_4 = createModelBytes(10_000, 4);
const OTHER_DIGEST = '0'.repeat(64);

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamero-'));
  await Promise.all([
    writeFile(join(folder, 'good.gguf'), GOOD),
    writeFile(join(folder, 'text.gguf'), TEXT),
    writeFile(join(folder, 'v1.gguf'), VERSION_1),
    writeFile(join(folder, 'v4.gguf'), VERSION_4),
    writeFile(join(folder, 'empty.gguf'), ''),
    writeFile(join(folder, 'cut.gguf'), GOOD.subarray(0, 150_000)),
    writeFile(join(folder, 'flipped.gguf'), flipLastBit(GOOD)),
    mkdir(join(folder, 'folder.gguf')),
  ]);
});

afterAll(() => rm(folder, { recursive: true, force: true }));

interface FileCase {
  readonly name: string;
  readonly file: string;
  readonly pin: Omit<ModelOptions, 'path'>;
  readonly reason: Reason;
}

const good = specOf(GOOD);

const CASES: readonly FileCase[] = [
  {
    name: 'another digest',
    file: 'good.gguf',
    pin: { ...good, sha256: OTHER_DIGEST },
    reason: 'digest_mismatch',
  },
  { name: 'one bit flipped', file: 'flipped.gguf', pin: good, reason: 'digest_mismatch' },
  {
    name: 'a larger pinned size',
    file: 'good.gguf',
    pin: { ...good, sizeBytes: 200_001 },
    reason: 'size_short',
  },
  {
    name: 'a smaller pinned size',
    file: 'good.gguf',
    pin: { ...good, sizeBytes: 199_999 },
    reason: 'size_exceeded',
  },
  { name: 'a file cut off', file: 'cut.gguf', pin: good, reason: 'size_short' },
  { name: 'no file', file: 'nothing.gguf', pin: good, reason: 'model_file_missing' },
  {
    name: 'a path through a file',
    file: 'good.gguf/model.gguf',
    pin: good,
    reason: 'model_file_missing',
  },
  { name: 'a directory', file: 'folder.gguf', pin: good, reason: 'model_file_not_regular' },
  { name: 'an empty file', file: 'empty.gguf', pin: good, reason: 'model_file_empty' },
  { name: 'a text with its digest', file: 'text.gguf', pin: specOf(TEXT), reason: 'model_not_gguf' },
  { name: 'GGUF version 1', file: 'v1.gguf', pin: specOf(VERSION_1), reason: 'model_gguf_version' },
  { name: 'GGUF version 4', file: 'v4.gguf', pin: specOf(VERSION_4), reason: 'model_gguf_version' },
];

describe('a start on a file that is not the one that was pinned', () => {
  test.each(CASES)('[SV14] $name: $reason, and the runtime never sees it', async ({ file, pin, reason }) => {
    const model = { path: join(folder, file), ...pin };
    const { supervisor, controls, leftovers, books, settle } = stageSupervisor({
      download: 'local file',
      model,
    });
    const { error } = await settled(supervisor.start());
    await settle();
    expect(error).toMatchObject({ name: 'SupervisorError', code: 'start_failed', reason });
    expect(controls.calls).not.toContain('spawn');
    expect(supervisor.getSnapshot()).toMatchObject({
      state: 'stopped',
      substate: 'failed',
      fault: reason,
      runtime: null,
      progress: null,
    });
    expect(leftovers()).toEqual(NOTHING_LEFT);
    expect(books()).toEqual(EMPTY_BOOKS);
  });

  test('[SV14] a file that may not be read: model_file_unreadable', async () => {
    const path = join(folder, 'locked.gguf');
    await writeFile(path, GOOD);
    await chmod(path, 0o000);
    // Root reads everything; a path that loops is unreadable to everybody.
    const loop = join(folder, 'loop.gguf');
    await symlink(loop, loop);
    const { supervisor, controls, leftovers, settle } = stageSupervisor({
      download: 'local file',
      model: { path: process.getuid?.() === 0 ? loop : path, ...good },
    });
    const { error } = await settled(supervisor.start());
    await settle();
    expect(error).toMatchObject({ code: 'start_failed', reason: 'model_file_unreadable' });
    expect(controls.calls).not.toContain('spawn');
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SV15] is not tried again by itself, and works once the file is right', async () => {
    const path = join(folder, 'late.gguf');
    const { supervisor, controls, clock } = stageSupervisor({
      download: 'local file',
      model: { path, ...good },
    });
    expect((await settled(supervisor.start())).error).toMatchObject({ reason: 'model_file_missing' });
    await clock.advance(600_000);
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'stopped', substate: 'failed', generation: 1 });
    await writeFile(path, GOOD);
    const started = supervisor.start();
    await untilReal(() => clock.advance(1), started);
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', fault: null });
    expect(controls.spawned).toBe(1);
  });
});

describe('a start on the file that was pinned', () => {
  test('[SV16] hands it to the runtime only after its last byte was hashed', async () => {
    const order: string[] = [];
    const model = {
      path: embeddedModelPath(),
      sha256: EMBEDDED_MODEL.sha256,
      sizeBytes: EMBEDDED_MODEL.sizeBytes,
    };
    const { supervisor, controls, clock } = stageSupervisor({ download: 'local file', model });
    supervisor.state$.subscribe(({ substate, progress }) => {
      if (controls.calls.includes('spawn')) order.push('spawned');
      if (substate === 'acquiring' && progress !== null) order.push(`verified ${progress.ratio}`);
    });
    await untilReal(() => clock.advance(1), supervisor.start());
    expect(order.indexOf('spawned')).toBeGreaterThan(order.lastIndexOf('verified 1'));
    expect(order).toContain('verified 1');
  });
});

/** Real file reads end when they end: the clock is moved now and again until they have. */
async function untilReal(move: () => Promise<void>, done: Promise<unknown>): Promise<void> {
  let ended = false;
  const end = done.finally(() => {
    ended = true;
  });
  while (!ended) {
    await move();
    await new Promise((resolve) => setImmediate(resolve));
  }
  await end;
}

function flipLastBit(bytes: Uint8Array): Uint8Array {
  const flipped = new Uint8Array(bytes);
  flipped[flipped.length - 1]! ^= 1;
  return flipped;
}
