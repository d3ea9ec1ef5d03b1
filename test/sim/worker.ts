import { drawPlan } from './plan.ts';
import { rejectUnheard } from './plants.ts';
import { runPlan } from './run-plan.ts';
import { runSeed } from './run-seed.ts';

/** What the batch asks of a worker: one seed. */
export interface SeedOrder {
  readonly seed: number;
  readonly hours: number;
  /** Plants a rejection that nobody handles. */
  readonly unheard?: boolean;
}

process.on('message', async ({ seed, hours, unheard }: SeedOrder) => {
  const run = unheard ? runPlan(drawPlan(seed, hours), { plant: rejectUnheard }) : runSeed(seed, hours);
  const { trace, ...report } = await run;
  // A trace is long, and nobody reads that of a run that went well.
  process.send?.({ ...report, trace: report.violation === null ? '' : trace });
});
