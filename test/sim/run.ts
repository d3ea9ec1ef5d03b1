import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { runBatch } from './batch.ts';
import { drawPlan, type Plan } from './plan.ts';
import { readPlan } from './read-plan.ts';
import { HEADING, lineOf, storyOf } from './report.ts';
import { type RunReport, runPlan } from './run-plan.ts';
import { runChecked, runSeed } from './run-seed.ts';
import { shrinkPlan } from './shrink.ts';

/** `npm run sim`: one seed, a plan, or a batch of seeds. Exits 1 when an invariant broke or a situation was never met. */
const USAGE = `usage: npm run sim -- [options]
  --seed N      one seed (or SEED=N)
  --seeds N     a batch of seeds, from --from (default 1)
  --hours H     simulated hours of faults and work for each seed (default 2)
  --plan FILE   a plan, as a failing seed prints it
  --trace FILE  where to write the trace of a single run
  --workers N   processes of a batch (default 2)
  --json        one JSON object a line
`;

/** Failing seeds that are shrunk; the others are named. */
const SHRUNK_MAX = 2;

const { values } = parseArgs({
  options: {
    seed: { type: 'string' },
    seeds: { type: 'string' },
    from: { type: 'string', default: '1' },
    hours: { type: 'string', default: '2' },
    plan: { type: 'string' },
    trace: { type: 'string' },
    workers: { type: 'string', default: '2' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const hours = Number(values.hours);
const say = (text: string) => process.stdout.write(`${text}\n`);

const tell = (report: RunReport): void => {
  const { trace: _trace, checks: _checks, sightings: _sightings, ...short } = report;
  say(values.json ? JSON.stringify(short) : lineOf(report));
};

async function explain(report: RunReport, plan: Plan, command: string): Promise<void> {
  for (const line of storyOf(report, command)) say(line);
  if (report.violation === null || report.violation.rule === 'SI17') return;
  const shrunk = await shrinkPlan(
    plan,
    report.violation,
    async (smaller) => (await runPlan(smaller)).violation,
  );
  say(`smallest plan found in ${shrunk.runs} runs (${shrunk.violation.detail}):`);
  say(JSON.stringify(shrunk.plan));
}

async function runOne(plan: Plan, run: () => Promise<RunReport>, command: string): Promise<boolean> {
  if (!values.json) say(HEADING);
  const report = await run();
  tell(report);
  if (values.trace !== undefined) writeFileSync(values.trace, report.trace);
  if (report.violation !== null) await explain(report, plan, command);
  return report.violation === null;
}

async function runMany(count: number, from: number): Promise<boolean> {
  if (!values.json) say(HEADING);
  const seeds = Array.from({ length: count }, (_, i) => from + i);
  const beganMs = performance.now();
  const batch = await runBatch({ seeds, hours, workers: Number(values.workers), onReport: tell });
  const seconds = (performance.now() - beganMs) / 1000;
  for (const report of batch.failures.slice(0, SHRUNK_MAX)) {
    await explain(report, drawPlan(report.seed, hours), commandOf(report.seed));
  }
  const summary = {
    seeds: count,
    simulatedHours: batch.simulatedHours,
    seconds: Math.round(seconds * 10) / 10,
    failed: batch.failures.map(({ seed }) => seed),
    missing: batch.missing,
    checks: batch.checks,
  };
  if (values.json) say(JSON.stringify(summary));
  else {
    const pace = (batch.simulatedHours / seconds).toFixed(1);
    say(`${count} seeds, ${batch.simulatedHours} simulated hours in ${seconds.toFixed(1)} s (${pace} h/s)`);
    say(`failed: ${summary.failed.join(', ') || 'none'}`);
    say(`never met: ${batch.missing.join(', ') || 'nothing'}`);
  }
  return batch.failures.length === 0 && batch.missing.length === 0;
}

const commandOf = (seed: number) => `npm run sim -- --seed ${seed} --hours ${hours}`;

async function main(): Promise<boolean> {
  if (values.help || !(hours > 0)) {
    say(USAGE);
    return values.help;
  }
  if (values.plan !== undefined) {
    const plan = readPlan(readFileSync(values.plan, 'utf8'));
    return runOne(plan, () => runChecked(plan, true), `npm run sim -- --plan ${values.plan}`);
  }
  const seed = values.seed ?? (values.seeds === undefined ? process.env['SEED'] : undefined);
  if (seed !== undefined) {
    return runOne(drawPlan(Number(seed), hours), () => runSeed(Number(seed), hours), commandOf(Number(seed)));
  }
  return runMany(Number(values.seeds ?? 60), Number(values.from));
}

process.exitCode = (await main()) ? 0 : 1;
