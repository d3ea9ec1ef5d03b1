import { createLogUpdate } from 'log-update';
import type { Colors } from './colors.ts';
import type { DemoEvent, Report } from './demo-event.ts';
import { formatBytes } from './format.ts';
import { linesOf } from './report-lines.ts';

/** Longest pause between two frames of the live part, in ms: what an eye takes for movement. */
const FRAME_MS = 40;

/** What is settled scrolls by above; below it live lines show the streams as they grow, and the gauges. */
export function createTerminalReport(colors: Colors, stream: NodeJS.WriteStream = process.stdout): Report {
  const live = createLogUpdate(stream);
  const streams = new Map<string, string>();
  let gauge: Extract<DemoEvent, { type: 'gauge' }> | null = null;
  let drawnAtMs = 0;

  const width = () => Math.max(20, (stream.columns ?? 80) - 1);

  const draw = () => {
    drawnAtMs = performance.now();
    const lines = [...streams].map(([requestId, text]) => streamLine(requestId, text, width(), colors));
    if (gauge !== null) lines.push(colors.dim(gaugeLine(gauge).slice(0, width())));
    live(lines.join('\n'));
  };

  const print = (lines: readonly string[]) => {
    if (lines.length === 0) return;
    live.clear();
    stream.write(`${lines.join('\n')}\n`);
    draw();
  };

  return {
    tell: (event) => {
      if (event.type === 'gauge') gauge = event;
      if (event.type === 'chunk')
        streams.set(event.requestId, (streams.get(event.requestId) ?? '') + event.text);
      if (event.type === 'outcome') {
        const text = streams.get(event.requestId);
        streams.delete(event.requestId);
        if (text !== undefined)
          print(
            wrap(text.trim(), width() - 7).map(
              (line) => `  ${colors.cyan(event.requestId.padEnd(4))} ${line}`,
            ),
          );
      }
      if (event.type === 'done') gauge = null;
      const lines = linesOf(event, colors);
      if (lines.length > 0) print(lines);
      else if (performance.now() - drawnAtMs >= FRAME_MS) draw();
    },
    close: () => {
      live.clear();
      live.done();
    },
  };
}

/** The end of a stream, where it is growing. */
function streamLine(requestId: string, text: string, columns: number, colors: Colors): string {
  const room = columns - 9;
  const flat = text.replace(/\s+/g, ' ').trim();
  return `  ${colors.cyan(requestId.padEnd(4))} ${flat.length > room ? `…${flat.slice(-room)}` : flat}`;
}

function gaugeLine({
  inFlight,
  queueDepth,
  tokensPerSecond,
  processBytes,
}: Extract<DemoEvent, { type: 'gauge' }>): string {
  return `  in flight ${inFlight}  queue ${queueDepth}  ${Math.round(tokensPerSecond)} tokens/s  RAM ${formatBytes(processBytes)}`;
}

function wrap(text: string, columns: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + word.length + 1 > columns) {
      lines.push(line);
      line = '';
    }
    line = line === '' ? word : `${line} ${word}`;
  }
  return line === '' ? lines : [...lines, line];
}
