import { describe, expect, test } from '@jest/globals';
import { type Admission, createSupervisor } from '../../index.ts';
import { EMPTY_BOOKS, NOTHING_LEFT, stageSupervisor } from '../doubles/supervisor-stage.ts';

const ARRIVALS = 10_000;
const MAX_IN_FLIGHT = 4;
const QUEUE_BOUND = 96;
const BOUND = MAX_IN_FLIGHT + QUEUE_BOUND;

const staged = async () => {
  const stage = stageSupervisor({ limits: { maxInFlight: MAX_IN_FLIGHT, queueBound: QUEUE_BOUND } });
  await stage.ready();
  return stage;
};

type Stage = Awaited<ReturnType<typeof staged>>;

/** Counts by disposition and reason. */
function census(admissions: readonly Admission[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { disposition, verdict } of admissions) {
    const key = `${disposition} ${verdict.reason}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

async function flood({ supervisor, controls, settle, books, clock }: Stage): Promise<void> {
  controls.hold();
  const admissions = Array.from({ length: ARRIVALS }, () => supervisor.submit({ prompt: 'flood' }));
  expect(census(admissions)).toEqual({
    'admitted admitted': MAX_IN_FLIGHT,
    'queued at_capacity': QUEUE_BOUND,
    'refused queue_full': ARRIVALS - BOUND,
  });
  expect(books()).toEqual({
    inFlight: MAX_IN_FLIGHT,
    queueDepth: QUEUE_BOUND,
    running: MAX_IN_FLIGHT,
    queued: QUEUE_BOUND,
  });
  const places = admissions.filter(({ place }) => place > 0).map(({ place }) => place);
  expect(places).toEqual(Array.from({ length: QUEUE_BOUND }, (_, i) => i + 1));

  const before = controls.calls.filter((call) => call === 'generate').length;
  await settle();
  controls.release();
  for (let round = 0; round < 40; round += 1) await settle();
  const results = await Promise.all(admissions.map(({ result }) => result));
  const outcomes = new Map<string, number>();
  for (const { outcome } of results) outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  expect(Object.fromEntries(outcomes)).toEqual({ completed: BOUND, denied: ARRIVALS - BOUND });
  const generated = controls.calls.filter((call) => call === 'generate').length - before;
  expect(generated).toBe(BOUND - MAX_IN_FLIGHT);
  expect(controls.generatingMax).toBeLessThanOrEqual(MAX_IN_FLIGHT);
  expect(books()).toEqual(EMPTY_BOOKS);
  await clock.advance(1);
}

describe('a flood of 10,000 at bound 100', () => {
  test('[SX1] cold, right after ready: exactly the bound is let in', async () => {
    const stage = await staged();
    await flood(stage);
  });

  test('[SX2] warm, after earlier traffic: exactly the same', async () => {
    const stage = await staged();
    const { supervisor, settle } = stage;
    for (let i = 0; i < 200; i += 1) {
      const { result, cancel } = supervisor.submit({ prompt: `earlier ${i}` });
      if (i % 3 === 0) cancel();
      if (i % 4 === 3) await settle();
      void result;
    }
    await settle();
    await flood(stage);
  });

  test('[SX3] leaves nothing behind once it is stopped', async () => {
    const stage = await staged();
    stage.controls.hold();
    for (let i = 0; i < 1000; i += 1) stage.supervisor.submit({ prompt: 'flood' });
    const stopped = stage.supervisor.stop();
    await stage.settle();
    await stopped;
    expect(stage.books()).toEqual(EMPTY_BOOKS);
    expect(stage.leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SX4] on a supervisor that is stopped lets nothing in', () => {
    const { options } = stageSupervisor();
    const supervisor = createSupervisor(options);
    const admissions = Array.from({ length: 1000 }, () => supervisor.submit({ prompt: 'flood' }));
    expect(census(admissions)).toEqual({ 'refused lifecycle_stopped': 1000 });
  });
});
