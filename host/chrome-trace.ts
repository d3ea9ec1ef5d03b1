import type { SupervisorContext } from '../machines/context.ts';
import type { RequestStep } from '../machines/events.ts';
import type { SupervisorSnapshot } from '../machines/pure-stepper.ts';
import type { TraceStep } from '../machines/trace-line.ts';

/** One event of the Chrome trace-event format; times in µs. */
export interface ChromeEvent {
  readonly name: string;
  readonly cat: string;
  readonly ph: 'B' | 'E' | 'b' | 'e' | 'i' | 'C' | 'M';
  readonly ts: number;
  readonly pid: 1;
  readonly tid: number;
  readonly id?: string;
  readonly s?: 'g';
  readonly args?: Readonly<Record<string, unknown>>;
}

export interface ChromeTrace {
  readonly traceEvents: readonly ChromeEvent[];
  readonly displayTimeUnit: 'ms';
}

/**
 * A trace for a profiler that reads the Chrome trace-event format: states as nested slices, requests as overlapping
 * bars (waiting, running, and in it prompting, decoding, held, aborting), refusals and faults as instants, load and
 * memory as counters. What is open at the end of
 * the trace is closed there.
 *
 * It follows a replay: `replayFile(path, { onStep: chrome.onStep })`, then `chrome.end()`. Of a trace that is damaged
 * or diverges, that is what came before.
 */
export function createChromeTrace() {
  const events: ChromeEvent[] = METADATA.slice();
  /** The bars of each request that are open, from the outer to the inner. */
  const open = new Map<string, Bars>();
  let slices: readonly string[] = [];
  let nowUs = 0;

  const push = (ph: ChromeEvent['ph'], name: string, cat: string, rest: Partial<ChromeEvent> = {}) =>
    events.push({ name, cat, ph, ts: nowUs, pid: 1, tid: 1, ...rest });

  const onStep = (step: TraceStep, { value, context }: SupervisorSnapshot): void => {
    nowUs = Math.max(nowUs, Math.round(timeOf(step, context) * 1000));
    const path = pathOf(value);
    const { ended, begun } = turn(slices, path);
    for (const name of ended) push('E', name, 'state');
    for (const name of begun) push('B', name, 'state');
    slices = path;
    followRequests(context);
    const { lastArrival } = context;
    if (step.e.type === 'request.submit' && lastArrival?.disposition === 'refused') {
      push('i', `refused: ${lastArrival.verdict.reason}`, 'verdict', {
        s: 'g',
        args: { ...lastArrival.facts },
      });
    }
    if ('fault' in step.d && context.fault !== null)
      push('i', `fault: ${context.fault}`, 'fault', { s: 'g' });
    push('C', 'requests', 'load', {
      args: { inFlight: context.admission.inFlight, queued: context.admission.queued },
    });
    if (step.e.type === 'resources.sampled' && context.observation !== null) {
      const { memoryTotalBytes, memoryAvailableBytes, processBytes, cpuLoadRatio } = context.observation;
      push('C', 'memory', 'load', {
        args: { used: memoryTotalBytes - memoryAvailableBytes, process: processBytes },
      });
      push('C', 'cpu', 'load', { args: { ratio: cpuLoadRatio } });
    }
  };

  const followRequests = ({ queue, running }: SupervisorContext) => {
    const now = new Map<string, Bars>();
    for (const { requestId } of queue) now.set(requestId, ['waiting']);
    for (const { requestId, progress } of running) {
      now.set(requestId, progress === undefined ? ['running'] : ['running', progress.step]);
    }
    const turns = [...new Set([...open.keys(), ...now.keys()])].map(
      (id) => [id, turn(open.get(id) ?? [], now.get(id) ?? [])] as const,
    );
    for (const [id, { ended }] of turns) for (const name of ended) push('e', name, 'request', { id, tid: 2 });
    for (const [id, { begun }] of turns) for (const name of begun) push('b', name, 'request', { id, tid: 2 });
    open.clear();
    for (const [id, bars] of now) open.set(id, bars);
  };

  return {
    onStep,
    /** No more steps. */
    end: (): ChromeTrace => {
      for (const [id, bars] of open) {
        for (const name of bars.toReversed()) push('e', name, 'request', { id, tid: 2 });
      }
      for (const name of slices.toReversed()) push('E', name, 'state');
      return { traceEvents: events, displayTimeUnit: 'ms' };
    },
  };
}

type Bars = readonly ('waiting' | 'running' | RequestStep)[];

/** What ends and what begins, in order, where one path of nested names follows another. */
function turn(before: readonly string[], after: readonly string[]) {
  const differs = after.findIndex((name, i) => name !== before[i]);
  const kept = differs === -1 ? after.length : differs;
  return { ended: before.slice(kept).toReversed(), begun: after.slice(kept) };
}

const METADATA: ChromeEvent[] = [
  { name: 'process_name', cat: '', ph: 'M', ts: 0, pid: 1, tid: 1, args: { name: 'llamero' } },
  { name: 'thread_name', cat: '', ph: 'M', ts: 0, pid: 1, tid: 1, args: { name: 'supervisor' } },
  { name: 'thread_name', cat: '', ph: 'M', ts: 0, pid: 1, tid: 2, args: { name: 'requests' } },
];

function timeOf({ e, t }: TraceStep, { nowMs }: SupervisorContext): number {
  return t ?? ('atMs' in e && typeof e.atMs === 'number' ? e.atMs : nowMs);
}

/** The public state and the way into it; of parallel regions, the health. */
function pathOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const [name, inner] = ('health' in value ? ['health', value.health] : Object.entries(value)[0]) ?? [];
  return typeof name === 'string' ? [...(name === 'health' ? [] : [name]), ...pathOf(inner)] : [];
}
