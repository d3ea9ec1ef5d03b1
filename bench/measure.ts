/** One line of the report: a figure of this run, and the target it is held against. */
export interface Finding {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** Null where the figure is told for information. */
  readonly target: { readonly atMost: number } | { readonly atLeast: number } | null;
  readonly detail: string;
}

export function finding(
  name: string,
  value: number,
  unit: string,
  target: Finding['target'] = null,
  detail = '',
): Finding {
  return { name, value, unit, target, detail };
}

export function isMet({ value, target }: Finding): boolean | null {
  if (target === null) return null;
  return 'atMost' in target ? value <= target.atMost : value >= target.atLeast;
}

export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;
}

export const median = (values: readonly number[]): number => quantile(values, 0.5);

/**
 * Runs two things turn by turn, so that a machine whose speed drifts slows both alike, and gives the median of the
 * ratios of neighbours. The order within a pair changes, so that neither always comes first.
 */
export async function interleave(
  rounds: number,
  first: () => Promise<number>,
  second: () => Promise<number>,
): Promise<{ readonly first: number[]; readonly second: number[]; readonly ratio: number }> {
  const a: number[] = [];
  const b: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    if (round % 2 === 0) {
      a.push(await first());
      b.push(await second());
    } else {
      b.push(await second());
      a.push(await first());
    }
  }
  return { first: a, second: b, ratio: median(a.map((value, i) => value / b[i]!)) };
}

export async function elapsedMs(work: () => Promise<unknown>): Promise<number> {
  const beganAtMs = performance.now();
  await work();
  return performance.now() - beganAtMs;
}

/** Bytes on the heap after a full collection; the process must run with --expose-gc. */
export function settledHeapBytes(): number {
  const { gc } = globalThis as { gc?: () => void };
  if (gc === undefined) throw new Error('run with --expose-gc');
  gc();
  gc();
  return process.memoryUsage().heapUsed;
}
