import type { Agent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { evaluateFirstContact, evaluateResponseHead, isFetchRange } from '../policies/response.ts';
import type { CancelSignal } from '../policies/runtime-adapter.ts';
import { validateRedirectUrl, validateSourceUrl } from '../policies/source.ts';
import type { SourceAllowEntry } from '../policies/source-allowlist.ts';
import { MODEL_HUB_HOST } from '../policies/source-grammar.ts';
import { type Attempt, deny, type Verdict } from '../policies/verdict.ts';
import type { Connections } from './https-connections.ts';
import type { Exchange, HttpsCall } from './https-exchange.ts';
import type { FetchRequest, ModelFetcher, Transfer } from './model-fetcher.ts';

export interface HttpsFetcherOptions {
  /** Where a URL may lead at first, as `validateSourceUrl` reads it. */
  readonly allow: readonly SourceAllowEntry[];
  /**
   * Where a redirect may lead, as `validateRedirectUrl` reads it. Default: the hosts of `allow`, and `.hf.co` where
   * the model hub is one of them. Empty: nowhere.
   */
  readonly hops?: readonly string[];
  /**
   * Whether private, loopback and other special addresses may be dialled, and hosts of a private network named, with a
   * port where they have one. For mirrors of one's own. Default false.
   */
  readonly privateAddresses?: boolean;
  /** Certificates as PEM that are trusted besides the roots that Node brings. */
  readonly ca?: string | readonly string[];
  /** Value of the `Authorization` field. Sent to the first host alone, never to one that a redirect leads to. */
  readonly authorization?: string;
  /**
   * The host's own agent, such as one for a proxy. Then addresses are not judged here, and `ca`, `lookup` and the
   * keeping of connections are its affair; certificates that were not verified are refused all the same.
   */
  readonly agent?: Agent;
  /** Default `dns.lookup`. Its answers are judged like any. */
  readonly lookup?: LookupFunction;
}

const REDIRECTS_MAX = 3;
const CONTENT_NETWORK = '.hf.co';

/**
 * Fetches over HTTPS. Certificates are verified whatever the environment says; no environment variable, proxy setting
 * or file of the user's is read, no cookie is kept, and no redirect is followed unjudged.
 *
 * Of its options it reports an unusable `ca` or `authorization` as `options_invalid` with each request.
 */
export function createHttpsFetcher(options: HttpsFetcherOptions): ModelFetcher {
  // Made when it is first needed: to load TLS and read the roots takes tens of milliseconds, and most starts fetch
  // nothing.
  let opening: Promise<Wire | null> | null = null;
  let wire: Wire | null = null;

  async function ask(call: (route: Route) => Promise<Attempt<Transfer>>): Promise<Attempt<Transfer>> {
    opening ??= openWire(options);
    wire = await opening;
    if (wire === null) return deny('options_invalid');
    try {
      return await call({ ...options, ...wire });
    } catch {
      return deny('internal_error');
    }
  }

  return {
    open: (request, signal) => ask((route) => fetchPart(request, route, signal)),
    openFirst: (url, signal) =>
      ask((route) => follow({ url, headers: PLAIN_HEADERS, judge: evaluateFirstContact }, route, signal)),
    close: () => wire?.connections.close(),
  };
}

/** What speaks to a source. */
interface Wire {
  readonly connections: Connections;
  readonly exchange: typeof import('./https-exchange.ts').exchange;
}

type Route = HttpsFetcherOptions & Wire;

/** Null where an option cannot be used. */
async function openWire(options: HttpsFetcherOptions): Promise<Wire | null> {
  const [{ createConnections }, { exchange }] = await Promise.all([
    import('./https-connections.ts'),
    import('./https-exchange.ts'),
  ]);
  try {
    return { connections: createConnections(options), exchange };
  } catch {
    return null;
  }
}

async function fetchPart(
  request: FetchRequest,
  route: Route,
  signal: CancelSignal,
): Promise<Attempt<Transfer>> {
  const { url, sizeBytes, fromBytes, endBytes, etag } = request;
  const asked = { sizeBytes, fromBytes, endBytes, etag };
  if (!isFetchRange(asked)) return deny('response_range_mismatch');
  const judge = (head: unknown) => evaluateResponseHead(head, asked);
  return follow({ url, headers: headersOf(asked), judge }, route, signal);
}

/** Asks, and follows redirects, each judged anew. */
async function follow(
  { url, headers, judge }: Pick<HttpsCall, 'url' | 'headers' | 'judge'>,
  route: Route,
  signal: CancelSignal,
): Promise<Attempt<Transfer>> {
  let location = url;
  for (let hop = 0; hop <= REDIRECTS_MAX; hop += 1) {
    const allowed = judgeUrl(location, hop, route);
    if (!allowed.ok) return allowed;
    const sent = hop === 0 ? { ...headers, ...authorizationOf(route) } : headers;
    const call = { url: location, headers: sent, judge, ...route.connections };
    const answer = await exchangeFresh(() => route.exchange(call, signal), route.connections);
    if (answer.kind === 'transfer') return { ok: true, value: answer.transfer };
    if (answer.kind === 'failed') return answer.verdict;
    location = answer.location;
  }
  return deny('redirects_exceeded');
}

/** A kept connection may have been given up by the other side at the same moment: that is tried again on a new one. */
async function exchangeFresh(call: () => Promise<Exchange>, connections: Connections): Promise<Exchange> {
  const answer = await call();
  if (answer.kind !== 'failed' || !answer.isStale) return answer;
  connections.dropIdle();
  return call();
}

function judgeUrl(url: string, hop: number, route: Route): Verdict {
  const form = { privateHosts: route.privateAddresses ?? false };
  return hop === 0
    ? validateSourceUrl(url, route.allow, form)
    : validateRedirectUrl(url, route.hops ?? defaultHops(route.allow), form);
}

function defaultHops(allow: readonly SourceAllowEntry[]): readonly string[] {
  const hosts = allow.map((entry) => (typeof entry === 'string' ? entry : entry.host));
  return hosts.includes(MODEL_HUB_HOST) ? [...hosts, CONTENT_NETWORK] : hosts;
}

const PLAIN_HEADERS = { 'User-Agent': 'llamero', 'Accept-Encoding': 'identity' } as const;

function headersOf(asked: Omit<FetchRequest, 'url'>): Record<string, string> {
  const { sizeBytes, fromBytes, endBytes, etag } = asked;
  const isPart = fromBytes > 0 || endBytes < sizeBytes;
  return {
    ...PLAIN_HEADERS,
    ...(isPart ? { Range: `bytes=${fromBytes}-${endBytes - 1}` } : {}),
    ...(fromBytes > 0 && etag !== null ? { 'If-Range': etag } : {}),
  };
}

function authorizationOf({ authorization }: Route): Record<string, string> {
  return authorization === undefined ? {} : { Authorization: authorization };
}
