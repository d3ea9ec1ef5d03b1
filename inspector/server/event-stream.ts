/** The words of a `text/event-stream`, as the server writes them and a relay reads them. */

export const EVENT_STREAM_TYPE = 'text/event-stream';

/** One line of a trace. No line end can be in it: a line of JSON has none, and a foreign one gets none through. */
export function lineMessage(line: string): string {
  return `data: ${line.replace(LINE_ENDS, ' ')}\n\n`;
}

/** Says that the source has ended. */
export const END_MESSAGE = 'event: end\ndata: end\n\n';

/** Says that the server is there. */
export const HEARTBEAT = ':\n\n';

const LINE_ENDS = /[\r\n]+/g;

/** Takes apart what a server of ours wrote: its lines, and whether it said that the source ended. */
export function createMessageReader(lineCharsMax: number) {
  let rest = '';
  let isEnd = false;
  return {
    /** @throws Error on a line that is longer than any line of a trace. */
    read: (text: string): { readonly lines: readonly string[]; readonly ended: boolean } => {
      const parts = (rest + text).split('\n');
      rest = parts.pop() ?? '';
      if (rest.length > lineCharsMax) throw new Error('a line of the stream is too long');
      const lines: string[] = [];
      for (const part of parts) {
        if (part === 'event: end') isEnd = true;
        else if (part.startsWith('data: ') && !isEnd) lines.push(part.slice('data: '.length));
      }
      return { lines, ended: isEnd };
    },
  };
}
