import { describe, expect, test } from '@jest/globals';
import { createActor, fromCallback } from 'xstate';
import {
  type GenerateCommand,
  type GenerateInput,
  type RequestEvent,
  requestMachine,
} from '../../../machines/request.ts';
import { DEFAULT_LIMITS, type Limits } from '../../../policies/limits.ts';
import { createManualClock } from '../../../testing/manual-clock.ts';

function stageRequest(limits: Partial<Limits> = {}, lifeMs = 100_000) {
  const clock = createManualClock();
  const told: string[] = [];
  const actor = createActor(
    requestMachine.provide({
      actors: {
        generate: fromCallback<GenerateCommand, GenerateInput>(({ receive }) => {
          receive(({ type }) => void told.push(type));
          return () => void told.push('left');
        }),
      },
    }),
    {
      input: { requestId: 'r1', generation: 3, lifeMs, limits: { ...DEFAULT_LIMITS, ...limits } },
      clock,
      id: 'request',
    },
  );
  actor.start();
  return {
    actor,
    clock,
    told,
    send: (event: RequestEvent) => actor.send(event),
    value: () => JSON.stringify(actor.getSnapshot().value),
    output: () => actor.getSnapshot().output,
  };
}

const ENDED = { type: 'generation.ended', outcome: 'completed', reason: 'generation_completed' } as const;

describe('a request that runs', () => {
  test('[CR1] goes from prompting to decoding to its one outcome', () => {
    const stage = stageRequest();
    expect(stage.value()).toBe('{"active":"prompting"}');
    stage.send({ type: 'prompt.advanced' });
    stage.send({ type: 'token.decoded' });
    expect(stage.value()).toBe('{"active":"decoding"}');
    stage.send(ENDED);
    expect(stage.output()).toEqual({
      requestId: 'r1',
      generation: 3,
      outcome: 'completed',
      reason: 'generation_completed',
    });
    expect(stage.clock.pending()).toBe(0);
  });

  test('[CR2] a second outcome changes nothing', () => {
    const stage = stageRequest();
    stage.send({ type: 'generation.ended', outcome: 'failed', reason: 'generation_failed' });
    stage.send(ENDED);
    expect(stage.output()?.outcome).toBe('failed');
  });

  test('[CR3] each piece of the prompt extends the deadline of the first token', async () => {
    const stage = stageRequest({ firstTokenMsMax: 100 });
    for (let piece = 0; piece < 5; piece += 1) {
      await stage.clock.advance(99);
      stage.send({ type: 'prompt.advanced' });
    }
    expect(stage.value()).toBe('{"active":"prompting"}');
    await stage.clock.advance(100);
    expect(stage.value()).toBe('"aborting"');
    stage.send(ENDED);
    expect(stage.output()).toMatchObject({ outcome: 'expired', reason: 'first_token_deadline_exceeded' });
  });

  test('[CR4] each token extends the stall deadline', async () => {
    const stage = stageRequest({ stallMsMax: 100 });
    stage.send({ type: 'token.decoded' });
    await stage.clock.advance(99);
    stage.send({ type: 'token.decoded' });
    await stage.clock.advance(99);
    expect(stage.value()).toBe('{"active":"decoding"}');
    await stage.clock.advance(1);
    stage.send(ENDED);
    expect(stage.output()).toMatchObject({ outcome: 'expired', reason: 'stall_deadline_exceeded' });
  });

  test('[CR5] a reader that is behind is no stall of the runtime, and has a deadline of its own', async () => {
    const stage = stageRequest({ stallMsMax: 100, readerMsMax: 1000 });
    stage.send({ type: 'token.decoded' });
    stage.send({ type: 'reader.held' });
    await stage.clock.advance(999);
    expect(stage.value()).toBe('{"active":"held"}');
    stage.send({ type: 'reader.flowing' });
    expect(stage.value()).toBe('{"active":"decoding"}');
    stage.send({ type: 'reader.held' });
    await stage.clock.advance(1000);
    stage.send(ENDED);
    expect(stage.output()).toMatchObject({ outcome: 'expired', reason: 'reader_deadline_exceeded' });
  });

  test.each([
    ['prompting', [] as RequestEvent[]],
    ['decoding', [{ type: 'token.decoded' }] as RequestEvent[]],
    ['held', [{ type: 'reader.held' }] as RequestEvent[]],
  ])('[CR6] its life ends at its deadline while %s, whatever progress it makes', async (_state, events) => {
    const stage = stageRequest({}, 500);
    for (const event of events) stage.send(event);
    await stage.clock.advance(500);
    expect(stage.told).toEqual(['generation.abort']);
    stage.send(ENDED);
    expect(stage.output()).toMatchObject({ outcome: 'expired', reason: 'request_deadline_exceeded' });
  });

  test('[CR7] an abort tells the runtime once and keeps the outcome it came with', () => {
    const stage = stageRequest();
    stage.send({ type: 'request.abort', outcome: 'cancelled', reason: 'cancelled_by_caller' });
    stage.send({ type: 'request.abort', outcome: 'cancelled', reason: 'cancelled_by_stop' });
    expect(stage.told).toEqual(['generation.abort']);
    stage.send(ENDED);
    expect(stage.output()).toMatchObject({ outcome: 'cancelled', reason: 'cancelled_by_caller' });
  });

  test('[CR8] a runtime that does not obey an abort is left behind after the abort deadline', async () => {
    const stage = stageRequest({ abortMsMax: 200 });
    stage.send({ type: 'request.abort', outcome: 'cancelled', reason: 'cancelled_by_caller' });
    await stage.clock.advance(200);
    expect(stage.output()).toMatchObject({ outcome: 'failed', reason: 'abandoned_by_runtime' });
    expect(stage.told).toEqual(['generation.abort', 'left']);
  });

  test('[CR9] without a runtime it fails with port_unprovided', () => {
    const actor = createActor(requestMachine, {
      input: { requestId: 'r1', generation: 1, lifeMs: 1000, limits: DEFAULT_LIMITS },
    }).start();
    expect(actor.getSnapshot().output).toMatchObject({ outcome: 'failed', reason: 'port_unprovided' });
  });
});
