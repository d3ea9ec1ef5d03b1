import { describe, expect, jest, test } from '@jest/globals';
import type { Admission, SupervisorRequest } from '../../../index.ts';
import {
  EMPTY_BOOKS,
  type StageOptions,
  type SupervisorStage,
  stageSupervisor,
  words,
} from '../../doubles/supervisor-stage.ts';

interface OutcomeCase {
  readonly name: string;
  readonly outcome: string;
  readonly reason: string;
  readonly stage?: StageOptions;
  readonly request?: Partial<SupervisorRequest>;
  readonly drive: (stage: SupervisorStage, admission: Admission) => Promise<unknown>;
}

const signal = () => {
  const controller = new AbortController();
  return { controller, request: { signal: controller.signal } };
};
const held = signal();

const CASES: readonly OutcomeCase[] = [
  {
    name: 'left to itself',
    outcome: 'completed',
    reason: 'generation_completed',
    drive: ({ controls, settle }) => {
      controls.release();
      return settle();
    },
  },
  {
    name: 'cancelled by cancel()',
    outcome: 'cancelled',
    reason: 'cancelled_by_caller',
    drive: async ({ settle }, { cancel }) => {
      cancel();
      cancel();
      await settle();
    },
  },
  {
    name: 'cancelled by its signal',
    outcome: 'cancelled',
    reason: 'cancelled_by_caller',
    request: held.request,
    drive: async ({ settle }) => {
      held.controller.abort();
      await settle();
    },
  },
  {
    name: 'left by its reader',
    outcome: 'cancelled',
    reason: 'cancelled_by_caller',
    drive: async ({ controls, settle }, { tokens }) => {
      const left = (async () => {
        for await (const _ of tokens) break;
      })();
      controls.step(3);
      await settle();
      await left;
      await settle();
    },
  },
  {
    name: 'read by a consumer that throws',
    outcome: 'cancelled',
    reason: 'cancelled_by_caller',
    drive: async ({ controls, settle }, { tokens }) => {
      const thrown = (async () => {
        for await (const _ of tokens) throw new Error('the consumer has a bug');
      })().catch(() => undefined);
      controls.step(3);
      await settle();
      await thrown;
      await settle();
    },
  },
  {
    name: 'with a deadline that passes',
    outcome: 'expired',
    reason: 'request_deadline_exceeded',
    request: { deadlineMs: 400 },
    drive: ({ clock }) => clock.advance(400),
  },
  {
    name: 'whose prompt makes no progress',
    outcome: 'expired',
    reason: 'first_token_deadline_exceeded',
    stage: { limits: { firstTokenMsMax: 300 } },
    drive: ({ clock }) => clock.advance(300),
  },
  {
    name: 'whose tokens stop coming',
    outcome: 'expired',
    reason: 'stall_deadline_exceeded',
    stage: { limits: { stallMsMax: 300 } },
    drive: async ({ controls, clock }) => {
      controls.step(3);
      await clock.advance(300);
    },
  },
  {
    name: 'whose reader stops reading',
    outcome: 'expired',
    reason: 'reader_deadline_exceeded',
    stage: { limits: { readerMsMax: 300, tokenBufferChunks: 2 }, answer: () => words(100) },
    drive: async ({ controls, clock }, { tokens }) => {
      void tokens[Symbol.asyncIterator]().next();
      controls.release();
      await clock.advance(500);
    },
  },
  {
    name: 'longer than the context',
    outcome: 'denied',
    reason: 'prompt_too_long',
    stage: { runtime: { contextTokens: 16 } },
    request: { prompt: words(16) },
    drive: ({ controls, settle }) => {
      controls.release();
      return settle();
    },
  },
  {
    name: 'in a prompt of blanks alone',
    outcome: 'denied',
    reason: 'prompt_empty',
    request: { prompt: '   ' },
    drive: ({ settle }) => settle(),
  },
  {
    name: 'stopped with its supervisor',
    outcome: 'cancelled',
    reason: 'cancelled_by_stop',
    drive: async ({ supervisor, settle }) => {
      const stopped = supervisor.stop();
      await settle();
      await stopped;
    },
  },
];

