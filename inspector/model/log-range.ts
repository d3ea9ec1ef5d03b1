import type { TraceLog } from './views.ts';

/** A part of a log; `to` is behind its last step. */
export interface LogRange {
  readonly from: number;
  readonly to: number;
}

/** The part of the log that is held and wanted; all that is held, where nothing is said. */
export function rangeOf({ firstIndex, endIndex }: TraceLog, from = firstIndex, to = endIndex): LogRange {
  const begin = Math.max(firstIndex, Math.min(whole(from, firstIndex), endIndex));
  return { from: begin, to: Math.max(begin, Math.min(whole(to, endIndex), endIndex)) };
}

const whole = (index: number, fallback: number): number =>
  Number.isNaN(index) ? fallback : Math.trunc(index);
