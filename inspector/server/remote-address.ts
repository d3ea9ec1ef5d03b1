import { InspectorError } from './inspector-error.ts';

/** Where a running host's inspector listens, and the token that it asks for. */
export interface RemoteAddress {
  readonly at: { readonly port: number } | { readonly socketPath: string };
  /** The host as the other side names itself. */
  readonly host: string;
  readonly token: string;
}

/**
 * Reads the address that an inspector printed: `http://127.0.0.1:PORT/#token=HEX`, or `unix:/path#token=HEX`. Only
 * this machine can be named: the token would travel in the clear.
 *
 * @throws {InspectorError} `invalid_options`; its message repeats nothing of the address.
 */
export function readRemoteAddress(text: string): RemoteAddress {
  const token = TOKEN.exec(text)?.[1];
  if (token === undefined) {
    throw malformed('it must end with #token= and the 64 hex digits that the host printed');
  }
  const place = text.slice(0, -`#token=${token}`.length);
  if (place.startsWith('unix:')) {
    const socketPath = place.slice('unix:'.length);
    if (socketPath === '' || socketPath.includes('\0')) throw malformed('it must name a socket behind unix:');
    return { at: { socketPath }, host: 'localhost', token };
  }
  const [, name, digits = '80'] = LOOPBACK.exec(place) ?? [];
  const port = Number(digits);
  if (name === undefined || port < 1 || port > 65_535) {
    throw malformed('it must begin with http://127.0.0.1:PORT/ or unix:/PATH, on this machine');
  }
  return { at: { port }, host: port === 80 ? '127.0.0.1' : `127.0.0.1:${port}`, token };
}

const TOKEN = /#token=([0-9a-f]{64})$/;
const LOOPBACK = /^http:\/\/(127\.0\.0\.1|localhost|\[::1\])(?::(\d{1,5}))?\/?$/;

const malformed = (rule: string) =>
  new InspectorError('invalid_options', `The address is none of an inspector: ${rule}.`);
