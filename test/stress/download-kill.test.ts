import { type ChildProcess, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFile, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { build } from 'esbuild';
import { createModelLibrary } from '../../index.ts';
import { createModelFile } from '../../testing/model-file.ts';
import { PROJECT } from '../doubles/child-process.ts';
import { startTlsSource, type TlsSource } from '../doubles/tls-fault-server.ts';

/** Kills with SIGKILL at this many points of the way of a file, one after the other over the same store. */
const KILLS = 200;
const SIZE_BYTES = 6_000_000;
/** A download of this file then takes about as long as the longest wait before a kill. */
const BYTES_PER_SECOND = 40_000_000;
const LONGEST_WAIT_MS = 260;

const bytes = createModelFile(SIZE_BYTES);
const sha256 = createHash('sha256').update(bytes).digest('hex');
let work: string;
let source: TlsSource;
let script: string;

beforeAll(async () => {
  work = await mkdtemp(join(tmpdir(), 'llamero-kill-'));
  source = await startTlsSource({ files: { '/m.gguf': bytes }, bytesPerSecond: BYTES_PER_SECOND });
  // One file that starts at once: two hundred processes would spend most of their time on reading TypeScript.
  script = join(work, 'pull-child.mjs');
  await build({
    entryPoints: [join(PROJECT, 'test/stress/pull-child.ts')],
    outfile: script,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['node-llama-cpp', 'systeminformation'],
    banner: {
      js: "import { createRequire } from 'node:module'; const require = createRequire(import.meta.url);",
    },
    logLevel: 'error',
  });
  await copyFile(join(PROJECT, 'services/hash-worker.mjs'), join(work, 'hash-worker.mjs'));
});

afterAll(async () => {
  await source.close();
  await rm(work, { recursive: true, force: true });
});

test('[LB10] a process killed at any of two hundred points leaves a store that the next one goes on with, and never a wrong file', async () => {
  const dir = join(work, 'store');
  const pin = { url: source.url('/m.gguf'), sha256, sizeBytes: SIZE_BYTES };
  const argument = JSON.stringify({ dir, ca: source.ca, pin });
  const steps = new Map<string, number>();
  let published = 0;
  for (let kill = 0; kill < KILLS; kill += 1) {
    const waitMs = (kill * 37) % LONGEST_WAIT_MS;
    const last = await runAndKill(argument, waitMs);
    steps.set(last, (steps.get(last) ?? 0) + 1);
    const found = await readFile(join(dir, 'sha256', sha256)).catch(() => null);
    if (found !== null) {
      published += 1;
      expect(found.equals(bytes)).toBe(true);
      await rm(join(dir, 'sha256', sha256), { force: true });
    }
    expect(await readdir(join(dir, 'sha256')).catch(() => [])).toEqual([]);
  }
  // A fresh start over what two hundred killed ones left behind.
  const library = createModelLibrary({
    dir,
    sources: { allow: ['localhost'], privateAddresses: true, ca: source.ca },
    limits: { storeReserveBytes: 0 },
  });
  expect(await library.pull(pin, { fit: 'ignore' }).result).toMatchObject({ ok: true });
  expect((await readFile(join(dir, 'sha256', sha256))).equals(bytes)).toBe(true);
  expect(await readdir(join(dir, 'quarantine')).catch(() => [])).toEqual([]);
  // Small files of ended processes may lie about: they are in nobody's way, and go with `prune`.
  const left = async () => [...(await readdir(join(dir, 'partial'))), ...(await readdir(join(dir, 'locks')))];
  expect((await left()).filter((name) => /\.(part|lock)$/.test(name))).toEqual([]);
  await library.prune({ olderThanMs: 0 });
  expect(await left()).toEqual([]);
  library.close();
  // They did hit the way of a file, and not only its ends.
  expect(steps.get('streaming') ?? 0).toBeGreaterThan(20);
  expect(published).toBeGreaterThan(0);
}, 240_000);

/** Kills so long after the pull was begun, and tells the last step that it told. */
function runAndKill(argument: string, waitMs: number): Promise<string> {
  return new Promise((resolve, reject) => {
    const child: ChildProcess = spawn(process.execPath, [script, argument], {
      cwd: PROJECT,
      env: { PATH: process.env['PATH'] ?? '' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let timer: NodeJS.Timeout | undefined;
    let last = 'nothing';
    child.stdout?.setEncoding('utf8').on('data', (text: string) => {
      last = text.trim().split('\n').at(-1) ?? last;
      timer ??= setTimeout(() => child.kill('SIGKILL'), waitMs);
    });
    child.on('error', reject);
    child.on('close', () => {
      clearTimeout(timer);
      resolve(last.startsWith('{') ? 'ended' : last);
    });
  });
}
