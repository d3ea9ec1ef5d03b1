import { spawn } from 'node:child_process';
import { copyFile, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { EMBEDDED_MODEL, embeddedModelPath } from '../../index.ts';
import { PAGE } from '../../models/page.ts';
import { type ChildOptions, type ChildRun, PROJECT, runFile } from '../doubles/child-process.ts';

const llamero = (args: readonly string[], options?: ChildOptions) => runFile('cli/llamero.ts', args, options);

const QUESTIONS = ['Tell me the story of a request.', 'What is draining?', 'What is backpressure?'];
const answerTo = (question: string) => PAGE.answers.find((entry) => entry.question === question)!.answer;

interface Told {
  readonly type: string;
  readonly [field: string]: unknown;
}

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'llamero-cli-'));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

describe('llamero demo, in a pipe', () => {
  let run: ChildRun;

  beforeAll(async () => {
    run = await llamero(['demo']);
  }, 120_000);

  test('[CL1] ends with exit code 0 and nothing on stderr', () => {
    expect({ code: run.code, stderr: run.stderr }).toEqual({ code: 0, stderr: '' });
    expect(run.stdout).toMatch(/done in [\d.]+ m?s\n$/);
  });

  test('[CL2] writes plain lines, without a control character', () => {
    const controls = [...run.stdout].filter((char) => char < ' ' && char !== '\n');
    expect(controls).toEqual([]);
  });

  test('[CL3] tells the states in order, each with its time', () => {
    const states = [...run.stdout.matchAll(/^ +[\d.]+ m?s {2}(\w+) (\w+)$/gm)].map(
      ([, state, substate]) => `${state} ${substate}`,
    );
    expect(states).toEqual([
      'stopped idle',
      'starting acquiring',
      'starting loading',
      'starting probing',
      'ready healthy',
      'draining settling',
      'draining releasing',
      'stopped idle',
    ]);
  });

  test.each(QUESTIONS)('[CL4] streams the exact answer: %s', (question) => {
    const id = run.stdout.match(
      new RegExp(`(r\\d+) +asked: ${question.replaceAll('.', '\\.').replace('?', '\\?')}`),
    )![1];
    const lines = run.stdout.split('\n').filter((line) => line.startsWith(`  ${id} `));
    const text = lines
      .map((line) => line.slice(7))
      .filter((line) => !/^(asked:|completed )/.test(line))
      .join(' ');
    expect(text).toBe(answerTo(question));
  });

  test('[CL5] counts the verdicts of the flood', () => {
    expect(run.stdout).toMatch(
      /50 submitted at once:\n +3 +admitted +admitted\n +8 +at_capacity +queued\n +39 +queue_full +shed\n/,
    );
  });

  test('[CL6] cancels one in mid-stream, and reports the drain', () => {
    expect(run.stdout).toMatch(/cancelled \(cancelled_by_caller, \d+ tokens/);
    expect(run.stdout).toMatch(/drained in .*: 1 finished, 0 aborted, 0 abandoned, 0 shed/);
  });
});

describe('llamero demo --json', () => {
  let run: ChildRun;
  let told: readonly Told[];

  beforeAll(async () => {
    run = await llamero(['demo', '--json']);
    told = run.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Told);
  }, 120_000);

  const ofType = (type: string) => told.filter((event) => event.type === type);

  test('[CL7] writes one JSON object a line, in the order of the demo', () => {
    expect(run.code).toBe(0);
    const scenes = told
      .map(({ type }) => type)
      .filter((type) => !['state', 'gauge', 'chunk', 'asked', 'outcome'].includes(type));
    expect(scenes).toEqual([
      'model',
      'step',
      'step',
      'step',
      'verdicts',
      'note',
      'step',
      'step',
      'drained',
      'done',
    ]);
  });

  test('[CL8] streams each answer in chunks', () => {
    const asked = ofType('asked').slice(0, 3);
    for (const { requestId, prompt } of asked) {
      const chunks = ofType('chunk').filter((chunk) => chunk.requestId === requestId);
      expect(chunks.map(({ text }) => text).join('')).toBe(answerTo(prompt as string));
      expect(chunks.length).toBeGreaterThan(3);
    }
    expect(asked.map(({ prompt }) => prompt)).toEqual(QUESTIONS);
  });

  test('[CL9] tells each outcome, and the load as it changes', () => {
    expect(ofType('outcome').map(({ outcome }) => outcome)).toEqual([
      'completed',
      'completed',
      'completed',
      'cancelled',
      'completed',
    ]);
    expect(Math.max(...ofType('gauge').map(({ queueDepth }) => queueDepth as number))).toBe(8);
    expect(ofType('drained')[0]).toMatchObject({ finished: 1, aborted: 0, abandoned: 0 });
  });
});

