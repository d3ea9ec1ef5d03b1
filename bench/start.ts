import { runChild } from './child.ts';
import { type Finding, finding, interleave, median } from './measure.ts';
import type { BenchModel } from './models.ts';

/** From `start()` to `ready` against the same steps by hand, each in a fresh process. */
export async function benchStart(model: BenchModel, rounds: number): Promise<Finding[]> {
  const once = (script: string) => async () => (await runChild<{ ms: number }>(script, model)).ms;
  const { first, second, ratio } = await interleave(
    rounds,
    once('./start-supervisor.ts'),
    once('./start-raw.ts'),
  );
  return [
    finding(
      `start to ready, ${model.name}: supervisor / raw steps`,
      ratio,
      'ratio',
      { atMost: 1.15 },
      `${Math.round(median(first))} against ${Math.round(median(second))} ms, fresh processes, ${rounds} rounds`,
    ),
  ];
}
