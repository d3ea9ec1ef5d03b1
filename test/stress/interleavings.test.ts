import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Admission } from '../../index.ts';
import { EMPTY_BOOKS, NOTHING_LEFT, settled, stageSupervisor, words } from '../doubles/supervisor-stage.ts';

type Step =
  | { readonly do: 'submit'; readonly deadlineMs: number | undefined; readonly reads: number }
  | { readonly do: 'cancel'; readonly which: number }
  | { readonly do: 'command'; readonly name: 'start' | 'stop' | 'drain' }
  | { readonly do: 'step'; readonly count: number }
  | { readonly do: 'fail'; readonly call: 'generate' | 'healthCheck' | 'spawn' }
  | { readonly do: 'wait'; readonly ms: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('submit' as const),
      deadlineMs: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }),
      reads: fc.integer({ min: 0, max: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('cancel' as const), which: fc.nat(20) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('command' as const),
      name: fc.constantFrom('start', 'stop', 'drain'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('step' as const), count: fc.integer({ min: 1, max: 8 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('fail' as const),
      call: fc.constantFrom('generate', 'healthCheck', 'spawn'),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({ do: fc.constant('wait' as const), ms: fc.integer({ min: 0, max: 400 }) }),
  },
) as fc.Arbitrary<Step>;

const LIMITS = {
  maxInFlight: 2,
  queueBound: 3,
  queueMsMax: 700,
  stallMsMax: 600,
  firstTokenMsMax: 600,
  readerMsMax: 400,
  abortMsMax: 200,
  releaseMsMax: 200,
  drainMsMax: 500,
  probeMsMax: 300,
  tokenBufferChunks: 2,
  backoffMsMin: 100,
  backoffMsMax: 400,
} as const;

async function play(steps: readonly Step[]): Promise<void> {
  const stage = stageSupervisor({ limits: LIMITS, answer: () => words(6) });
  const { supervisor, ready, controls, clock, books, leftovers } = stage;
  await ready();
  controls.hold();
  const admissions: Admission[] = [];
  const told = new Map<string, number>();
  const commands: Promise<unknown>[] = [];

  for (const now of steps) {
    switch (now.do) {
      case 'submit': {
        const admission = supervisor.submit({
          prompt: 'hello',
          ...(now.deadlineMs !== undefined && { deadlineMs: now.deadlineMs }),
        });
        admissions.push(admission);
        told.set(admission.requestId, 0);
        void admission.result.then(({ requestId }) => told.set(requestId, (told.get(requestId) ?? 0) + 1));
        const reader = now.reads > 0 ? admission.tokens[Symbol.asyncIterator]() : null;
        for (let read = 1; read < now.reads; read += 1) void reader?.next();
        if (now.reads === 3) void reader?.return?.();
        break;
      }
      case 'cancel':
        admissions[now.which % Math.max(1, admissions.length)]?.cancel();
        break;
      case 'command':
        commands.push(settled<unknown>(supervisor[now.name]()));
        break;
      case 'step':
        controls.step(now.count);
        break;
      case 'fail':
        controls.failNext(now.call, now.call === 'spawn' ? 'runtime_load_failed' : 'generation_failed');
        break;
      case 'wait':
        await clock.advance(now.ms);
        break;
    }
    const { inFlight, queueDepth, running, queued } = books();
    expect([inFlight, queueDepth]).toEqual([running, queued]);
    expect(inFlight).toBeLessThanOrEqual(LIMITS.maxInFlight);
    expect(queueDepth).toBeLessThanOrEqual(LIMITS.queueBound);
    expect(controls.generating).toBeLessThanOrEqual(LIMITS.maxInFlight);
    expect(controls.alive).toBeLessThanOrEqual(1);
  }

  controls.release();
  const stopped = supervisor.stop();
  await clock.advance(1500);
  await stopped;
  await Promise.all(commands);
  expect([...told.values()].filter((count) => count !== 1)).toEqual([]);
  expect(supervisor.actor.getSnapshot().status).toBe('active');
  expect(books()).toEqual(EMPTY_BOOKS);
  expect(leftovers()).toEqual(NOTHING_LEFT);
}

describe('any order of what hosts, readers and runtimes do', () => {
  test('[SX7] keeps the bounds, ends in stopped, and gives each request one outcome', async () => {
    await fc.assert(fc.asyncProperty(fc.array(step, { minLength: 5, maxLength: 40 }), play), {
      numRuns: 150,
    });
  });
});
