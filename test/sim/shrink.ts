import type { Violation } from './judge.ts';
import type { Act, Plan } from './plan.ts';

export interface Shrunk {
  readonly plan: Plan;
  readonly violation: Violation;
  /** Runs that it took. */
  readonly runs: number;
}

export interface ShrinkOptions {
  /** Runs to spend at most. Default 300. */
  readonly runsMax?: number;
}

const HOUR_MS = 3_600_000;

/**
 * The smallest plan found that breaks the same invariant: nothing of after the violation, then fewer faults, fewer
 * acts, plainer ones, and a shorter time.
 */
export async function shrinkPlan(
  plan: Plan,
  violation: Violation,
  run: (plan: Plan) => Promise<Violation | null>,
  { runsMax = 300 }: ShrinkOptions = {},
): Promise<Shrunk> {
  let best = { plan, violation };
  let runs = 0;

  /** Keeps a smaller plan that fails in the same way. */
  const take = async (smaller: Plan): Promise<boolean> => {
    if (runs >= runsMax) return false;
    runs += 1;
    const found = await run(smaller);
    if (found?.rule !== violation.rule) return false;
    best = { plan: smaller, violation: found };
    return true;
  };

  await take(until(plan, violation.atMs));
  await take({ ...best.plan, acts: onlyCommands(best.plan.acts) });
  await thin(best.plan.faults, (faults) => take({ ...best.plan, faults }));
  await thin(best.plan.acts, (acts) => take({ ...best.plan, acts }));
  await thin(best.plan.faults, (faults) => take({ ...best.plan, faults }));
  for (let index = 0; index < best.plan.acts.length; index += 1) {
    const plain = plainer(best.plan.acts[index]!);
    if (plain !== null) await take({ ...best.plan, acts: best.plan.acts.with(index, plain) });
  }
  await take(until(best.plan, lastMoment(best.plan)));
  return { ...best, runs };
}

/** Leaves out ever smaller parts of a list, as long as what is left still will do. */
async function thin<T>(list: readonly T[], take: (shorter: readonly T[]) => Promise<boolean>): Promise<void> {
  let kept = list;
  for (let size = Math.ceil(kept.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = 0; from < kept.length; ) {
      const shorter = [...kept.slice(0, from), ...kept.slice(from + size)];
      if (await take(shorter)) kept = shorter;
      else from += size;
    }
  }
}

function until(plan: Plan, atMs: number): Plan {
  return {
    ...plan,
    hours: Math.min(plan.hours, Math.max(1, Math.ceil(atMs)) / HOUR_MS),
    faults: plan.faults.filter((fault) => fault.atMs <= atMs),
    acts: plan.acts.filter((act) => act.atMs <= atMs),
  };
}

function lastMoment({ faults, acts }: Plan): number {
  return Math.max(
    0,
    ...faults.map(({ atMs, forMs }) => atMs + forMs),
    ...acts.map(({ atMs }) => atMs + 60_000),
  );
}

const onlyCommands = (acts: readonly Act[]): readonly Act[] => acts.filter((act) => act.do !== 'ask');

function plainer(act: Act): Act | null {
  if (act.do !== 'ask') return null;
  const { atMs, tokens } = act;
  return {
    do: 'ask',
    atMs,
    tokens,
    promptWords: 1,
    reader: 'fast',
    cancelAfterMs: null,
    by: 'call',
    deadlineMs: null,
    wait: true,
    inside: false,
  };
}
