import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSupervisor, embeddedModel, type Supervisor, type SupervisorOptions } from '../../index.ts';
import { PAGE } from '../../models/page.ts';
import { runFile } from '../doubles/child-process.ts';
import { read, settled } from '../doubles/supervisor-stage.ts';

/** The real runtime on the embedded model: nothing is a double here, the clock included. */
const MODEL = embeddedModel();

const open = (options: Partial<SupervisorOptions> = {}): Supervisor =>
  createSupervisor({
    model: MODEL,
    limits: { maxInFlight: 3 },
    ...options,
    runtime: { gpu: false, threads: 1, contextTokens: 1024, ...options.runtime },
  });

const chat = (content: string) => ({ messages: [{ role: 'user', content } as const], maxTokens: 400 });
const ENDLESS = chat('Tick until I stop you.');

const answerTo = (question: string): string => {
  const found = PAGE.answers.find((entry) => entry.question === question);
  if (found === undefined) throw new Error(`the page has no question "${question}"`);
  return found.answer;
};

/** Submits what never ends by itself, and waits until it is in mid-stream. */
async function beginEndless(supervisor: Supervisor, maxTokens = 700) {
  const admission = supervisor.submit({ ...ENDLESS, maxTokens });
  const reader = admission.tokens[Symbol.asyncIterator]();
  await reader.next();
  return { ...admission, reader };
}

describe('a supervisor on the real runtime', () => {
  let supervisor: Supervisor;

  beforeAll(async () => {
    supervisor = open();
    await supervisor.start();
  }, 60_000);

  afterAll(async () => supervisor[Symbol.asyncDispose]());

  test('[SE1] is ready with the facts of the model', () => {
    expect(supervisor.getSnapshot()).toMatchObject({
      state: 'ready',
      runtime: { backend: 'cpu', sequences: 3, contextTokens: 1024, threads: 1 },
    });
  });

  test('[SE2] answers exactly as the page does', async () => {
    const question = 'What is draining?';
    const { tokens, result, verdict } = supervisor.submit(chat(question));
    expect(verdict).toEqual({ ok: true, reason: 'admitted' });
    const text = await read(tokens);
    expect(text).toBe(answerTo(question));
    const { usage, timings, ...rest } = await result;
    expect(rest).toMatchObject({ outcome: 'completed', finishReason: 'stop', text });
    expect(usage.promptTokens).toBeGreaterThan(3);
    expect(usage.outputTokens).toBeGreaterThan(5);
    expect(timings.totalMs).toBeGreaterThan(0);
  });

  test('[SE3] answers three at once, each its own', async () => {
    const questions = ['What is draining?', 'What is backpressure?', 'What is a verdict?'];
    const texts = await Promise.all(
      questions.map((question) => read(supervisor.submit(chat(question)).tokens)),
    );
    expect(texts).toEqual(questions.map(answerTo));
  });

  test('[SE4] continues plain text', async () => {
    const [{ opening, rest }] = PAGE.prose as [(typeof PAGE.prose)[number]];
    const { result } = supervisor.submit({ prompt: opening, maxTokens: 200 });
    expect((await result).text).toBe(rest);
  });

  test('[SE5] ends before a stop text, which is not in the text', async () => {
    const answer = answerTo('What is draining?');
    const stop = answer.split(' ')[3]!;
    const { result } = supervisor.submit({ ...chat('What is draining?'), stop });
    expect(await result).toMatchObject({
      outcome: 'completed',
      finishReason: 'stop_text',
      text: answer.slice(0, answer.indexOf(stop)),
    });
  });

  test('[SE6] ends at maxTokens', async () => {
    const { result } = supervisor.submit({ ...ENDLESS, maxTokens: 9 });
    expect(await result).toMatchObject({ finishReason: 'length', usage: { outputTokens: 9 } });
  });

  test('[SE7] ends at the length of its context', async () => {
    const { result } = supervisor.submit({ ...ENDLESS, maxTokens: 5000 });
    const { finishReason, usage } = await result;
    expect(finishReason).toBe('length');
    expect(usage.promptTokens + usage.outputTokens).toBeLessThanOrEqual(1024);
    expect(usage.outputTokens).toBeGreaterThan(900);
  });

  test('[SE8] is cancelled in mid-stream, and the next request works', async () => {
    const { reader, result, cancel } = await beginEndless(supervisor);
    cancel();
    expect(await result).toMatchObject({ outcome: 'cancelled', reason: 'cancelled_by_caller' });
    for (let next = await reader.next(); !next.done; next = await reader.next());
    const again = supervisor.submit(chat('What is draining?'));
    expect((await again.result).text).toBe(answerTo('What is draining?'));
  });

  test('[SE9] is cancelled while the prompt is read', async () => {
    const prompt = PAGE.prose.map(({ opening, rest }) => opening + rest).join(' ');
    const controller = new AbortController();
    const { result } = supervisor.submit({ prompt, maxTokens: 300, signal: controller.signal });
    controller.abort();
    expect(await result).toMatchObject({ outcome: 'cancelled', usage: { outputTokens: 0 } });
    expect((await supervisor.submit(chat('What is draining?')).result).outcome).toBe('completed');
  });

  test('[SE10] denies a prompt that is longer than the context, and the next request works', async () => {
    const { result } = supervisor.submit({ prompt: 'What is draining? '.repeat(1000), maxTokens: 5 });
    expect(await result).toMatchObject({ outcome: 'denied', reason: 'prompt_too_long', text: '' });
    expect((await supervisor.submit(chat('What is draining?')).result).outcome).toBe('completed');
  });

  test('[SE11] says the same to the same seed, and runs with every option', async () => {
    const sampled = { temperature: 1.5, topK: 40, topP: 0.95, minP: 0.01, seed: 7 };
    const texts = await Promise.all(
      [1, 2].map(
        async () => (await supervisor.submit({ ...chat('What is draining?'), ...sampled }).result).text,
      ),
    );
    expect(texts[0]).toBe(texts[1]);
  });

  test('[SE12] observes the machine', () => {
    const { observation } = supervisor.actor.getSnapshot().context;
    expect(observation?.memoryTotalBytes).toBeGreaterThan(2 ** 20);
    expect(observation?.processBytes).toBeGreaterThan(2 ** 20);
  });
});

