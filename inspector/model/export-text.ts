import { createTraceEncoder, type TraceRecord } from '../../machines/trace-line.ts';
import { rangeOf } from './log-range.ts';
import type { SeamedLog } from './trace-log.ts';
import type { Standing } from './views.ts';

/**
 * The steps from `from` up to, without, `to` as a trace by itself: header, frame, steps, end. It replays as the whole
 * did. Where lines were lost a gap is told again. Empty before the first frame.
 */
export function exportText(log: SeamedLog, from?: number, to?: number): string {
  const { header, start } = log;
  if (header === null || start === null) return '';
  const range = rangeOf(log, from, to);
  const encoder = createTraceEncoder();
  const lines: string[] = [];
  const write = (record: TraceRecord): void => {
    lines.push(encoder.encode(record));
  };
  const writeFrame = ({ state, context }: Standing, i: number): void =>
    write({ kind: 'frame', i, state, context, after: encoder.hash() });

  write(header);
  if (range.from === range.to) {
    const last = range.to > log.firstIndex ? log.momentAt(range.to - 1) : null;
    writeFrame(last?.after ?? start, last === null ? 1 : last.step.i + 1);
  }
  let next = 0;
  for (let index = range.from; index < range.to; index += 1) {
    const { before, step } = log.momentAt(index);
    const isFirst = index === range.from;
    if (!isFirst && log.isSeam(index)) write({ kind: 'gap', lost: Math.max(0, step.i - next) });
    if (isFirst || log.isSeam(index)) writeFrame(before, step.i);
    write(step);
    next = step.i + 1;
  }
  write({ kind: 'end', steps: range.to - range.from });
  return `${lines.join('\n')}\n`;
}
