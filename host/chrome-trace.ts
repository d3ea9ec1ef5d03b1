import type { SupervisorContext } from '../machines/context.ts';
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
 * bars (waiting, running), refusals and faults as instants, load and memory as counters. What is open at the end of
 * the trace is closed there.
 *
 * It follows a replay: `replayFile(path, { onStep: chrome.onStep })`, then `chrome.end()`. Of a trace that is damaged
 * or diverges, that is what came before.
 */
export function createChromeTrace() {
  const events: ChromeEvent[] = METADATA.slice();
  const open = new Map<string, 'waiting' | 'running'>();
  let slices: string[] = [];
  let nowUs = 0;

  const push = (ph: ChromeEvent['ph'], name: string, cat: string, rest: Partial<ChromeEvent> = {}) =>
    events.push({ name, cat, ph, ts: nowUs, pid: 1, tid: 1, ...rest });

  const onStep = (step: TraceStep, { value, context }: SupervisorSnapshot): void => {
    nowUs = Math.max(nowUs, Math.round(timeOf(step, context) * 1000));
    const path = pathOf(value);
    if (path.join() !== slices.join()) {
      const shared = path.findIndex((name, i) => name !== slices[i]);
      const kept = shared === -1 ? path.length : shared;
      for (const name of slices.slice(kept).reverse()) push('E', name, 'state');
      for (const name of path.slice(kept)) push('B', name, 'state');
      slices = path;
    }
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
    const now = new Map<string, 'waiting' | 'running'>();
    for (const { requestId } of queue) now.set(requestId, 'waiting');
    for (const { requestId } of running) now.set(requestId, 'running');
    for (const [id, phase] of open) if (now.get(id) !== phase) push('e', phase, 'request', { id, tid: 2 });
    for (const [id, phase] of now) if (open.get(id) !== phase) push('b', phase, 'request', { id, tid: 2 });
    open.clear();
    for (const [id, phase] of now) open.set(id, phase);
  };

  return {
    onStep,
    /** No more steps. */
    end: (): ChromeTrace => {
      for (const [id, phase] of open) push('e', phase, 'request', { id, tid: 2 });
      for (const name of slices.toReversed()) push('E', name, 'state');
      return { traceEvents: events, displayTimeUnit: 'ms' };
    },
  };
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