describe('commands on the real runtime', () => {
  test('[SE13] drain lets what runs come to its end', async () => {
    await using supervisor = open();
    await supervisor.start();
    const { result } = supervisor.submit(chat('What is draining?'));
    expect(await supervisor.drain()).toEqual({ finished: 1, aborted: 0, abandoned: 0, shed: 0 });
    expect((await result).text).toBe(answerTo('What is draining?'));
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'stopped', runtime: null, fault: null });
  }, 30_000);

  test('[SE14] stop ends what runs, and a start after it serves again', async () => {
    await using supervisor = open();
    await supervisor.start();
    const { result } = await beginEndless(supervisor);
    await supervisor.stop();
    expect(await result).toMatchObject({ outcome: 'cancelled', reason: 'cancelled_by_stop' });
    await supervisor.start();
    const again = supervisor.submit(chat('What is draining?'));
    expect((await again.result).text).toBe(answerTo('What is draining?'));
  }, 30_000);

  test('[SE15] two supervisors run in one process, and one outlives the other', async () => {
    await using one = open();
    await using two = open();
    await Promise.all([one.start(), two.start()]);
    const asked = [one, two].map((supervisor) => supervisor.submit(chat('What is draining?')).result);
    for (const { text } of await Promise.all(asked)) expect(text).toBe(answerTo('What is draining?'));
    await one.stop();
    const { text } = await two.submit(chat('What is backpressure?')).result;
    expect(text).toBe(answerTo('What is backpressure?'));
  }, 30_000);

  test('[SE16] a wrong digest is never loaded', async () => {
    await using supervisor = open({ model: { ...MODEL, sha256: '0'.repeat(64) } });
    const { error } = await settled(supervisor.start());
    expect(error).toMatchObject({ code: 'start_failed', reason: 'digest_mismatch' });
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'stopped', runtime: null });
  }, 30_000);

  test('[SE17] stop in the middle of a start leaves a supervisor that starts', async () => {
    await using supervisor = open();
    const started = settled(supervisor.start());
    await new Promise((resolve) => setImmediate(resolve));
    await supervisor.stop();
    expect((await started).error).toMatchObject({ reason: 'start_superseded' });
    await supervisor.start();
    expect(supervisor.getSnapshot().state).toBe('ready');
  }, 30_000);

  test('[SE18] cycles leave no descriptor and no thread', async () => {
    await using supervisor = open();
    const held = () => ({
      descriptors: countOf('/dev/fd'),
      threads: countOf('/proc/self/task'),
    });
    let after4 = held();
    for (let cycle = 1; cycle <= 12; cycle += 1) {
      await supervisor.start();
      await supervisor.submit({ ...chat('What is draining?'), maxTokens: 5 }).result;
      await supervisor.stop();
      if (cycle === 4) after4 = held();
    }
    const after12 = held();
    expect(after12.descriptors).toBeLessThanOrEqual(after4.descriptors);
    expect(after12.threads).toBeLessThanOrEqual(after4.threads);
  }, 60_000);
});

/** Entries of a folder; 0 where the system has none such. */
function countOf(folder: string): number {
  return existsSync(folder) ? readdirSync(folder).length : 0;
}

describe('a host process', () => {
  test('[SE19] that drains ends by itself, and hears nothing that it did not ask for', async () => {
    const { code, signal, stdout, stderr } = await runFile('test/e2e/host-child.ts', ['drain']);
    expect({ code, signal, stderr }).toEqual({ code: 0, signal: null, stderr: '' });
    expect(JSON.parse(stdout)).toEqual({ text: answerTo('What is draining?'), state: 'stopped' });
  }, 30_000);

  test('[SE20] that only makes a supervisor ends by itself', async () => {
    const { code, stdout, stderr } = await runFile('test/e2e/host-child.ts', ['idle']);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '{"state":"stopped"}', stderr: '' });
  }, 30_000);
});
