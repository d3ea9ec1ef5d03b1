import type { Colors } from './colors.ts';
import type { DemoEvent, Report } from './demo-event.ts';
import { formatBytes, formatMs } from './format.ts';

/** Columns of text after which a stream gets a line of its own. */
const STREAM_COLUMNS = 88;

/** One line an event; streamed text is gathered into lines of its request. */
export function createLineReport(colors: Colors, write: (line: string) => void): Report {
  const streams = new Map<string, string>();

  const flush = (requestId: string, all: boolean) => {
    let text = streams.get(requestId) ?? '';
    while (text.length > STREAM_COLUMNS || (all && text.trim() !== '')) {
      const space = text.lastIndexOf(' ', STREAM_COLUMNS);
      const cut = text.length <= STREAM_COLUMNS ? text.length : space > 0 ? space : STREAM_COLUMNS;
      write(`  ${colors.cyan(requestId.padEnd(4))} ${text.slice(0, cut).trim()}`);
      text = text.slice(cut);
    }
    if (all) streams.delete(requestId);
    else streams.set(requestId, text);
  };

  return {
    tell: (event) => {
      if (event.type === 'chunk') {
        streams.set(event.requestId, (streams.get(event.requestId) ?? '') + event.text);
        flush(event.requestId, false);
        return;
      }
      if (event.type === 'outcome') flush(event.requestId, true);
      for (const line of linesOf(event, colors)) write(line);
    },
    close: () => {
      for (const requestId of streams.keys()) flush(requestId, true);
    },
  };
}

/** The lines that tell an event; chunks and gauges have none. */
export function linesOf(event: DemoEvent, colors: Colors): string[] {
  const { bold, dim, green, yellow, red, cyan } = colors;
  switch (event.type) {
    case 'model':
      return [
        `${bold('Llamero')}  ${event.name}  ${dim(`${formatBytes(event.sizeBytes)}, sha256 ${event.sha256.slice(0, 16)}…`)}`,
      ];
    case 'step':
      return ['', bold(event.title)];
    case 'state': {
      const name =
        event.state === 'ready'
          ? green(event.state)
          : event.state === 'draining'
            ? yellow(event.state)
            : event.state;
      const fault = event.fault === null ? '' : `  ${red(event.fault)}`;
      return [`  ${dim(formatMs(event.elapsedMs).padStart(9))}  ${name} ${dim(event.substate)}${fault}`];
    }
    case 'asked':
      return [`  ${cyan(event.requestId.padEnd(4))} ${dim('asked:')} ${event.prompt}`];
    case 'outcome': {
      const paint = event.outcome === 'completed' ? green : yellow;
      const speed = event.tokensPerSecond === null ? '' : `, ${Math.round(event.tokensPerSecond)} tokens/s`;
      return [
        `  ${cyan(event.requestId.padEnd(4))} ${paint(event.outcome)} ${dim(`(${event.reason}, ${event.usage.outputTokens} tokens${speed})`)}`,
      ];
    }
    case 'verdicts':
      return [
        `  ${event.submitted} submitted at once:`,
        ...event.counts.map(
          ({ reason, disposition, count }) =>
            `  ${String(count).padStart(6)}  ${reason.padEnd(14)} ${dim(disposition === 'refused' ? 'shed' : disposition)}`,
        ),
      ];
    case 'drained':
      return [
        `  drained in ${formatMs(event.elapsedMs)}: ${event.finished} finished, ${event.aborted} aborted, ${event.abandoned} abandoned, ${event.shed} shed`,
      ];
    case 'inspector':
      return [event.url];
    case 'note':
      return [`  ${yellow(event.text)}`];
    case 'failed':
      return [`  ${red(event.code)} ${event.reason ?? ''}`.trimEnd(), `  ${event.message}`];
    case 'done':
      return ['', dim(`done in ${formatMs(event.elapsedMs)}`)];
    case 'chunk':
    case 'gauge':
      return [];
  }
}
