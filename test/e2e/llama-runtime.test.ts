import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { embeddedModelPath } from '../../models/embedded.ts';
import type { RuntimeHandle } from '../../policies/runtime-adapter.ts';
import { createLlamaRuntime } from '../../services/llama-runtime.ts';
import { silentLogger } from '../../services/logger.ts';
import type { Runtime } from '../../services/runtime.ts';
import { runInChild } from '../doubles/runtime-child.ts';
import { ask, NEVER, readAll, readUntil, spawnModel, user } from '../doubles/runtime-reader.ts';

const QUESTION = user('What is draining?');
const modelPath = embeddedModelPath();
/** The native library loads in half a second, on an idle machine. */
const NATIVE_MS_MAX = 60_000;

describe('the real runtime', () => {
  let runtime: Runtime;
  let handle: RuntimeHandle;

  beforeAll(async () => {
    runtime = createLlamaRuntime({ gpu: false, logger: silentLogger });
    handle = await spawnModel(runtime, modelPath, { contextTokens: 8192 });
  }, NATIVE_MS_MAX);
  afterAll(() => runtime.shutdown());

  test('[RT49] obeys an abort within one piece of a prompt of thousands of tokens', async () => {
    const abort = new AbortController();
    const generation = runtime.generate(handle, ask('one '.repeat(6000)), abort.signal);
    await readUntil(generation, 'prompt');
    const next = generation.next();
    abort.abort();
    const rest = await readAll(generation);
    expect(await next).toEqual({ done: true, value: { kind: 'aborted' } });
    expect(rest.steps).toEqual([]);
  });

  test('[RT50] keeps other streams moving while it reads a long prompt', async () => {
    const reading = runtime.generate(handle, ask('two '.repeat(6000), { maxTokens: 1 }), NEVER);
    await readUntil(reading, 'prompt');
    let readTo = 128;
    const whole = (async () => {
      for await (const step of reading) if (step.kind === 'prompt') readTo = step.evaluatedTokens;
    })();
    let chunksMeanwhile = 0;
    for await (const step of runtime.generate(handle, ask(QUESTION), NEVER)) {
      if (step.kind === 'chunk' && readTo < 6000) chunksMeanwhile += 1;
    }
    await whole;
    // The answer has 19 tokens, the prompt 47 pieces: all of the answer fits beside the reading.
    expect(chunksMeanwhile).toBeGreaterThanOrEqual(15);
  });

  test('[RT51] begins a new request while other streams run on', async () => {
    const running = runtime.generate(handle, ask('three '.repeat(5000), { maxTokens: 1 }), NEVER);
    await readUntil(running, 'prompt');
    let ended = false;
    const whole = readAll(running).then(() => {
      ended = true;
    });
    // The sequence holds another text now: to begin, it must be cleared beside the running evaluation.
    const { summary } = await readAll(runtime.generate(handle, ask('Another text', { maxTokens: 2 }), NEVER));
    expect(summary.kind).toBe('completed');
    expect(ended).toBe(false);
    await whole;
  });

  test.each(['<|end|>', '<|user|>', '<|begin|>'])(
    '[RT52] reads %s in a request as text, not as a command',
    async (special) => {
      const count = async (request: Parameters<typeof ask>[0]): Promise<number> => {
        const { summary } = await readAll(runtime.generate(handle, ask(request, { maxTokens: 1 }), NEVER));
        return summary.kind === 'completed' ? summary.promptTokens : 0;
      };
      expect(await count(special)).toBeGreaterThan(2);
      expect((await count(user(special))) - (await count(user('one')))).toBeGreaterThan(1);
    },
  );

  test('[RT53] continues the words of the assistant when a chat ends with them', async () => {
    const messages = [
      ...QUESTION,
      { role: 'assistant', content: 'Draining means that nothing new' } as const,
    ];
    const { text } = await readAll(runtime.generate(handle, ask(messages), NEVER));
    expect(text).toBe('is admitted while the requests that are running may finish before the deadline.');
  });

  test('[RT59] samples by the seed it is given', async () => {
    const say = async (seed: number): Promise<string> => {
      const options = { temperature: 50, topK: 0, topP: 1, minP: 0, seed, maxTokens: 16 };
      return (await readAll(runtime.generate(handle, ask('Tell me', options), NEVER))).text;
    };
    const texts = [await say(1), await say(2), await say(3)];
    expect(new Set(texts).size).toBe(3);
    expect(await say(2)).toBe(texts[1]);
  });

  test('[RT54] frees what it had loaded when the load is aborted midway', async () => {
    const before = await runtime.statResources(handle);
    for (let i = 0; i < 3; i += 1) {
      const abort = new AbortController();
      const spawned = await runtime.spawn({
        modelPath,
        contextTokens: 4096,
        sequences: 2,
        signal: abort.signal,
        onProgress: () => abort.abort(),
      });
      expect(spawned).toEqual({ ok: false, reason: 'start_superseded' });
    }
    expect(await runtime.statResources(handle)).toEqual(before);
  });
});

