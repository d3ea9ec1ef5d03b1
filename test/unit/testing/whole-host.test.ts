import { describe, expect, test } from '@jest/globals';
import { createSupervisor, type Supervisor } from '../../../index.ts';
import {
  createLoopbackModelSource,
  createManualClock,
  createScriptedProbe,
  createScriptedRuntime,
  expectTrace,
  type ManualClock,
} from '../../../testing/index.ts';
import '../../../testing/jest.ts';

/** A host's own code, as it might be: asks once more, a second later, when a generation fails. */
async function askTwice(supervisor: Supervisor, clock: ManualClock, prompt: string): Promise<string> {
  const first = await supervisor.submit({ prompt }).result;
  if (first.outcome === 'completed') return first.text;
  await new Promise<void>((resolve) => clock.setTimeout(resolve, 1000));
  return (await supervisor.submit({ prompt }).result).text;
}

/** A supervisor on the test kit alone, as a test of a host would make it. */
async function bringUp() {
  const clock = createManualClock();
  const source = createLoopbackModelSource();
  const runtime = createScriptedRuntime({ answer: () => 'All is well.' });
  const probe = createScriptedProbe();
  const supervisor = createSupervisor({
    model: source.pin('model.gguf'),
    clock,
    limits: { maxInFlight: 1 },
    ports: { runtime, download: source.download, openProbe: () => probe },
  });
  const started = supervisor.start();
  await clock.advance(1);
  await started;
  return { supervisor, clock, source, runtime, probe };
}

describe('a test of a host', () => {
  test('[TK17] runs a whole supervisor on the kit, and its trace is the evidence', async () => {
    const { supervisor, clock, runtime } = await bringUp();
    runtime.controls.crashAfter(2);
    const answered = askTwice(supervisor, clock, 'How are you?');
    await clock.advance(1001);
    expect(await answered).toBe('All is well.');
    const stopped = supervisor.stop();
    await clock.advance(1);
    await stopped;

    expect(supervisor.trace()).toReplay();
    expect(expectTrace(supervisor.trace())).toMatchObject({
      states: ['stopped', 'starting', 'ready', 'draining', 'stopped'],
      outcomes: [
        { requestId: 'r1', outcome: 'failed', reason: 'generation_failed' },
        { requestId: 'r2', outcome: 'completed', reason: 'generation_completed' },
      ],
      finalState: { stopped: 'idle' },
    });
  });

  test('[TK17] sees a machine that runs short through the probe', async () => {
    const { supervisor, clock, probe } = await bringUp();
    probe.set({ memoryAvailableBytes: 1 });
    await clock.advance(250);
    expect(supervisor.submit({ prompt: 'Hello' }).verdict).toEqual({ ok: false, reason: 'memory_exceeded' });
  });

  test('[TK17] sees a file that was changed through the source', async () => {
    const { supervisor, clock, source } = await bringUp();
    const stopped = supervisor.stop();
    await clock.advance(1);
    await stopped;
    source.corrupt('model.gguf', 4000);
    await expect(supervisor.start()).rejects.toMatchObject({ reason: 'digest_mismatch' });
  });

  test('[TK18] lets five minutes of chained timers pass in one advance', async () => {
    const { supervisor, clock } = await bringUp();
    const samples: number[] = [];
    supervisor.resources$.subscribe(({ ageMs }) => samples.push(ageMs));
    await clock.advance(300_000);
    expect(samples.length).toBeGreaterThan(1190);
    expect(supervisor.getSnapshot().state).toBe('ready');
  });
});

describe('crashAfter', () => {
  const generateAll = async (runtime: ReturnType<typeof createScriptedRuntime>, prompt: string) => {
    const spawned = await runtime.spawn({
      modelPath: 'm.gguf',
      contextTokens: 64,
      sequences: 2,
      signal: new AbortController().signal,
    });
    if (!spawned.ok) throw new Error(spawned.reason);
    const steps = runtime.generate(
      spawned.value,
      { input: { prompt }, maxTokens: 16, temperature: 0, stop: [] },
      new AbortController().signal,
    );
    let text = '';
    for (;;) {
      const { done, value } = await steps.next();
      if (done) return { text, summary: value };
      if (value.kind === 'chunk') text += value.text;
    }
  };

  test('[TK19] ends the next generation in mid-stream, and the one after not', async () => {
    const runtime = createScriptedRuntime({ answer: () => 'one two three four' });
    runtime.controls.crashAfter(2);
    expect(await generateAll(runtime, 'a')).toEqual({
      text: 'one two',
      summary: { kind: 'failed', reason: 'generation_failed' },
    });
    expect(await generateAll(runtime, 'a')).toMatchObject({ text: 'one two three four' });
  });

  test('[TK19] leaves no place taken', async () => {
    const runtime = createScriptedRuntime();
    runtime.controls.crashAfter(0);
    expect((await generateAll(runtime, 'a')).text).toBe('');
    expect(runtime.controls.generating).toBe(0);
  });
});
