import { describe, expect, test } from '@jest/globals';
import type { Admission } from '../../index.ts';
import { createDice } from '../doubles/dice.ts';
import { EMPTY_BOOKS, NOTHING_LEFT, settled, stageSupervisor, words } from '../doubles/supervisor-stage.ts';

const SEEDS = [1, 2, 3];

/** Counts how often each request got an outcome. */
function recordOutcomes() {
  const outcomes = new Map<string, string[]>();
  return {
    outcomes,
    watch: ({ requestId, result }: Admission) => {
      outcomes.set(requestId, []);
      void result.then(({ outcome }) => outcomes.get(requestId)?.push(outcome));
    },
  };
}

describe('a storm of cancellations', () => {
  test.each(SEEDS)(
    '[SX5] leaves each request one outcome, and the books balanced (seed %i)',
    async (seed) => {
      const dice = createDice(seed);
      const { supervisor, ready, settle, controls, books, leftovers } = stageSupervisor({
        limits: { maxInFlight: 4, queueBound: 30 },
        answer: () => words(1 + dice.roll(12)),
      });
      await ready();
      controls.hold();
      const { outcomes, watch } = recordOutcomes();
      const open: Admission[] = [];
      for (let i = 0; i < 600; i += 1) {
        const admission = supervisor.submit({ prompt: `storm ${i}` });
        watch(admission);
        open.push(admission);
        if (dice.roll(3) > 0) dice.pick(open).cancel();
        if (dice.roll(4) === 0) controls.step(1 + dice.roll(10));
        if (dice.roll(10) === 0) await settle();
        const { inFlight, queueDepth, running, queued } = books();
        expect([inFlight, queueDepth]).toEqual([running, queued]);
        expect(inFlight).toBeLessThanOrEqual(4);
        expect(queueDepth).toBeLessThanOrEqual(30);
      }
      controls.release();
      for (let round = 0; round < 20; round += 1) await settle();
      expect(outcomes.size).toBe(600);
      expect([...outcomes.values()].filter((told) => told.length !== 1)).toEqual([]);
      expect(new Set([...outcomes.values()].flat())).toEqual(new Set(['completed', 'cancelled', 'denied']));
      expect(books()).toEqual(EMPTY_BOOKS);
      expect(controls.generating).toBe(0);
      expect(controls.generatingMax).toBeLessThanOrEqual(4);
      const stopped = supervisor.stop();
      await settle();
      await stopped;
      expect(leftovers()).toEqual(NOTHING_LEFT);
    },
  );
});

describe('a storm of commands', () => {
  const FAULTS = [
    ['spawn', 'runtime_load_failed'],
    ['healthCheck', 'runtime_probe_failed'],
    ['generate', 'generation_failed'],
    ['dispose', 'internal_error'],
  ] as const;

  test.each(SEEDS)(
    '[SX6] settles each of 200, and ends stopped with nothing left (seed %i)',
    async (seed) => {
      const dice = createDice(seed);
      const stage = stageSupervisor({
        limits: { maxInFlight: 2, queueBound: 4, abortMsMax: 200, releaseMsMax: 300, drainMsMax: 400 },
        answer: () => words(1 + dice.roll(20)),
      });
      const { supervisor, controls, clock, books, leftovers } = stage;
      const { outcomes, watch } = recordOutcomes();
      const commands: Promise<unknown>[] = [];
      const fail = ([call, reason]: (typeof FAULTS)[number]) => controls.failNext(call, reason);
      for (let i = 0; i < 200; i += 1) {
        const command = dice.pick(['start', 'start', 'stop', 'drain'] as const);
        commands.push(settled<unknown>(supervisor[command]()));
        for (let requests = dice.roll(5); requests > 0; requests -= 1) {
          watch(supervisor.submit({ prompt: `command ${i}` }));
        }
        if (dice.roll(8) === 0) fail(dice.pick(FAULTS));
        if (dice.roll(3) === 0) controls.hold();
        if (dice.roll(3) === 0) controls.release();
        await clock.advance(dice.pick([0, 0, 1, 50, 300]));
      }
      controls.release();
      const stopped = supervisor.stop();
      await clock.advance(2000);
      await stopped;
      await Promise.all(commands);
      expect([...outcomes.values()].filter((told) => told.length !== 1)).toEqual([]);
      expect(supervisor.getSnapshot()).toMatchObject({ state: 'stopped', substate: 'idle' });
      expect(books()).toEqual(EMPTY_BOOKS);
      // A dispose that failed leaves its model to the shutdown after it.
      expect(leftovers()).toEqual(NOTHING_LEFT);
    },
  );
});
