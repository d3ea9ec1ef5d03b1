import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { transitionLifecycle } from '../../../policies/lifecycle.ts';
import { type Move, make, move } from '../../doubles/chart-moves.ts';
import { stageChart } from '../../doubles/chart-stage.ts';

const LIMITS = {
  maxInFlight: 2,
  queueBound: 3,
  queueMsMax: 500,
  acquireStallMsMax: 5000,
  loadStallMsMax: 5000,
  probeMsMax: 800,
};

type Stage = ReturnType<typeof stageChart>;

function check(stage: Stage): void {
  const { admission, running, queue, lifecycle, generation: current } = stage.context();
  expect(stage.actor.getSnapshot().status).toBe('active');
  expect(admission).toMatchObject({ inFlight: running.length, queued: queue.length });
  expect(running.length).toBeLessThanOrEqual(LIMITS.maxInFlight);
  expect(queue.length).toBeLessThanOrEqual(LIMITS.queueBound);
  expect(Object.keys(stage.value())[0]).toBe(lifecycle.phase);
  if (lifecycle.phase === 'stopped' || lifecycle.phase === 'starting')
    expect([running, queue]).toEqual([[], []]);
  for (const request of running) expect(request.generation).toBe(current);
}

describe('any sequence of events', () => {
  test('[CP1] keeps the books right, the actor alive and the states in step with the lifecycle', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 60 }), async (moves) => {
        const stage = stageChart(LIMITS);
        for (const step of moves) {
          await make(stage, step);
          check(stage);
        }
        expect(stage.errors).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  test('[CP2] moves the public state only where the pure lifecycle leads', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 60 }), async (moves) => {
        const stage = stageChart(LIMITS);
        const phases: string[] = [];
        stage.actor.subscribe(({ context }) => {
          if (phases.at(-1) !== context.lifecycle.phase) phases.push(context.lifecycle.phase);
        });
        for (const step of moves) await make(stage, step);
        for (const [i, phase] of phases.slice(1).entries()) {
          const before = phases[i];
          // A start that waited for the drain passes through `stopped` within one step.
          if (before === 'draining' && phase === 'starting') continue;
          expect([before, phase, transitionLifecycle({ phase: before }, phase).verdict.ok]).toEqual([
            before,
            phase,
            true,
          ]);
        }
      }),
      { numRuns: 300 },
    );
  });

  test('[CP3] every request that was let in is run or concluded, and concluded at most once', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 60 }), async (moves) => {
        const stage = stageChart(LIMITS);
        const letIn = new Set<string>();
        for (const step of moves) {
          if (step.do === 'submit') {
            const { requestId: id, disposition } = stage.submit();
            if (disposition !== 'refused') letIn.add(id);
          } else await make(stage, step);
        }
        const runs = stage.effects
          .filter(({ type }) => type === 'request.run')
          .map(({ requestId: id }) => id);
        const ends = stage.effects
          .filter(({ type }) => type === 'request.conclude')
          .map(({ requestId: id }) => id);
        expect(new Set(runs).size).toBe(runs.length);
        expect(new Set(ends).size).toBe(ends.length);
        const waiting = stage.context().queue.map(({ requestId: id }) => id);
        for (const id of letIn)
          expect(runs.includes(id) || ends.includes(id) || waiting.includes(id)).toBe(true);
        for (const id of [...runs, ...ends]) expect(letIn.has(id)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('[CP5] decides the same whether or not running requests tell how far they are', async () => {
    const decided = async (moves: readonly Move[]) => {
      const stage = stageChart(LIMITS);
      for (const step of moves) await make(stage, step);
      const { running, ...context } = stage.context();
      const books = running.map(({ progress: _progress, ...request }) => request);
      return { context, books, state: stage.value(), effects: stage.effects, ports: stage.ports };
    };
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 60 }), async (moves) => {
        expect(await decided(moves)).toEqual(await decided(moves.filter((step) => step.do !== 'advance')));
      }),
      { numRuns: 300 },
    );
  });

  test('[CP4] leaves stop able to reach idle within the deadlines, whatever the ports do not say', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(move, { maxLength: 40 }), async (moves) => {
        const stage = stageChart({ ...LIMITS, abortMsMax: 100, releaseMsMax: 100 });
        for (const step of moves) await make(stage, step);
        stage.stop();
        await stage.clock.advance(400);
        expect(stage.value()).toEqual({ stopped: 'idle' });
        expect(stage.clock.pending()).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});
