import { pickColors } from './colors.ts';
import type { Report } from './demo-event.ts';
import { isLiveTerminal } from './live-terminal.ts';
import { createLineReport } from './report-lines.ts';
import { createTerminalReport } from './report-terminal.ts';

/** A live view on a terminal, plain lines in a pipe, one JSON object a line where that is asked for. */
export function createReport({ json, color }: { readonly json: boolean; readonly color: boolean }): Report {
  const write = (line: string) => void process.stdout.write(`${line}\n`);
  if (json) return { tell: (event) => write(JSON.stringify(event)), close: () => undefined };

  const colors = pickColors(color);
  return isLiveTerminal(process.stdout) ? createTerminalReport(colors) : createLineReport(colors, write);
}
