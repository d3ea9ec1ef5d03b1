import { LLAMERO_VERSION } from '../../host/version.ts';
import { hashChart, hashPolicies } from '../../machines/chart-hash.ts';
import { supervisorMachine } from '../../machines/supervisor.ts';
import { createTraceEncoder, TRACE_FORMAT, type TraceStep } from '../../machines/trace-line.ts';
import { describeFrame, describeStep } from '../../machines/trace-step.ts';
import { type Bounds, limitsOf } from './bounds.ts';
import { JITTER_SEED } from './checker.ts';
import type { Machine } from './guard-tally.ts';
import { walk } from './real-walk.ts';
import { kindOfSample, type ToldEvent } from './told-events.ts';

/** A way through the exploration, as it would have gone in a real run. */
export interface Counterexample {
  /** What happened, in a few words each; things that the machine does not hear are in brackets. */
  readonly story: readonly string[];
  /** The events that the machine heard, as a trace that replays on the machine it was found on. */
  readonly trace: string;
}

/** Walks a path of an exploration again and tells it. */
export function tellCounterexample(
  bounds: Bounds,
  path: readonly number[],
  machine: Machine = supervisorMachine,
): Counterexample {
  const story: string[] = [];
  const steps: TraceStep[] = [];
  const places = path.values();
  const first = walk(
    bounds,
    machine,
    () => places.next().value ?? null,
    ({ move, real }) => {
      if (real === null) return void story.push(`(${move.cause.kind})`);
      const { event, before, after, actions } = real;
      steps.push(describeStep(steps.length, event, before.context.nowMs, before, after, actions));
      const sample = move.event !== null && 'sample' in move.event ? kindOfSample(move.event.sample) : null;
      story.push(`${textOfEvent(event, sample)} -> ${JSON.stringify(after.value)}`);
    },
  );

  const encoder = createTraceEncoder();
  const header = encoder.encode({
    kind: 'header',
    format: TRACE_FORMAT,
    machine: 'supervisor',
    library: LLAMERO_VERSION,
    chart: hashChart(machine),
    policies: hashPolicies(),
    clock: 'virtual',
    limits: limitsOf(bounds),
    jitterSeed: JITTER_SEED,
  });
  const frame = encoder.encode(describeFrame(0, first, encoder.hash()));
  const rest = [...steps, { kind: 'end', steps: steps.length } as const].map(encoder.encode);
  return { story, trace: `${[header, frame, ...rest].join('\n')}\n` };
}

function textOfEvent(event: ToldEvent, sample: string | null): string {
  const { type, ...rest } = event as { readonly type: string } & Record<string, unknown>;
  const fields = Object.entries(rest).filter(([name]) => TOLD_FIELDS.has(name));
  const words = fields.map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  return [type, ...(sample === null ? [] : [sample]), ...words].join(' ');
}

const TOLD_FIELDS = new Set([
  'requestId',
  'generation',
  'deadlineMs',
  'wait',
  'outcome',
  'reason',
  'verdict',
]);
