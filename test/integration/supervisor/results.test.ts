import { describe, expect, test } from '@jest/globals';
import { read, stageSupervisor, words } from '../../doubles/supervisor-stage.ts';

describe('a result', () => {
  test('[SV57] tells its times and what was used', async () => {
    const { supervisor, ready, controls, clock } = stageSupervisor({
      limits: { maxInFlight: 1 },
      answer: () => words(4),
    });
    await ready();
    controls.hold();
    supervisor.submit({ prompt: 'before' });
    const { result } = supervisor.submit({ prompt: 'one two three', maxTokens: 100 });
    await clock.advance(100);
    controls.step(6);
    await clock.advance(50);
    controls.step(2);
    await clock.advance(30);
    controls.release();
    await clock.advance(0);
    expect(await result).toMatchObject({
      outcome: 'completed',
      finishReason: 'stop',
      text: words(4),
      usage: { promptTokens: 3, cachedTokens: 0, outputTokens: 4 },
      timings: { queuedMs: 100, firstTokenMs: 50, decodeMs: 30, totalMs: 180 },
    });
  });

  test.each([
    ['stop', {}, words(6)],
    ['length', { maxTokens: 2 }, 'w0 w1'],
    ['stop_text', { stop: ' w3' }, 'w0 w1 w2'],
    ['stop_text', { stop: ['nothing', 'w1'] }, 'w0 '],
  ] as const)('[SV58] tells why it ended: %s', async (finishReason, options, text) => {
    const { supervisor, ready, settle } = stageSupervisor({ answer: () => words(6) });
    await ready();
    const { tokens, result } = supervisor.submit({ prompt: 'hello', ...options });
    const streamed = read(tokens);
    await settle();
    expect(await result).toMatchObject({ outcome: 'completed', finishReason, text });
    expect(await streamed).toBe(text);
  });

  test('[SV59] of a cancelled request holds the text so far, and no finish reason', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor({ answer: () => words(9) });
    await ready();
    controls.hold();
    const { result, cancel } = supervisor.submit({ prompt: 'hello' });
    controls.step(3);
    await settle();
    cancel();
    await settle();
    expect(await result).toMatchObject({ finishReason: null, text: 'w0 w1', usage: { outputTokens: 2 } });
  });
});