/** The lines of a child, read back. */
const said = (stdout: string): unknown[] =>
  stdout
    .trim()
    .split('\n')
    .map((line): unknown => JSON.parse(line));

const HELPERS = `
const lines = [];
const at = (level) => (fields, message) => lines.push({ level, ...fields, message });
const logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
const spawn = async (runtime, path) => {
  const spawned = await runtime.spawn({ modelPath: path, contextTokens: 512, sequences: 2, signal: NEVER });
  return spawned.ok ? spawned.value : spawned.reason;
};
const question = { input: { prompt: 'Once' }, maxTokens: 4, temperature: 0, stop: [] };
`;

/** A process of its own compiles the sources first; on a busy machine that alone takes seconds. */
const CHILD_MS_MAX = 60_000;

describe('a process with the real runtime', () => {
  test(
    '[RT55] prints nothing and exits by itself after a whole life',
    async () => {
      const end = await runInChild(`${HELPERS}
      const runtime = createLlamaRuntime({ gpu: false, logger });
      for (let life = 0; life < 2; life += 1) {
        await runtime.prepare();
        const handle = await spawn(runtime, modelPath);
        let chunks = 0;
        for await (const step of runtime.generate(handle, question, NEVER)) if (step.kind === 'chunk') chunks += 1;
        const health = await runtime.healthCheck(handle, NEVER);
        await runtime.dispose(handle);
        await runtime.shutdown();
        say({ chunks, healthy: health.ok });
      }
      process.once('exit', () => say({ handles: process.getActiveResourcesInfo().filter((kind) => kind !== 'PipeWrap') }));
    `);
      expect(end.stderr).toBe('');
      expect(end.exitCode).toBe(0);
      expect(said(end.stdout)).toEqual([
        { chunks: expect.any(Number), healthy: true },
        { chunks: expect.any(Number), healthy: true },
        { handles: [] },
      ]);
    },
    CHILD_MS_MAX,
  );

  test(
    '[RT56] exits by itself though nothing was disposed and a generation was left unread',
    async () => {
      const end = await runInChild(`${HELPERS}
      const runtime = createLlamaRuntime({ gpu: false, logger });
      const handle = await spawn(runtime, modelPath);
      const unread = runtime.generate(handle, question, NEVER);
      say((await unread.next()).value.kind);
    `);
      expect(end).toEqual({ exitCode: 0, stdout: '"prompt"\n', stderr: '' });
    },
    CHILD_MS_MAX,
  );

  test(
    '[RT57] hears the lines of the native library through the logger alone, with two runtimes too',
    async () => {
      const end = await runInChild(`${HELPERS}
      const { readFileSync } = await import('node:fs');
      const cut = new URL('cut.gguf', import.meta.url);
      const whole = readFileSync(modelPath);
      writeFileSync(cut, whole.subarray(0, whole.length >> 1));
      const first = createLlamaRuntime({ gpu: false, logger });
      const second = createLlamaRuntime({ gpu: false, logger });
      await Promise.all([first.prepare(), second.prepare()]);
      await second.shutdown();
      say(await spawn(first, cut.pathname));
      await first.shutdown();
      await first.prepare();
      say(await spawn(first, cut.pathname));
      await new Promise(setImmediate);
      say(lines.filter((line) => line.source === 'llama.cpp').map((line) => line.level));
      say(lines.filter((line) => line.source === undefined).map(({ level, error }) => [level, error]));
    `);
      expect(end.stderr).toBe('');
      const [reason, again, levels, own] = said(end.stdout);
      expect([reason, again]).toEqual(['runtime_load_failed', 'runtime_load_failed']);
      expect(levels).toContain('error');
      expect(own).toEqual([
        ['error', 'Error'],
        ['error', 'Error'],
      ]);
    },
    CHILD_MS_MAX,
  );

  test(
    '[RT58] refuses where there is no binary for what was asked, and can be asked again',
    async () => {
      const elsewhere = process.platform === 'darwin' ? 'cuda' : 'metal';
      const end = await runInChild(`${HELPERS}
      const runtime = createLlamaRuntime({ gpu: '${elsewhere}', logger });
      say(await runtime.prepare());
      say(await spawn(runtime, modelPath));
      say(await runtime.statResources(null));
      await runtime.shutdown();
    `);
      expect(end.stderr).toBe('');
      expect(said(end.stdout)).toEqual([
        { ok: false, reason: 'runtime_unavailable' },
        'runtime_unavailable',
        { runtimeRamBytes: null, runtimeVramBytes: null, vramTotalBytes: null, vramUsedBytes: null },
      ]);
    },
    CHILD_MS_MAX,
  );
});