describe('llamero demo --model', () => {
  test('[CL10] runs any file whose digest is given', async () => {
    const path = join(folder, 'copy.gguf');
    await copyFile(embeddedModelPath(), path);
    const sha256 = EMBEDDED_MODEL.sha256.toUpperCase();
    const { code, stdout } = await llamero(['demo', '--model', path, '--sha256', sha256, '--gpu', 'off']);
    expect(code).toBe(0);
    expect(stdout).toContain('Llamero  copy.gguf  2.6 MB');
    expect(stdout).toContain('drained in');
  }, 120_000);

  test.each([
    ['another digest', 'digest_mismatch', () => ['--model', embeddedModelPath(), '--sha256', '0'.repeat(64)]],
    ['no file', 'model_file_missing', () => ['--model', join(folder, 'no.gguf'), '--sha256', '0'.repeat(64)]],
    ['a directory', 'model_file_not_regular', () => ['--model', folder, '--sha256', '0'.repeat(64)]],
  ])(
    '[CL11] with %s exits 3 and says %s',
    async (_, reason, args) => {
      const { code, stdout } = await llamero(['demo', ...args()]);
      expect(code).toBe(3);
      expect(stdout).toContain(`start_failed ${reason}`);
      expect(stdout).not.toContain('ready healthy');
    },
    30_000,
  );

  test('[CL11] with a file that is no model exits 3', async () => {
    const path = join(folder, 'text.gguf');
    await writeFile(path, 'hello');
    const sha256 = '2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824';
    const { code, stdout } = await llamero(['demo', '--model', path, '--sha256', sha256, '--json']);
    expect(code).toBe(3);
    expect(stdout).toContain('"reason":"model_not_gguf"');
  }, 30_000);
});

describe('llamero, asked wrongly', () => {
  test.each([
    [['demo', '--model', 'some.gguf'], '--model needs --sha256'],
    [['demo', '--sha256', '0'.repeat(64)], '--sha256 goes with --model'],
    [['demo', '--sha256', 'abc'], 'It is 64 hex digits.'],
    [['demo', '--threads', 'many'], 'It is a whole number from 1.'],
    [['demo', '--threads', '1000'], 'options.runtime.threads must be an integer from 1 to 256'],
    [['demo', '--gpu', 'tpu'], 'Allowed choices are auto, off, cuda, vulkan, metal'],
    [['demo', '--modle', 'x'], "unknown option '--modle'"],
    [['serve'], "unknown command 'serve'"],
    [[], 'Usage: llamero'],
  ])(
    '[CL12] %j exits 2 and says: %s',
    async (args, message) => {
      const { code, stdout, stderr } = await llamero(args);
      expect(code).toBe(2);
      expect(stdout + stderr).toContain(message);
    },
    30_000,
  );

  test('[CL13] --help lists commands and options, and exits 0', async () => {
    const [main, demo] = await Promise.all([llamero(['--help']), llamero(['demo', '--help'])]);
    expect([main.code, demo.code]).toEqual([0, 0]);
    expect(main.stdout).toContain('demo');
    for (const word of ['--model', '--sha256', '--gpu', '--threads', '--json', '--no-color', '130']) {
      expect(demo.stdout).toContain(word);
    }
  }, 30_000);
});

describe('llamero, interrupted', () => {
  const interruptOnce = (args: readonly string[], when: RegExp, signal: NodeJS.Signals) => {
    let sent = false;
    return llamero(args, {
      onOutput: (stdout, kill) => {
        if (sent || !when.test(stdout)) return;
        sent = true;
        kill(signal);
      },
    });
  };

  test.each(['SIGINT', 'SIGTERM'] as const)(
    '[CL14] by %s drains and exits 130',
    async (signal) => {
      const { code, stdout } = await interruptOnce(['demo', '--json'], /"type":"chunk"/, signal);
      expect(code).toBe(130);
      expect(stdout).toContain('draining; press Ctrl-C again to leave at once');
      const states = stdout
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as Told)
        .filter(({ type }) => type === 'state')
        .map(({ state }) => state);
      expect(states.at(-1)).toBe('stopped');
      expect(stdout).not.toContain('"type":"done"');
    },
    30_000,
  );

  test('[CL15] while it starts stops and exits 130', async () => {
    const { code, stdout } = await interruptOnce(['demo', '--json'], /"substate":"acquiring"/, 'SIGINT');
    expect(code).toBe(130);
    expect(stdout).not.toContain('"state":"ready"');
  }, 30_000);
});

test('[CL17] ends quietly when its reader has gone', async () => {
  const child = spawn(process.execPath, ['--import', 'tsx', join(PROJECT, 'cli/llamero.ts'), 'demo'], {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'] ?? '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text;
  });
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
}, 30_000);

describe('colour', () => {
  const COLOUR = '\u001b[';

  test('[CL16] is in a pipe only when FORCE_COLOR asks for it, and NO_COLOR and --no-color win', async () => {
    const args = ['demo', '--model', folder, '--sha256', '0'.repeat(64)];
    const [forced, refused, off] = await Promise.all([
      llamero(args, { env: { FORCE_COLOR: '1' } }),
      llamero(args, { env: { FORCE_COLOR: '1', NO_COLOR: '1' } }),
      llamero([...args, '--no-color'], { env: { FORCE_COLOR: '1' } }),
    ]);
    expect([forced, refused, off].map(({ stdout }) => stdout.includes(COLOUR))).toEqual([true, false, false]);
  }, 30_000);
});
