import { describe, expect, test } from '@jest/globals';
import { createTraceLog } from '../../../../inspector/model/trace-log.ts';
import type { SupervisorSnapshot } from '../../../../machines/pure-stepper.ts';
import { createReplay } from '../../../../machines/replay.ts';
import { listGoldens, readGolden } from '../../../traces/golden-files.ts';

/** State and context after each step, as the real machine has them. */
function replayed(trace: string) {
  const standings: { readonly state: unknown; readonly context: unknown }[] = [];
  const run = createReplay({
    onStep: (_step, { value, context }: SupervisorSnapshot) => {
      const { limits: _limits, resourceLimits: _resourceLimits, ...kept } = context;
      standings.push({ state: value, context: kept });
    },
  });
  for (const line of linesOf(trace)) run.feed(line);
  return standings;
}

const linesOf = (trace: string): string[] => trace.split('\n').filter((line) => line !== '');

describe('folding a trace', () => {
  test.each(listGoldens())('[IM1] %s: after every step stands what the machine has', (name) => {
    const trace = readGolden(name);
    const { log, feed } = createTraceLog();
    for (const line of linesOf(trace)) expect(feed(line)).toBeNull();
    const real = replayed(trace);
    expect(log.endIndex).toBe(real.length);
    for (const [index, standing] of real.entries()) {
      expect({ index, ...log.momentAt(index).after }).toEqual({ index, ...standing });
    }
  });

  test('[IM2] parts that a step did not change are the same objects as before', () => {
    const { log, feed } = createTraceLog();
    for (const line of linesOf(readGolden('cancel-queued'))) feed(line);
    for (let index = log.firstIndex; index < log.endIndex; index += 1) {
      const { step, before, after } = log.momentAt(index);
      for (const [name, part] of Object.entries(after.context)) {
        if (!(name in step.d) && name !== 'nowMs') expect(part).toBe(before.context[name as 'running']);
      }
    }
  });
});
