import type { TraceStep } from '../../machines/trace-line.ts';
import { SAMPLE_OF_EVENT } from '../../machines/trace-step.ts';
import type { AdmissionState } from '../../policies/admission.ts';
import { keepsTime } from './keeps-time.ts';
import type { Standing, TracedContext } from './views.ts';

/**
 * What stands after a step: the counterpart of `changesOf`, which wrote it. Parts that did not change are the same
 * objects as before.
 */
export function foldStep(before: Standing, step: TraceStep): Standing {
  const state = 's' in step ? step.s : before.state;
  const context = foldContext(before, step);
  return state === before.state && context === before.context ? before : { state, context };
}

function foldContext(before: Standing, step: TraceStep): TracedContext {
  const nowMs = timeAfter(before, step);
  const names = Object.keys(step.d);
  if (names.length === 0 && nowMs === before.context.nowMs) return before.context;
  const context: Record<string, unknown> = { ...before.context, nowMs };
  for (const name of names) context[name] = partAfter(name, before.context, step);
  return context as unknown as TracedContext;
}

/** A time that the event told itself was left out where the machine took it over. */
function timeAfter(before: Standing, { e }: TraceStep): number {
  const { nowMs } = before.context;
  if (!('atMs' in e) || typeof e.atMs !== 'number' || e.atMs <= nowMs) return nowMs;
  return keepsTime(before, e) ? e.atMs : nowMs;
}

function partAfter(name: string, before: TracedContext, { d, e }: TraceStep): unknown {
  const change = d[name];
  switch (name) {
    case 'running':
    case 'queue':
      return foldList(before[name], change as ListChange);
    case 'admission':
      return { ...before.admission, ...(change as Partial<AdmissionState>) };
    default:
      return change === SAMPLE_OF_EVENT && 'sample' in e ? e.sample : change;
  }
}

interface Listed {
  readonly requestId: string;
}

/** Who came or is other than before, and who left. */
export interface ListChange {
  readonly came?: readonly Listed[];
  readonly left?: readonly string[];
}

function foldList(before: readonly Listed[], { came = [], left = [] }: ListChange): readonly Listed[] {
  const gone = new Set(left);
  const other = new Map(came.map((entry) => [entry.requestId, entry]));
  const kept = before
    .filter(({ requestId }) => !gone.has(requestId))
    .map((entry) => {
      const changed = other.get(entry.requestId) ?? entry;
      other.delete(entry.requestId);
      return changed;
    });
  return [...kept, ...other.values()];
}
