import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type ReplayResult, replayFile } from '../../index.ts';
import { type ChildOptions, type ChildRun, runFile } from '../doubles/child-process.ts';
import { GOLDEN, stageTraceFolder } from '../doubles/trace-folder.ts';
import { decodeTrace } from '../doubles/trace-records.ts';

const llamero = (args: readonly string[], options?: ChildOptions) => runFile('cli/llamero.ts', args, options);
/** A process that starts and compiles types away, on a machine that others use too. */
const TIMEOUT_MS = 30_000;

const { folder, pathOf } = stageTraceFolder();

describe('llamero replay', () => {
  let replayOfFolder: Promise<ChildRun>;
  beforeAll(() => {
    replayOfFolder = llamero(['replay', folder()]);
  });

  test(
    '[CX16] of a trace that comes out as recorded exits 0, and tells its steps and where it ends',
    async () => {
      const { code, stdout, stderr } = await llamero(['replay', pathOf('ok')]);
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
      const steps = decodeTrace(GOLDEN).length - 2;
      expect(stdout).toContain(`ok  ${pathOf('ok')}  ${steps} steps, ends in ready.nominal+healthy`);
      expect(stdout).toContain('lines may be missing behind');
    },
    TIMEOUT_MS,
  );

  test.each([
    [
      'diverged',
      6,
      [
        /diverged {2}.*\.jsonl/,
        /request\.submit/,
        /cause: guard_flipped/,
        /recorded .*memory_exceeded/,
        /now .*queue_full/,
        /the steps before:/,
      ],
    ],
    [
      'corrupt',
      7,
      [
        /corrupt {2}.*\.jsonl/,
        /line \d+: the line ends too early; the recording was cut off/,
        /\d+ steps before it/,
      ],
    ],
    ['incompatible', 8, [/incompatible {2}.*\.jsonl/, /line 1: the trace has a newer format/]],
  ] as const)(
    '[CX17] of a trace that is %s exits %i and says what is the matter',
    async (kind, expected, words) => {
      const { code, stdout, stderr } = await llamero(['replay', pathOf(kind)]);
      expect({ code, stderr }).toEqual({ code: expected, stderr: '' });
      for (const word of words) expect(stdout).toMatch(word);
    },
    TIMEOUT_MS,
  );

  test(
    '[CX17] of a file that is not there exits 7 and says what to check',
    async () => {
      const { code, stdout } = await llamero(['replay', pathOf('nowhere')]);
      expect(code).toBe(7);
      expect(stdout).toContain('the file cannot be read; check its path and permissions');
    },
    TIMEOUT_MS,
  );

  test(
    '[CX18] of a folder tells every trace, and exits with the highest code',
    async () => {
      const { code, stdout } = await replayOfFolder;
      expect(code).toBe(8);
      const kinds = [...stdout.matchAll(/^(ok|diverged|corrupt|incompatible) {2}/gm)].map(([, kind]) => kind);
      expect(kinds).toEqual(['corrupt', 'diverged', 'incompatible', 'ok']);
    },
    TIMEOUT_MS,
  );

  test(
    '[CX18] of a folder without a trace exits 2',
    async () => {
      const empty = join(folder(), 'empty');
      await mkdir(empty);
      const { code, stderr } = await llamero(['replay', empty]);
      expect(code).toBe(2);
      expect(stderr).toContain('There is no *.jsonl file in');
    },
    TIMEOUT_MS,
  );

  test(
    '[CX19] --json writes one object for each trace',
    async () => {
      const { code, stdout } = await llamero(['replay', folder(), '--json']);
      expect(code).toBe(8);
      const told = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as ReplayResult & { file: string });
      expect(told.map(({ file, kind }) => [file, kind])).toEqual([
        ['corrupt.jsonl', 'corrupt'],
        ['diverged.jsonl', 'diverged'],
        ['incompatible.jsonl', 'incompatible'],
        ['ok.jsonl', 'ok'],
      ]);
      expect(told[3]).toMatchObject({ finalState: { ready: { pressure: 'nominal' } }, lost: 0 });
    },
    TIMEOUT_MS,
  );

  test(
    '[CX20] writes no control character into a pipe',
    async () => {
      const { stdout } = await replayOfFolder;
      expect([...stdout].filter((char) => char < ' ' && char !== '\n')).toEqual([]);
    },
    TIMEOUT_MS,
  );

  test(
    '[CX21] without a path, or with an option that is none, exits 2',
    async () => {
      const runs = await Promise.all([llamero(['replay']), llamero(['replay', folder(), '--fast'])]);
      expect(runs.map(({ code }) => code)).toEqual([2, 2]);
      expect(runs[0]?.stderr).toContain("missing required argument 'trace'");
    },
    TIMEOUT_MS,
  );
});

describe('llamero demo --record', () => {
  test('[CX22] records a trace that replays whole, from start to stop', async () => {
    const path = pathOf('demo');
    const { code, stdout } = await llamero(['demo', '--record', path]);
    expect(code).toBe(0);
    expect(stdout).toContain(`recorded to ${path}`);
    expect(await replayFile(path)).toMatchObject({
      kind: 'ok',
      complete: true,
      lost: 0,
      changes: [],
      finalState: { stopped: 'idle' },
    });
    expect((await llamero(['replay', path])).code).toBe(0);
    expect(await readFile(path, 'utf8')).not.toMatch(/What is draining|llamero-embedded/);
    await rm(path);
  }, 60_000);

  test(
    '[CX23] to a path that cannot be written exits 1 and says trace_unwritable, before anything is loaded',
    async () => {
      const { code, stdout } = await llamero(['demo', '--record', join(folder(), 'no', 'such', 'run.jsonl')]);
      expect(code).toBe(1);
      expect(stdout).toContain('trace_unwritable');
      expect(stdout).not.toContain('loading');
    },
    TIMEOUT_MS,
  );

  test(
    '[CX23] to a disk that is full exits 1 and says trace_unwritable',
    async () => {
      const { code, stdout } = await llamero(['demo', '--record', '/dev/full']);
      expect(code).toBe(1);
      expect(stdout).toContain('trace_unwritable');
    },
    TIMEOUT_MS,
  );

  test(
    '[CX27] when it is interrupted still ends its trace in order',
    async () => {
      const path = pathOf('interrupted');
      let sent = false;
      const { code } = await llamero(['demo', '--json', '--record', path], {
        onOutput: (stdout, kill) => {
          if (sent || !stdout.includes('"type":"chunk"')) return;
          sent = true;
          kill('SIGINT');
        },
      });
      expect(code).toBe(130);
      expect(await replayFile(path)).toMatchObject({
        kind: 'ok',
        complete: true,
        lost: 0,
        finalState: { stopped: 'idle' },
      });
      await rm(path);
    },
    TIMEOUT_MS,
  );
});
