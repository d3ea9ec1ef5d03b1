import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { InvariantId } from './judge.ts';
import type { RunReport } from './run-plan.ts';
import { missingSightings } from './sightings.ts';
import type { SeedOrder } from './worker.ts';

export interface BatchOptions {
  readonly seeds: readonly number[];
  readonly hours: number;
  /** Processes that run seeds side by side. */
  readonly workers: number;
  /** Plants a rejection that nobody handles: for tests. */
  readonly unheard?: boolean;
  /** Told of each seed when it is done, in order of the seeds. */
  readonly onReport?: (report: RunReport) => void;
}

export interface BatchReport {
  readonly failures: readonly RunReport[];
  /** Situations that no run of the batch met. */
  readonly missing: readonly string[];
  readonly simulatedHours: number;
  readonly checks: Readonly<Partial<Record<InvariantId, number>>>;
  readonly hashes: ReadonlyMap<number, string>;
}

/** Runs many seeds, each in whichever process is free. */
export async function runBatch(options: BatchOptions): Promise<BatchReport> {
  const { seeds, hours, workers, unheard = false, onReport } = options;
  const reports = new Map<number, RunReport>();
  let asked = 0;
  let told = 0;

  const keep = (report: RunReport): void => {
    reports.set(report.seed, report);
    for (let next = reports.get(seeds[told]!); next !== undefined; next = reports.get(seeds[told]!)) {
      onReport?.(next);
      told += 1;
      if (told === seeds.length) return;
    }
  };

  const work = async (): Promise<void> => {
    const worker = fork(fileURLToPath(new URL('./worker.ts', import.meta.url)), [], {
      execArgv: ['--import', 'tsx'],
      // What this process was given for its own modules is none of the worker's.
      env: { ...process.env, NODE_OPTIONS: '' },
    });
    try {
      while (asked < seeds.length) {
        const seed = seeds[asked]!;
        asked += 1;
        keep(await askWorker(worker, { seed, hours, unheard }));
      }
    } finally {
      worker.kill();
    }
  };

  await Promise.all(Array.from({ length: Math.min(workers, seeds.length) }, work));
  return summarise([...reports.values()], hours);
}

function askWorker(worker: ChildProcess, order: SeedOrder): Promise<RunReport> {
  return new Promise((resolve, reject) => {
    const onExit = (code: number | null) =>
      reject(new Error(`seed ${order.seed} ended its worker (${code})`));
    worker.once('exit', onExit);
    worker.once('message', (report) => {
      worker.off('exit', onExit);
      resolve(report as RunReport);
    });
    worker.send(order);
  });
}

function summarise(reports: readonly RunReport[], hours: number): BatchReport {
  const checks: Partial<Record<InvariantId, number>> = {};
  for (const report of reports) {
    for (const [rule, count] of Object.entries(report.checks) as [InvariantId, number][]) {
      checks[rule] = (checks[rule] ?? 0) + count;
    }
  }
  return {
    failures: reports.filter(({ violation }) => violation !== null),
    missing: missingSightings(reports.flatMap(({ sightings }) => sightings)),
    simulatedHours: reports.length * hours,
    checks,
    hashes: new Map(reports.map(({ seed, hash }) => [seed, hash])),
  };
}
