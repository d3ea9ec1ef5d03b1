import type { TLSSocket } from 'node:tls';

/** One request as it came over the wire. */
export interface SourceRequest {
  readonly method: string;
  /** As written: no escape is read. */
  readonly path: string;
  /** By lower-case name; the last of several. */
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes asked for, end exclusive and null where open; null where the whole file is asked for. */
  readonly range: { readonly fromBytes: number; readonly endBytes: number | null } | null;
  /** What the source has under this path. */
  readonly file: Uint8Array | null;
}

const HEAD_END = '\r\n\r\n';

/** Reads requests without a body, one after the other, until the client has nothing more to say. */
export async function* readRequests(secure: TLSSocket): AsyncGenerator<Omit<SourceRequest, 'file'>> {
  let text = '';
  for await (const piece of secure as AsyncIterable<Buffer>) {
    text += piece.toString('latin1');
    for (let end = text.indexOf(HEAD_END); end !== -1; end = text.indexOf(HEAD_END)) {
      const head = text.slice(0, end);
      text = text.slice(end + HEAD_END.length);
      yield readHead(head);
    }
  }
}

function readHead(head: string): Omit<SourceRequest, 'file'> {
  const [first = '', ...lines] = head.split('\r\n');
  const [method = '', path = ''] = first.split(' ');
  const headers = Object.fromEntries(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  return { method, path, headers, range: readRange(headers['range']) };
}

function readRange(range: string | undefined): SourceRequest['range'] {
  const [, from, last] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
  if (from === undefined) return null;
  return { fromBytes: Number(from), endBytes: last === '' ? null : Number(last) + 1 };
}
