import type { SourceConnection } from './tls-connection.ts';
import type { Behaviour } from './tls-fault-server.ts';
import { type HeadFields, responseHead } from './tls-serving.ts';

/** Something to send, or something to do with the connection. */
export type Step = string | Uint8Array | ((connection: SourceConnection) => void | Promise<void>);

/** Answers every request with these steps, and ends the connection after them. */
export function script(...steps: readonly Step[]): Behaviour {
  return async (_request, connection) => {
    for (const step of steps) {
      if (connection.isClosed) return;
      if (typeof step === 'function') await step(connection);
      else await connection.write(step);
    }
    connection.end();
  };
}

/** A whole head and body; the body's length is not told unless `fields` do. */
export function reply(status: string, fields: HeadFields = {}, body: string | Uint8Array = ''): Behaviour {
  return script(responseHead(status, fields), body);
}

/** The same with header lines as they are: twice the same name, or nothing like a header. */
export function replyRaw(
  status: string,
  lines: readonly string[],
  body: string | Uint8Array = '',
): Behaviour {
  return script([`HTTP/1.1 ${status}`, ...lines, '', ''].join('\r\n'), body);
}

/** One chunk of the chunked coding. */
export function chunk(body: Uint8Array): Uint8Array {
  return Buffer.concat([Buffer.from(`${body.length.toString(16)}\r\n`), body, Buffer.from('\r\n')]);
}

export const LAST_CHUNK = '0\r\n\r\n';

/** Says nothing more, and keeps the connection until the client gives it up. */
export const silence: Step = (connection) => connection.closed;

export const reset = (connection: SourceConnection): void => connection.reset();

export const pause =
  (ms: number): Step =>
  (connection) =>
    connection.pause(ms);

/** The same over and over, until the client gives the connection up. */
export const endless =
  (piece: string | Uint8Array): Step =>
  async (connection) => {
    while (!connection.isClosed) await connection.write(piece);
  };

export const redirectTo = (location: string, status = '302 Found'): Behaviour =>
  reply(status, { Location: location, 'Content-Length': 0 });

/** Another behaviour for each path; anything else is not found. */
export function byPath(behaviours: Readonly<Record<string, Behaviour>>): Behaviour {
  const notFound = reply('404 Not Found', { 'Content-Length': 0 });
  return (request, connection) => (behaviours[request.path] ?? notFound)(request, connection);
}
