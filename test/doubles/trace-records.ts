import { createTraceEncoder, type TraceRecord } from '../../machines/trace-line.ts';

/** A line of a trace, taken apart and without its hash. */
export type ToldRecord = Readonly<Record<string, unknown>>;

/** Lines or text of a trace as records. */
export function decodeTrace(trace: string | readonly string[]): ToldRecord[] {
  const lines = typeof trace === 'string' ? trace.split('\n').filter((line) => line !== '') : trace;
  return lines.map((line) => {
    const { h: _h, ...record } = JSON.parse(line) as Record<string, unknown>;
    return record;
  });
}

/** Encodes records anew, so that their hashes are right whatever is in them. */
export function encodeTrace(records: readonly unknown[]): string[] {
  const encoder = createTraceEncoder();
  return records.map((record) => encoder.encode(record as TraceRecord));
}
