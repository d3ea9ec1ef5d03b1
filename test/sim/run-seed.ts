import { drawPlan, type Plan } from './plan.ts';
import { type RunReport, runPlan } from './run-plan.ts';

/** One seed in so many runs twice, the second time with everybody watching. */
const TWICE_EVERY = 20;

/** Draws and runs the plan of a seed. */
export function runSeed(seed: number, hours: number): Promise<RunReport> {
  return runChecked(drawPlan(seed, hours), seed % TWICE_EVERY === 0);
}

/** Runs a plan, and with `twice` once more: the run must come out the same. */
export async function runChecked(plan: Plan, twice: boolean): Promise<RunReport> {
  const report = await runPlan(plan);
  if (!twice || report.violation !== null) return report;
  const again = await runPlan(plan, { watched: true });
  const checks = { ...report.checks, SI17: 1 };
  if (again.hash === report.hash) return { ...report, checks };
  const detail = `the same plan gave ${report.hash}, and ${again.hash} when it was watched`;
  return { ...report, checks, violation: { rule: 'SI17', atMs: 0, detail } };
}
