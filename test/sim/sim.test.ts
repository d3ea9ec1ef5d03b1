import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { type BatchReport, runBatch } from './batch.ts';
import { INVARIANTS } from './judge.ts';
import { MODEL_PLANTS } from './model-plants.ts';
import { drawPlan, type Plan } from './plan.ts';
import { loseExpired, PLANTS } from './plants.ts';
import { readPlan } from './read-plan.ts';
import { REGRESSIONS } from './regressions.ts';
import { lineOf, storyOf } from './report.ts';
import { runPlan } from './run-plan.ts';
import { runChecked } from './run-seed.ts';
import { shrinkPlan } from './shrink.ts';

const SEEDS = Array.from({ length: 60 }, (_, i) => i + 1);
const HOURS = 1;
/** A seed whose model has a URL. */
const REMOTE_SEED = 13;
/** On two cores that others use too. */
const BATCH_MS_MAX = 240_000;

/** A run takes half a second; this is for a machine that is short of cores. */
jest.setTimeout(60_000);

describe('a batch of seeds', () => {
  let batch: BatchReport;

  beforeAll(async () => {
    batch = await runBatch({ seeds: SEEDS, hours: HOURS, workers: 2 });
  }, BATCH_MS_MAX);

  test.each(INVARIANTS)('[$id] $holds', ({ id }) => {
    const broken = batch.failures.filter(({ violation }) => violation?.rule === id);
    expect(broken.map(({ seed, violation }) => `seed ${seed}: ${violation?.detail}`)).toEqual([]);
    expect(batch.checks[id]).toBeGreaterThan(0);
  });

  test('[SM1] breaks no invariant in 60 simulated hours', () => {
    expect(batch.failures.map(({ seed, violation }) => `${seed}: ${violation?.rule}`)).toEqual([]);
    expect(batch.simulatedHours).toBe(60);
  });

  test('[SM2] meets every situation that it is there for', () => {
    expect(batch.missing).toEqual([]);
  });

  test('[SM3] gives each seed the run that it has alone, in another process', async () => {
    const { hash } = await runPlan(drawPlan(7, HOURS));
    expect(batch.hashes.get(7)).toBe(hash);
    expect(new Set(batch.hashes.values()).size).toBe(SEEDS.length);
  });
});

describe('a run', () => {
  const short = drawPlan(11, 0.3);
  const remote: Plan = drawPlan(REMOTE_SEED, 0.3);

  test.each([
    ['a file', short],
    ['a URL', remote],
  ])(
    '[SM4] of %s waits long enough after each event: four times the promise turns change nothing',
    async (_what, plan) => {
      const [usual, patient] = [await runPlan(plan), await runPlan(plan, { turns: 128 })];
      expect(patient.hash).toBe(usual.hash);
    },
  );

  test.each([
    ['a file', short],
    ['a URL', remote],
  ])(
    '[SM4] of %s comes out the same with inspection on, and with observers that throw',
    async (_what, plan) => {
      expect((await runPlan(plan, { watched: true })).hash).toBe((await runPlan(plan)).hash);
    },
  );

  test('[SM19] is of a file or of a URL with mirrors, as its seed says', () => {
    const sources = SEEDS.map((seed) => drawPlan(seed, HOURS).download?.mirrors ?? 0);
    expect(new Set(sources)).toEqual(new Set([0, 1, 2]));
    expect(sources.filter((mirrors) => mirrors > 0).length).toBeGreaterThan(SEEDS.length / 3);
    expect([short.download, remote.download?.mirrors ?? 0]).toEqual([null, expect.any(Number)]);
  });

  test('[SM5] is told by its seed and its hours alone', () => {
    expect(drawPlan(5, 1)).toEqual(drawPlan(5, 1));
    expect(drawPlan(6, 1)).not.toEqual(drawPlan(5, 1));
  });

  test('[SM5] is told by its plan, as it is printed', async () => {
    const printed = readPlan(JSON.stringify(short));
    expect(printed).toEqual(short);
    expect((await runPlan(printed)).hash).toBe((await runPlan(short)).hash);
  });

  test.each([
    ['a fault of no kind', { faults: [{ kind: 'moon', atMs: 0, forMs: 1, at: 0 }] }],
    ['an act of no kind', { acts: [{ do: 'dance', atMs: 0 }] }],
    ['no hours', { hours: 0 }],
    ['a mirror too many', { download: { mirrors: 3 } }],
  ])('[SM6] what is no plan is refused: %s', (_case, change) => {
    expect(() => readPlan(JSON.stringify({ ...short, ...change }))).toThrow();
  });

  test.each(REGRESSIONS)('[SM7] keeps every invariant that it once broke: $was', async ({ plan }) => {
    expect((await runChecked(plan, true)).violation).toBeNull();
  });
});

describe('a defect that is planted', () => {
  test.each(PLANTS)('[SM8] $name: $rule notices', async ({ rule, plant }) => {
    const { violation } = await runPlan(drawPlan(8, 0.4), { plant });
    expect(violation?.rule).toBe(rule);
  });

  test.each(MODEL_PLANTS)('[SM8] $name: $rule notices', async ({ rule, plantModel }) => {
    const calm: Plan = { ...drawPlan(8, 0.1), faults: [], download: { mirrors: 1 } };
    expect((await runPlan(calm)).violation).toBeNull();
    const { violation } = await runPlan(calm, { plantModel });
    expect(violation?.rule).toBe(rule);
  });

  test('[SM8] a rejection that nobody handles: SI12 notices', async () => {
    const { failures } = await runBatch({ seeds: [8], hours: 0.4, workers: 1, unheard: true });
    expect(failures.map(({ violation }) => violation?.rule)).toEqual(['SI12']);
    expect(failures[0]?.violation?.detail).toContain('of nobody');
  });

  test('[SM9] shrinks to the few things that it takes', async () => {
    const plan = drawPlan(8, 0.4);
    const run = async (smaller: Plan) => (await runPlan(smaller, { plant: loseExpired })).violation;
    const found = await run(plan);
    if (found === null) throw new Error('the plan does not break');
    const shrunk = await shrinkPlan(plan, found, run);
    expect(shrunk.violation.rule).toBe(found.rule);
    expect(plan.acts.length).toBeGreaterThan(50);
    expect(shrunk.plan.acts.length).toBeLessThanOrEqual(4);
    expect(shrunk.plan.faults.length).toBeLessThanOrEqual(1);
    expect((await run(shrunk.plan))?.rule).toBe(found.rule);
    // Nothing more can go: the run of what is left without any one act is whole.
    for (const left of shrunk.plan.acts.keys()) {
      expect(await run({ ...shrunk.plan, acts: shrunk.plan.acts.toSpliced(left, 1) })).toBeNull();
    }
  });

  test('[SM10] is told with its invariant, the last ten lines of the trace, and the command', async () => {
    const report = await runPlan(drawPlan(8, 0.4), { plant: loseExpired });
    const story = storyOf(report, 'npm run sim -- --seed 8');
    expect(story[0]).toMatch(/^SI14 did not hold at \d+ ms: /);
    expect(story.filter((line) => line.startsWith('{"'))).toHaveLength(10);
    expect(story.at(-1)).toBe('again: npm run sim -- --seed 8');
    expect(lineOf(report)).toMatch(/^8 +\d+\.\d\d +\d+ +\d+ +\d+ +[0-9a-f]{16} +broke SI14$/);
  });
});
