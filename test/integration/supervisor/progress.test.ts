import { describe, expect, test } from '@jest/globals';
import type { Supervisor } from '../../../index.ts';
import { stageSupervisor, words } from '../../doubles/supervisor-stage.ts';

const staged = async (limits = {}, count = 12) => {
  const stage = stageSupervisor({ limits: { tokenBufferChunks: 3, ...limits }, answer: () => words(count) });
  await stage.ready();
  return stage;
};

/** What running requests told, as the trace has it. */
function toldIn(supervisor: Supervisor): readonly (readonly [string, string, number])[] {
  return eventsOf(supervisor).flatMap((event) =>
    event.type === 'request.progressed'
      ? [[String(event['requestId']), String(event['step']), Number(event['outputTokens'])] as const]
      : [],
  );
}

function eventsOf(supervisor: Supervisor): { readonly type: string; readonly [name: string]: unknown }[] {
  return supervisor
    .trace()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { e?: { type: string } })
    .flatMap(({ e }) => e ?? []);
}

describe('a running request', () => {
  test('[SV109] tells each step that it comes to, with its tokens so far', async () => {
    const { supervisor, clock, controls, settle } = await staged();
    controls.hold();
    const { tokens, result } = supervisor.submit({ prompt: 'one two three' });
    expect(toldIn(supervisor)).toEqual([['r1', 'prompting', 0]]);
    const reader = tokens[Symbol.asyncIterator]();
    void reader.next();
    controls.step(6);
    await settle();
    await clock.advance(100);
    expect(toldIn(supervisor).map(([, step]) => step)).toEqual(['prompting', 'decoding', 'held']);
    supervisor.stop();
    await settle();
    controls.release();
    await settle();
    const { outcome, usage } = await result;
    expect(outcome).toBe('cancelled');
    expect(usage.outputTokens).toBeGreaterThan(0);
    expect(toldIn(supervisor).at(-1)).toEqual(['r1', 'aborting', usage.outputTokens]);
  });

  test('[SV110] tells its tokens no oftener than every second', async () => {
    const { supervisor, clock, controls, settle } = await staged({}, 60);
    controls.hold();
    void supervisor.submit({ prompt: 'hello' });
    controls.step(1);
    for (let tick = 0; tick < 45; tick += 1) {
      controls.step(1);
      await clock.advance(50);
    }
    await settle();
    const counts = toldIn(supervisor)
      .filter(([, step]) => step === 'decoding')
      .map(([, , outputTokens]) => outputTokens);
    expect(counts).toEqual([1, 21, 41]);
  });

  test('[SV111] tells its last counts before it settles, and nothing after', async () => {
    const { supervisor, settle } = await staged();
    const { result } = supervisor.submit({ prompt: 'hello' });
    await settle();
    const { usage } = await result;
    const events = eventsOf(supervisor).filter(({ type }) => type.startsWith('request.'));
    expect(events.at(-1)).toMatchObject({ type: 'request.settled', requestId: 'r1' });
    expect(events.at(-2)).toMatchObject({
      type: 'request.progressed',
      promptTokens: usage.promptTokens,
      outputTokens: usage.outputTokens,
    });
  });

  test('[SV111] tells nothing where it never ran', async () => {
    const { supervisor, controls, settle } = await staged({ maxInFlight: 1, queueBound: 1 });
    controls.hold();
    void supervisor.submit({ prompt: 'a' });
    const waiting = supervisor.submit({ prompt: 'b' });
    void supervisor.submit({ prompt: 'c' });
    waiting.cancel();
    await settle();
    expect(new Set(toldIn(supervisor).map(([requestId]) => requestId))).toEqual(new Set(['r1']));
  });
});
