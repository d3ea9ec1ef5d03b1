import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runDemo } from '../../../cli/demo.ts';
import { createSupervisor, embeddedModel, type Supervisor } from '../../../index.ts';
import type { Scenario } from './stage.ts';

const LONG = {
  messages: [{ role: 'user', content: 'Tell me the story of a request.' }],
  maxTokens: 400,
} as const;

/** Runs on the embedded model, the real runtime, the real machine and real time: never twice the same. */
export const REAL_RUNS = {
  'real-demo': () =>
    recorded(async (path) => {
      const exitCode = await runDemo({ record: path }, { tell: () => undefined, close: () => undefined });
      if (exitCode !== 0) throw new Error(`the demo ended with ${exitCode}`);
    }),
  'real-cancel': onRealModel(async (supervisor) => {
    await supervisor.start();
    let tokens = 0;
    const running = supervisor.submit(LONG);
    for await (const chunk of running.tokens) {
      tokens += chunk.tokens;
      if (tokens > 10) break;
    }
    await running.result;
    await supervisor.stop();
  }),
  'real-drain': onRealModel(async (supervisor) => {
    await supervisor.start();
    const asked = [1, 2, 3].map(() => supervisor.submit(LONG));
    await supervisor.drain({ deadlineMs: 10_000 });
    await Promise.all(asked.map(({ result }) => result));
  }),
  'real-stop': onRealModel(async (supervisor) => {
    await supervisor.start();
    const running = supervisor.submit(LONG);
    const reader = running.tokens[Symbol.asyncIterator]();
    await reader.next();
    await supervisor.stop();
    await running.result;
  }),
  'real-digest-mismatch': onRealModel(
    async (supervisor) => {
      await supervisor.start().catch(() => undefined);
    },
    { sha256: '0'.repeat(64) },
  ),
} satisfies Readonly<Record<string, Scenario>>;

function onRealModel(
  play: (supervisor: Supervisor) => Promise<void>,
  pin: { readonly sha256?: string } = {},
): Scenario {
  return () =>
    recorded(async (path) => {
      await using supervisor = createSupervisor({
        model: { ...embeddedModel(), ...pin },
        limits: { maxInFlight: 2 },
        runtime: { gpu: false },
      });
      const recording = await supervisor.recordTrace(path);
      await play(supervisor);
      await recording.stop();
    });
}

/** The text of the trace that `run` records to the path it is given. */
async function recorded(run: (path: string) => Promise<void>): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'llamero-golden-'));
  try {
    const path = join(folder, 'run.jsonl');
    await run(path);
    return await readFile(path, 'utf8');
  } finally {
    await rm(folder, { recursive: true });
  }
}
