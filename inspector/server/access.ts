import { createHash, timingSafeEqual } from 'node:crypto';

/** What the server answers to a request. */
export type Access =
  /** The page: it holds no secret, so it needs no token. */
  | { readonly kind: 'page' }
  | { readonly kind: 'trace' }
  | { readonly kind: 'refused'; readonly status: RefusedStatus };

export type RefusedStatus = 400 | 401 | 403 | 404 | 405 | 421;

/** A request as it came over the wire. */
export interface AccessRequest {
  readonly method?: string | undefined;
  readonly url?: string | undefined;
  /** Names and values in turns, as Node lists them: a field that came twice is here twice. */
  readonly rawHeaders: readonly string[];
}

/** What a request has to fit. */
export interface AccessExpectation {
  /** The port of the server; null for one on a socket, whose only host is `localhost`. */
  readonly port: number | null;
  /** SHA-256 of the token. */
  readonly tokenDigest: Uint8Array;
}

/**
 * Judges a request before anything is done with it: one gate for every route. Total.
 *
 * The host comes first, as it is what stops a page elsewhere whose name was made to lead here: the browser sends no
 * origin with what it takes for the same one.
 */
export function judgeAccess(request: AccessRequest, expected: AccessExpectation): Access {
  const fields = fieldsOf(request.rawHeaders);
  const [host, ...otherHosts] = fields.get('host') ?? [];
  if (host === undefined || otherHosts.length > 0 || !hostsOf(expected.port).includes(host)) {
    return refused(421);
  }
  const origins = fields.get('origin') ?? [];
  if (origins.length > 1 || origins.some((origin) => origin !== `http://${host}`)) return refused(403);
  const sites = fields.get('sec-fetch-site') ?? [];
  if (sites.some((site) => site !== 'same-origin' && site !== 'none')) return refused(403);
  if (request.method !== 'GET' && request.method !== 'HEAD') return refused(405);
  // Nothing here takes a body; one that is sent all the same belongs to some other request.
  if (fields.has('content-length') || fields.has('transfer-encoding')) return refused(400);
  switch (request.url) {
    case '/':
      return { kind: 'page' };
    case '/trace':
      return holdsToken(fields.get('authorization') ?? [], expected.tokenDigest)
        ? { kind: 'trace' }
        : refused(401);
    default:
      return refused(404);
  }
}

/** The digest that a token is known by. */
export function digestToken(token: string): Uint8Array {
  return hashOf(token);
}

const refused = (status: RefusedStatus): Access => ({ kind: 'refused', status });

function fieldsOf(rawHeaders: readonly string[]): ReadonlyMap<string, readonly string[]> {
  const fields = new Map<string, string[]>();
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at]!.toLowerCase();
    fields.set(name, [...(fields.get(name) ?? []), rawHeaders[at + 1]!]);
  }
  return fields;
}

/** Names under which a browser on this machine reaches the server; it leaves port 80 out. */
function hostsOf(port: number | null): readonly string[] {
  if (port === null) return ['localhost'];
  const suffix = port === 80 ? '' : `:${port}`;
  return ['127.0.0.1', 'localhost', '[::1]'].map((name) => name + suffix);
}

const SCHEME = 'Bearer ';

/** Whether this is the one token. Whatever was sent, the same work is done, on hashes of equal length. */
function holdsToken(authorizations: readonly string[], tokenDigest: Uint8Array): boolean {
  const [authorization = '', ...others] = authorizations;
  const isBearer = authorization.startsWith(SCHEME);
  const presented = digestToken(authorization.slice(SCHEME.length));
  return equalDigests(presented, tokenDigest) && isBearer && others.length === 0;
}

/** Compares in constant time, and compares hashes of the digests: what a clock could still tell is of no use. */
function equalDigests(actual: Uint8Array, expected: Uint8Array): boolean {
  return timingSafeEqual(hashOf(actual), hashOf(expected));
}

function hashOf(bytes: string | Uint8Array): Uint8Array {
  return createHash('sha256').update(bytes).digest();
}
