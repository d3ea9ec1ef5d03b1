import { execFile } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { promisify } from 'node:util';
import { describe, expect, test } from '@jest/globals';

const run = promisify(execFile);
const repository = new URL('../../../', import.meta.url);

/** A line that an example must print, in this order; others may stand between. */
const EXPECTED: Readonly<Record<string, readonly (string | RegExp)[]>> = {
  'download.ts': ['locking 0 %', 'probing 0 %', /^streaming \d+ %$/, /^verifying \d+ %$/, 'recorded 100 %'],
  'host-machine.ts': [
    'starting',
    'asking',
    'stopping',
    'done',
    'The gate is the one door that every request must pass: lifecycle first, then admission, then resources.',
  ],
  'inspect.ts': [/^http:\/\/127\.0\.0\.1:\d+\/#token=TOKEN$/],
  'limits.ts': [/contextTokens: 2048/, /sequences: 4/, /threads: 2/, /backend: 'cpu'/],
  'quick-start.ts': [
    'Draining means that nothing new is admitted while the requests that are running may finish before the deadline.',
    'stopped',
  ],
  'refusal.ts': [
    "refused { ok: false, reason: 'lifecycle_stopped' }",
    "admitted { ok: true, reason: 'admitted' }",
    "queued { ok: false, reason: 'at_capacity' }",
    "refused { ok: false, reason: 'queue_full' }",
    'start_failed digest_mismatch',
    /^The supervisor did not start: /,
  ],
  'replay.ts': [/reason: 'queue_full'/, /inFlight: 1/, "ok { stopped: 'idle' }"],
  'shutdown.ts': [/^completed \d+ tokens$/],
  'stately.ts': [
    '@xstate.snapshot example/supervisor {"starting":"acquiring"}',
    '@xstate.event example/supervisor request.submit',
    '@xstate.snapshot example/request:r1 "settled"',
    '@xstate.snapshot example/supervisor {"stopped":"idle"}',
  ],
  'testing.ts': ['Yes, it is.', 'request_deadline_exceeded', "[ 'stopped', 'starting', 'ready' ]"],
  'watch.ts': [
    'stopped idle',
    'starting loading',
    'ready healthy',
    '1 in flight, 0 waiting, an arrival is told admitted',
    'stopped idle',
  ],
};

/** Those whose whole output the README shows. */
const SHOWN = ['quick-start.ts', 'refusal.ts'];

/** Tests themselves: `host-test.test.ts` runs them. */
const RUN_BY_JEST = ['host-test.ts'];

/** A process that starts, compiles types away, and loads a native library; several may share a busy machine. */
const TIMEOUT_MS = 120_000;

describe('examples', () => {
  const files = readdirSync(new URL('examples/', repository))
    .filter((file) => !RUN_BY_JEST.includes(file))
    .sort();

  test('[EX1] each of them is run here', () => {
    expect(files).toEqual(Object.keys(EXPECTED));
  });

  test.each(files)(
    '[EX1] %s runs to its end and prints what it should',
    async (file) => {
      const { stdout, stderr } = await runExample(file);
      expect(stderr).toBe('');
      const lines = stdout.split('\n');
      for (const expected of EXPECTED[file] ?? []) {
        const at = lines.findIndex((line) =>
          typeof expected === 'string' ? line === expected : expected.test(line),
        );
        expect({ expected, printed: at >= 0 ? expected : stdout }).toEqual({ expected, printed: expected });
        lines.splice(0, at + 1);
      }
    },
    TIMEOUT_MS,
  );

  test.each(SHOWN)(
    '[EX2] %s prints what the README shows',
    async (file) => {
      const readme = readFileSync(new URL('README.md', repository), 'utf8');
      const { stdout } = await runExample(file);
      expect(readme).toContain(`\`\`\`text\n${stdout.trim()}\n\`\`\``);
    },
    TIMEOUT_MS,
  );
});

interface Output {
  readonly stdout: string;
  readonly stderr: string;
}

const runs = new Map<string, Promise<Output>>();

/** Runs it once, for all who ask. Rejects where it ends with anything but 0. */
function runExample(file: string): Promise<Output> {
  const call = ['--import', 'tsx', `examples/${file}`];
  const options = { cwd: repository, timeout: TIMEOUT_MS, env: { PATH: process.env['PATH'] } };
  const started = runs.get(file) ?? run(process.execPath, call, { ...options, encoding: 'utf8' });
  runs.set(file, started);
  return started;
}
