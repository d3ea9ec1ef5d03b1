import { readFileSync } from 'node:fs';
import {
  createTraceEncoder,
  type TraceFrame,
  type TraceRecord,
  type TraceStep,
} from '../../machines/trace-line.ts';

/** A trace of so many steps as a recording has them, behind one frame: a run from stopped to stopped again and again. */
export function longTrace(steps: number, golden = 'plain-run'): string {
  const records = readFileSync(new URL(`../traces/${golden}.jsonl`, import.meta.url), 'utf8')
    .trim()
    .split('\n')
    .map((line) => {
      const { h: _hash, ...record } = JSON.parse(line) as TraceRecord & { readonly h: string };
      return record as TraceRecord;
    });
  const header = records[0]!;
  const frame = records.find((record): record is TraceFrame => 'kind' in record && record.kind === 'frame')!;
  const round = records.filter((record): record is TraceStep => !('kind' in record));
  const encoder = createTraceEncoder();
  const lines = [encoder.encode(header), encoder.encode(frame)];
  let next = frame.i;
  let lateMs = 0;
  while (next - frame.i < steps) {
    for (const step of round.slice(0, steps - (next - frame.i))) {
      lines.push(encoder.encode({ ...later(step, lateMs), i: next }));
      next += 1;
    }
    lateMs += 10_000;
  }
  lines.push(encoder.encode({ kind: 'end', steps }));
  return `${lines.join('\n')}\n`;
}

/** The same step at a later time. */
function later(step: TraceStep, lateMs: number): TraceStep {
  const moved = { ...step, ...(step.t !== undefined && { t: step.t + lateMs }) };
  return 'atMs' in step.e && typeof step.e.atMs === 'number'
    ? { ...moved, e: { ...step.e, atMs: step.e.atMs + lateMs } as TraceStep['e'] }
    : moved;
}
