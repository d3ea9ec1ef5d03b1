import { describe, expect, test } from '@jest/globals';
import { stageSupervisor, words } from '../doubles/supervisor-stage.ts';

const countOf = (calls: readonly string[], name: string) => calls.filter((call) => call === name).length;

describe('what a request costs', () => {
  test('[PF7] is one call of the runtime', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor({ limits: { queueBound: 96 } });
    await ready();
    const before = controls.calls.length;
    for (let i = 0; i < 50; i += 1) supervisor.submit({ prompt: 'hello' });
    for (let round = 0; round < 10; round += 1) await settle();
    expect(supervisor.getSnapshot()).toMatchObject({ inFlight: 0, queueDepth: 0 });
    expect(controls.calls.slice(before)).toEqual(Array(50).fill('generate'));
  });

  test('[PF8] is no call of the runtime when it is refused or leaves the queue', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor({
      limits: { maxInFlight: 1, queueBound: 10 },
    });
    await ready();
    controls.hold();
    supervisor.submit({ prompt: 'running' });
    await settle();
    for (let i = 0; i < 50; i += 1) supervisor.submit({ prompt: 'hello' }).cancel();
    supervisor.submit({ prompt: '' });
    await settle();
    expect(countOf(controls.calls, 'generate')).toBe(1);
  });

  test('[PF9] is far less than one machine event a token, however slowly they come', async () => {
    const TOKENS = 500;
    const events: string[] = [];
    const { supervisor, ready, clock, controls } = stageSupervisor({
      answer: () => words(TOKENS),
      inspect: (event) => {
        if (event.type === '@xstate.event') events.push(event.event.type);
      },
    });
    await ready();
    controls.hold();
    const { result } = supervisor.submit({ prompt: 'hello', maxTokens: 1000 });
    await clock.advance(0);
    events.length = 0;
    for (let i = 0; i < TOKENS + 2; i += 1) {
      controls.step(1);
      await clock.advance(20);
    }
    expect((await result).usage.outputTokens).toBe(TOKENS);
    const ofRequest = events.filter((type) => type !== 'resources.sampled');
    expect(ofRequest.length).toBeLessThan(TOKENS / 20);
    expect(countOf(ofRequest, 'token.decoded')).toBeGreaterThan(1);
  });

  test('[PF10] is at most its buffer in chunks that wait for a reader', async () => {
    const { supervisor, ready, clock, settle } = stageSupervisor({
      limits: { tokenBufferChunks: 8 },
      answer: () => words(1000),
    });
    await ready();
    const { tokens, result, cancel } = supervisor.submit({ prompt: 'hello', maxTokens: 1000 });
    const reader = tokens[Symbol.asyncIterator]();
    await clock.advance(5000);
    cancel();
    await settle();
    expect((await result).usage.outputTokens).toBe(8);
    let chunks = 0;
    while (!(await reader.next()).done) chunks += 1;
    expect(chunks).toBe(8);
  });
});

describe('what a supervisor costs that has nothing to do', () => {
  test('[PF11] is one event for each sample, and no call of the runtime but its statistics', async () => {
    const events: string[] = [];
    const { ready, clock, controls } = stageSupervisor({
      inspect: (event) => {
        if (event.type === '@xstate.event') events.push(event.event.type);
      },
    });
    await ready();
    events.length = 0;
    const calls = controls.calls.length;
    await clock.advance(25_000);
    expect(new Set(events)).toEqual(new Set(['resources.sampled']));
    expect(events).toHaveLength(100);
    expect(controls.calls).toHaveLength(calls);
  });

  test('[PF12] is no timer and no sample when it is stopped', async () => {
    const { supervisor, ready, clock, settle, openProbes } = stageSupervisor();
    await ready();
    const stopped = supervisor.stop();
    await settle();
    await stopped;
    await clock.advance(60_000);
    expect(clock.pending()).toBe(0);
    expect(openProbes()).toBe(0);
  });
});
