import type { SupervisorContext } from './context.ts';
import type { LedgerCommand } from './events.ts';
import type { IntendedAction, SupervisorSnapshot } from './pure-stepper.ts';
import type { TraceFrame, TraceStep } from './trace-line.ts';

/** Stands for a part of the context that is the event's own sample: it is not written twice. */
export const SAMPLE_OF_EVENT = '@sample';

/** A step as a trace tells it: what the event changed, and what it intended. */
export function describeStep(
  i: number,
  event: TraceStep['e'],
  recordedAtMs: number,
  before: SupervisorSnapshot,
  after: SupervisorSnapshot,
  actions: readonly IntendedAction[],
): TraceStep {
  const d = changesOf(before.context, after.context, event);
  return {
    i,
    ...(!('atMs' in event) && { t: recordedAtMs }),
    e: event,
    ...(!sameTree(before.value, after.value) && { s: after.value }),
    d,
    ...(actions.length > 0 && { x: actions.map(describeEffect) }),
  };
}

export function describeFrame(i: number, snapshot: SupervisorSnapshot, after: string): TraceFrame {
  const { limits: _limits, resourceLimits: _resourceLimits, ...context } = snapshot.context;
  return { kind: 'frame', i, state: snapshot.value, context, after };
}

/**
 * The parts of the context that are other than before. A time that the event told itself is left out, its own sample
 * is not written twice, and of the lists of requests only who came and who left is told.
 */
export function changesOf(
  before: SupervisorContext,
  after: SupervisorContext,
  event: object,
): Record<string, unknown> {
  const changes: Record<string, unknown> = {};
  if (before === after) return changes;
  for (const key of Object.keys(after) as (keyof SupervisorContext)[]) {
    const value = after[key];
    if (sameTree(value, before[key])) continue;
    if (key === 'nowMs' && 'atMs' in event && event.atMs === value) continue;
    if (key === 'running' || key === 'queue') changes[key] = listChange(before[key], after[key]);
    else if (key === 'admission') changes[key] = fieldChange(before[key], after[key]);
    else
      changes[key] =
        key === 'observation' && 'sample' in event && event.sample === value ? SAMPLE_OF_EVENT : value;
  }
  return changes;
}

/** The fields that are other than before. */
function fieldChange<T extends object>(before: T, after: T): Partial<T> {
  return Object.fromEntries(
    Object.entries(after).filter(([name, value]) => before[name as keyof T] !== value),
  ) as Partial<T>;
}

interface Listed {
  readonly requestId: string;
}

/** Who came, or is other than before, and who left. */
function listChange(before: readonly Listed[], after: readonly Listed[]) {
  const came = after.filter((entry) => !before.some((earlier) => sameTree(entry, earlier)));
  const left = before.filter(({ requestId }) => !after.some((entry) => entry.requestId === requestId));
  return {
    ...(came.length > 0 && { came }),
    ...(left.length > 0 && { left: left.map(({ requestId }) => requestId) }),
  };
}

/** An effect in a few words: ids, codes and delays. */
export function describeEffect({ type, params }: IntendedAction): string {
  const facts = (params ?? {}) as { id?: unknown; sendId?: unknown; delay?: unknown; event?: unknown };
  switch (type) {
    case 'xstate.spawnChild':
      return `+${facts.id}`;
    case 'xstate.stopChild':
      return `-${facts.id}`;
    case 'xstate.raise':
      return `arm ${facts.id} ${facts.delay}`;
    case 'xstate.cancel':
      return `disarm ${facts.sendId}`;
    case 'xstate.sendTo':
      return describeCommand(facts.event as LedgerCommand);
    default:
      return type;
  }
}

function describeCommand(command: LedgerCommand): string {
  switch (command.type) {
    case 'request.run':
      return `run ${command.requestId}`;
    case 'request.abort':
      return `abort ${command.requestId} ${command.outcome} ${command.reason}`;
    case 'request.conclude':
      return `conclude ${command.requestId} ${command.outcome} ${command.reason}`;
  }
}

/** Whether two small trees of plain data hold the same. */
function sameTree(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => sameTree((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
  );
}
