import { describe, expect, test } from '@jest/globals';
import { read, settled, stageSupervisor, words } from '../../doubles/supervisor-stage.ts';

const staged = async (limits = {}, count = 12) => {
  const stage = stageSupervisor({ limits: { tokenBufferChunks: 3, ...limits }, answer: () => words(count) });
  await stage.ready();
  return stage;
};

describe('tokens', () => {
  test('[SV60] come one by one to a reader that keeps up', async () => {
    const { supervisor, settle, controls } = await staged();
    controls.hold();
    const chunks: string[] = [];
    const { tokens } = supervisor.submit({ prompt: 'hello' });
    void (async () => {
      for await (const { text } of tokens) chunks.push(text);
    })();
    controls.step(2);
    await settle();
    expect(chunks).toEqual(['w0']);
    controls.step(2);
    await settle();
    expect(chunks).toEqual(['w0', ' w1', ' w2']);
    controls.release();
    await settle();
    expect(chunks.join('')).toBe(words(12));
  });

  test('[SV61] that nobody reads do not hold the request', async () => {
    const { supervisor, settle } = await staged({}, 500);
    const { result } = supervisor.submit({ prompt: 'hello' });
    for (let i = 0; i < 10; i += 1) await settle();
    expect(await result).toMatchObject({ outcome: 'completed', text: words(500) });
  });

  test('[SV62] that a late reader missed come as one chunk', async () => {
    const { supervisor, settle, controls } = await staged();
    controls.hold();
    const { tokens } = supervisor.submit({ prompt: 'hello' });
    controls.step(6);
    await settle();
    const reader = tokens[Symbol.asyncIterator]();
    expect(await reader.next()).toEqual({ done: false, value: { text: words(5), tokens: 5 } });
    controls.step(1);
    await settle();
    expect(await reader.next()).toEqual({ done: false, value: { text: ' w5', tokens: 1 } });
  });

  test('[SV62] can be read after the outcome', async () => {
    const { supervisor, settle } = await staged();
    const { tokens, result } = supervisor.submit({ prompt: 'hello' });
    await settle();
    await result;
    expect(await read(tokens)).toBe(words(12));
  });

  test('[SV63] have one reader', async () => {
    const { supervisor, settle } = await staged();
    const { tokens } = supervisor.submit({ prompt: 'hello' });
    const first = read(tokens);
    expect((await settled(read(tokens))).error).toBeInstanceOf(TypeError);
    await settle();
    expect(await first).toBe(words(12));
  });

  test('[SV64] wait for a slow reader: its own generation stands still, others go on', async () => {
    const { supervisor, settle, controls, clock } = await staged();
    const slow = supervisor.submit({ prompt: 'slow' });
    const reader = slow.tokens[Symbol.asyncIterator]();
    const quick = supervisor.submit({ prompt: 'quick' });
    const quickText = read(quick.tokens);
    await settle();
    expect(await quickText).toBe(words(12));
    expect((await quick.result).outcome).toBe('completed');
    await clock.advance(1000);
    expect(controls.generating).toBe(1);
    expect(supervisor.actor.getSnapshot().context.readersHeld).toBe(1);

    let text = '';
    for (let i = 0; i < 12; i += 1) {
      text += (await reader.next()).value?.text ?? '';
      await settle();
    }
    expect(text).toBe(words(12));
    expect((await slow.result).outcome).toBe('completed');
    expect(supervisor.actor.getSnapshot().context.readersHeld).toBe(0);
  });

  test('[SV65] of a reader that stopped free their slot at its deadline', async () => {
    const { supervisor, clock, controls, books } = await staged({ readerMsMax: 1000, maxInFlight: 1 });
    const stopped = supervisor.submit({ prompt: 'a' });
    const reader = stopped.tokens[Symbol.asyncIterator]();
    await reader.next();
    const next = supervisor.submit({ prompt: 'b' });
    await clock.advance(1500);
    expect(await stopped.result).toMatchObject({ outcome: 'expired', reason: 'reader_deadline_exceeded' });
    expect((await next.result).outcome).toBe('completed');
    expect(controls.generating).toBe(0);
    expect(books()).toMatchObject({ inFlight: 0, queueDepth: 0 });
    expect(supervisor.getSnapshot().substate).toBe('healthy');
  });

  test.each([20, 50, 90, 110, 300])(
    '[SV104] that a reader takes every %i ms are no stall of the runtime',
    async (everyMs) => {
      const { supervisor, clock } = await staged({ stallMsMax: 1000, readerMsMax: 1000 }, 100);
      const { tokens, result } = supervisor.submit({ prompt: 'hello' });
      const reader = tokens[Symbol.asyncIterator]();
      let text = '';
      for (let next = await reader.next(); !next.done; next = await reader.next()) {
        text += next.value.text;
        await clock.advance(everyMs);
      }
      expect(await result).toMatchObject({ outcome: 'completed', text: words(100) });
      expect(text).toBe(words(100));
    },
  );

  test('[SV66] of a stopped supervisor end', async () => {
    const { supervisor, settle, controls } = await staged();
    controls.hold();
    const { tokens } = supervisor.submit({ prompt: 'hello' });
    const text = read(tokens);
    controls.step(3);
    await settle();
    const stopped = supervisor.stop();
    await settle();
    await stopped;
    expect(await text).toBe('w0 w1');
  });

  test('[SV67] of a throwing consumer end its own request only', async () => {
    const { supervisor, settle } = await staged();
    const other = supervisor.submit({ prompt: 'other' });
    const consumer = (async () => {
      for await (const _ of supervisor.submit({ prompt: 'mine' }).tokens)
        throw new Error('a bug of the host');
    })();
    const thrown = settled(consumer);
    await settle();
    expect((await thrown).error).toMatchObject({ message: 'a bug of the host' });
    expect((await other.result).outcome).toBe('completed');
    const next = supervisor.submit({ prompt: 'next' });
    await settle();
    expect((await next.result).outcome).toBe('completed');
  });
});