describe('a running request', () => {
  test.each(CASES)('[SV50] $name is $outcome: $reason, once', async (row) => {
    const stage = stageSupervisor({ answer: () => words(8), ...row.stage });
    const { supervisor, ready, controls, books, clock, leftovers } = stage;
    await ready();
    controls.hold();
    const admission = supervisor.submit({ prompt: 'hello', ...row.request });
    expect(admission.disposition).toBe('admitted');
    await row.drive(stage, admission);
    const { outcome, reason } = row;
    expect(await admission.result).toMatchObject({ requestId: admission.requestId, outcome, reason });
    admission.cancel();
    controls.release();
    await clock.advance(1);
    expect(await admission.result).toMatchObject({ outcome, reason });
    expect(books()).toEqual(EMPTY_BOOKS);
    expect(leftovers().generations).toBe(0);
  });

  test.each(['generation_failed', 'runtime_out_of_memory'] as const)(
    '[SV51] that the runtime fails is failed: %s, and the runtime is checked',
    async (reason) => {
      const { supervisor, ready, controls, settle } = stageSupervisor();
      await ready();
      controls.failNext('generate', reason);
      const { result } = supervisor.submit({ prompt: 'hello' });
      await settle();
      expect(await result).toMatchObject({ outcome: 'failed', reason, finishReason: null });
      expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', substate: 'healthy' });
      expect(controls.calls.filter((call) => call === 'healthCheck')).toHaveLength(2);
    },
  );

  test('[SV52] of a runtime that throws is failed', async () => {
    const stage = stageSupervisor();
    await stage.ready();
    jest.spyOn(stage.runtime, 'generate').mockImplementation(() => {
      throw new Error('no port throws');
    });
    const { result } = stage.supervisor.submit({ prompt: 'hello' });
    await stage.settle();
    expect(await result).toMatchObject({ outcome: 'failed', reason: 'generation_failed' });
  });

  test('[SV53] that the runtime will not give up has its outcome at once, and its slot later', async () => {
    const { supervisor, ready, controls, settle } = stageSupervisor({
      limits: { maxInFlight: 1 },
      answer: () => words(8),
    });
    await ready();
    controls.hold();
    controls.wedge('abort');
    const first = supervisor.submit({ prompt: 'a' });
    await settle();
    first.cancel();
    expect((await first.result).outcome).toBe('cancelled');
    const second = supervisor.submit({ prompt: 'b' });
    expect(second.disposition).toBe('queued');
    controls.unwedge('abort');
    await settle();
    expect(supervisor.getSnapshot()).toMatchObject({ inFlight: 1, queueDepth: 0 });
    controls.release();
    await settle();
    expect((await second.result).outcome).toBe('completed');
  });
});

describe('a queued request', () => {
  const queued = async () => {
    const stage = stageSupervisor({ limits: { maxInFlight: 1, queueMsMax: 500 } });
    await stage.ready();
    stage.controls.hold();
    const running = stage.supervisor.submit({ prompt: 'running' });
    return { ...stage, running };
  };

  test('[SV54] that is cancelled frees its place and touches no running one', async () => {
    const { supervisor, running, controls, settle, books } = await queued();
    const waiting = supervisor.submit({ prompt: 'waiting' });
    waiting.cancel();
    expect(await waiting.result).toMatchObject({ outcome: 'cancelled', reason: 'cancelled_by_caller' });
    expect(books()).toEqual({ inFlight: 1, queueDepth: 0, running: 1, queued: 0 });
    controls.release();
    await settle();
    expect((await running.result).outcome).toBe('completed');
  });

  test('[SV55] that waits too long is expired: queue_wait_exceeded', async () => {
    const { supervisor, clock } = await queued();
    const waiting = supervisor.submit({ prompt: 'waiting' });
    await clock.advance(500);
    expect(await waiting.result).toMatchObject({
      outcome: 'expired',
      reason: 'queue_wait_exceeded',
      timings: { queuedMs: null, firstTokenMs: null, decodeMs: null, totalMs: 500 },
    });
  });

  test('[SV56] that is left by its reader is cancelled', async () => {
    const { supervisor, books } = await queued();
    const waiting = supervisor.submit({ prompt: 'waiting' });
    await waiting.tokens[Symbol.asyncIterator]().return?.();
    expect((await waiting.result).outcome).toBe('cancelled');
    expect(books()).toMatchObject({ queueDepth: 0 });
  });
});
