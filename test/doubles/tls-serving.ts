import { createHash } from 'node:crypto';
import type { Behaviour } from './tls-fault-server.ts';

export interface ServeOptions {
  /** Pace of a body; default as fast as it is taken. */
  readonly bytesPerSecond?: number;
  /** Validator of a file; default a strong one of its bytes, null for none. */
  readonly etagOf?: (file: Uint8Array) => string | null;
}

/** A slow body goes out in pieces of this many parts of a second. */
const PIECES_PER_SECOND = 20;
const PIECE_BYTES = 1024 * 1024;

/** Serves files as a good server does: 404 for what it has not, ranges, If-Range, strong ETags, kept connections. */
export function serveFiles(options: ServeOptions = {}): Behaviour {
  const etagOf = memoized(options.etagOf ?? etagOfBytes);
  return async ({ file, range, headers }, connection) => {
    if (file === null) return connection.write(responseHead('404 Not Found', { 'Content-Length': 0 }));
    const etag = etagOf(file);
    const isFresh = headers['if-range'] === undefined || headers['if-range'] === etag;
    const part = range !== null && isFresh ? range : { fromBytes: 0, endBytes: null };
    const endBytes = Math.min(part.endBytes ?? file.length, file.length);
    const tag: HeadFields = etag === null ? {} : { ETag: etag };
    if (part.fromBytes >= endBytes) {
      const total = `bytes */${file.length}`;
      return connection.write(
        responseHead('416 Range Not Satisfiable', { 'Content-Range': total, 'Content-Length': 0, ...tag }),
      );
    }
    const length: HeadFields = { 'Content-Length': endBytes - part.fromBytes };
    await connection.write(
      part === range
        ? responseHead('206 Partial Content', {
            'Content-Range': `bytes ${part.fromBytes}-${endBytes - 1}/${file.length}`,
            ...length,
            ...tag,
          })
        : responseHead('200 OK', { 'Accept-Ranges': 'bytes', ...length, ...tag }),
    );
    await sendPaced(file.subarray(part.fromBytes, endBytes), connection, options.bytesPerSecond);
  };
}

export type HeadFields = Readonly<Record<string, string | number>>;

/** The head of a response, each field as given. */
export function responseHead(status: string, fields: HeadFields = {}): string {
  const lines = Object.entries(fields).map(([name, value]) => `${name}: ${value}`);
  return [`HTTP/1.1 ${status}`, ...lines, '', ''].join('\r\n');
}

/** The strong validator that a source gives a file by default. */
export function etagOfBytes(file: Uint8Array): string {
  return `"${createHash('sha256').update(file).digest('hex').slice(0, 32)}"`;
}

async function sendPaced(
  body: Uint8Array,
  connection: Parameters<Behaviour>[1],
  bytesPerSecond: number | undefined,
): Promise<void> {
  const pieceBytes =
    bytesPerSecond === undefined ? PIECE_BYTES : Math.max(1, Math.ceil(bytesPerSecond / PIECES_PER_SECOND));
  for (let from = 0; from < body.length && !connection.isClosed; from += pieceBytes) {
    await connection.write(body.subarray(from, from + pieceBytes));
    if (bytesPerSecond !== undefined) await connection.pause(1000 / PIECES_PER_SECOND);
  }
}

/** A file is large and asked for often; it keeps its validator. */
function memoized(etagOf: (file: Uint8Array) => string | null): (file: Uint8Array) => string | null {
  const known = new Map<Uint8Array, string | null>();
  return (file) => {
    const etag = known.get(file) ?? etagOf(file);
    known.set(file, etag);
    return etag;
  };
}
