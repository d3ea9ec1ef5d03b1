import { createLineSplitter } from './line-splitter.ts';

export interface ServerMessage {
  /** `message` where the server named none. */
  readonly event: string;
  readonly data: string;
}

export interface ServerMessageParser {
  /** Messages that this piece of the stream ends. */
  push(piece: string): ServerMessage[];
}

/**
 * Reads `text/event-stream` by hand: `EventSource` cannot send an Authorization header. Comments, ids and retry times
 * are passed over; a message that the stream breaks off in never appears.
 */
export function createServerMessageParser(lineCharsMax: number): ServerMessageParser {
  const splitter = createLineSplitter(lineCharsMax + FIELD_CHARS);
  let event = '';
  let data: string[] = [];

  function readLine(line: string): ServerMessage | null {
    if (line === '') {
      const message = data.length === 0 ? null : { event: event || 'message', data: data.join('\n') };
      event = '';
      data = [];
      return message;
    }
    const colon = line.indexOf(':');
    const field = colon === -1 ? line : line.slice(0, colon);
    const value = colon === -1 ? '' : line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    if (field === 'data') data.push(value);
    else if (field === 'event') event = value;
    return null;
  }

  return { push: (piece) => splitter.push(piece).flatMap((line) => readLine(line) ?? []) };
}

/** `data: ` stands before a line. */
const FIELD_CHARS = 6;
