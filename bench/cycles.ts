import { runChild } from './child.ts';
import type { Mark } from './cycles-child.ts';
import { type Finding, finding } from './measure.ts';
import { embedded } from './models.ts';

const MEGABYTE = 1e6;

/** Fifty starts and stops in one process: what stays. That the child ends by itself shows that no handle is left. */
export async function benchCycles(): Promise<Finding[]> {
  const marks = await runChild<Mark[]>('./cycles-child.ts', embedded());
  const at = (cycle: number) => marks.find((mark) => mark.cycle === cycle)!;
  const [early, late] = [at(20), at(50)];
  return [
    finding(
      '50 start/stop cycles: RSS from cycle 20 to 50',
      (late.rssBytes - early.rssBytes) / MEGABYTE,
      'MB',
      { atMost: 10 },
      `${Math.round(early.rssBytes / MEGABYTE)} to ${Math.round(late.rssBytes / MEGABYTE)} MB`,
    ),
    finding('50 start/stop cycles: new descriptors', late.descriptors - early.descriptors, '', { atMost: 0 }),
    finding('50 start/stop cycles: new threads', late.threads - early.threads, '', { atMost: 0 }),
  ];
}
