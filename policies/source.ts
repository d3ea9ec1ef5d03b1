import { isObject, ownField } from './foreign.ts';
import { isPrivateHost } from './private-host.ts';
import {
  type HopEntry,
  readHopAllowlist,
  readSourceAllowlist,
  type SourceEntry,
} from './source-allowlist.ts';
import {
  isHostName,
  isPinnedRevision,
  isPlainPath,
  isSignedPath,
  isSignedQuery,
  MODEL_HUB_HOST,
} from './source-grammar.ts';
import { parseSourceUrl, type SourceUrl } from './source-parse.ts';
import { allow, type Deny, deny, failClosed, type Verdict } from './verdict.ts';

const ALLOWED = Object.freeze(allow('source_allowed'));
const UNPARSABLE = Object.freeze(deny('source_unparsable'));
const QUERY = Object.freeze(deny('source_query'));
const FRAGMENT = Object.freeze(deny('source_fragment'));
const HOST_FORM = Object.freeze(deny('source_host_form'));
const HOST_NOT_ALLOWED = Object.freeze(deny('source_host_not_allowed'));
const PATH_CHARSET = Object.freeze(deny('source_path_charset'));
const PATH_SCOPE = Object.freeze(deny('source_path_scope'));
const NOT_PINNED = Object.freeze(deny('source_revision_not_pinned'));
const REVISION_OTHER = Object.freeze(deny('source_revision_other'));

const SOURCE_CHARS_MAX = 2048;
const HTTPS_PORT = 443;
/** Signed links carry their signature in the query. */
const HOP_CHARS_MAX = 8192;

/** Position of the revision in `/{org}/{repo}/resolve/{revision}/{file}`. */
const REVISION_INDEX = 3;

/** From the least to the most that fitted: of several entries the one that came closest gives the reason. */
const CLOSENESS: readonly Verdict[] = [PATH_SCOPE, NOT_PINNED, REVISION_OTHER, ALLOWED];

export interface SourceUrlOptions {
  /**
   * For mirrors on a private network: a host that is named exactly on the allowlist may also be a single label such
   * as `localhost` or a canonical IP address, and may carry a port; an entry `host` is for any port of it, an entry
   * `host:port` for that port alone. Default false.
   */
  readonly privateHosts?: boolean;
}

/**
 * Judges the URL that a model is to be fetched from: canonical https, at most 2,048 characters, default port, no
 * credentials, query or fragment, and a DNS name and path that `allowlist` holds.
 *
 * @param allowlist Host names, or `{ host, path }` where the URL must be at or below `path`, by whole segments. On
 * the model hub the path must be `/{org}/{repo}/resolve/{40 hex digits}/{file}`.
 * @param options See {@link SourceUrlOptions}; without it no private host and no port is allowed.
 * @returns `source_allowed`, or `allowlist_empty`, `allowlist_malformed`, or the first `source_…` reason that applies.
 * The address that a name resolves to is judged where it is dialled, not here.
 */
export function validateSourceUrl(url: unknown, allowlist: unknown, options?: SourceUrlOptions): Verdict {
  return failClosed(() => {
    const isPrivate = allowsPrivateHosts(options);
    const allowed = readSourceAllowlist(allowlist, isPrivate);
    if (!allowed.ok) return allowed;
    const parsed = parseSourceUrl(url, SOURCE_CHARS_MAX, isPrivate);
    if (!parsed.ok) return parsed;
    if (parsed.url.query !== null) return QUERY;
    return judgeHostForm(parsed.url, isPrivate) ?? judgeSource(parsed.url, allowed.entries);
  }, UNPARSABLE);
}

/**
 * Judges the absolute URL that a redirect leads to: as strict as {@link validateSourceUrl} but for the path and the
 * query, which are the content network's own, up to 8,192 characters. The bytes stay bound by their digest.
 *
 * @param hopAllowlist Host names, or suffixes such as `.hf.co`, which match below that name and not the name itself;
 * they never match a port or a private host.
 * @param options As in {@link validateSourceUrl}.
 */
export function validateRedirectUrl(
  url: unknown,
  hopAllowlist: unknown,
  options?: SourceUrlOptions,
): Verdict {
  return failClosed(() => {
    const isPrivate = allowsPrivateHosts(options);
    const allowed = readHopAllowlist(hopAllowlist, isPrivate);
    if (!allowed.ok) return allowed;
    const parsed = parseSourceUrl(url, HOP_CHARS_MAX, isPrivate);
    if (!parsed.ok) return parsed;
    if (!isSignedQuery(parsed.url.query ?? '')) return QUERY;
    return judgeHostForm(parsed.url, isPrivate) ?? judgeHop(parsed.url, allowed.entries);
  }, UNPARSABLE);
}

function allowsPrivateHosts(options: unknown): boolean {
  return isObject(options) && ownField(options, 'privateHosts') === true;
}

function judgeHostForm(url: SourceUrl, isPrivate: boolean): Deny | null {
  if (url.hasFragment) return FRAGMENT;
  return isHostName(url.host) || (isPrivate && isPrivateHost(url.host)) ? null : HOST_FORM;
}

function judgeSource(url: SourceUrl, entries: readonly SourceEntry[]): Verdict {
  const ofHost = entries.filter((entry) => isSameHost(entry, url));
  if (ofHost.length === 0) return HOST_NOT_ALLOWED;
  if (!isPlainPath(url.path)) return PATH_CHARSET;
  const segments = url.path.slice(1).split('/');
  const judgePath = url.host === MODEL_HUB_HOST ? judgeHubPath : judgePlainPath;
  const closeness = ofHost.map((entry) => CLOSENESS.indexOf(judgePath(segments, entry.pathSegments)));
  return CLOSENESS[Math.max(...closeness)] ?? PATH_SCOPE;
}

function judgePlainPath(segments: readonly string[], scope: readonly string[]): Verdict {
  return scope.every((segment, index) => segment === segments[index]) ? ALLOWED : PATH_SCOPE;
}

function judgeHubPath(segments: readonly string[], scope: readonly string[]): Verdict {
  if (segments.length <= REVISION_INDEX + 1 || segments[2] !== 'resolve') return PATH_SCOPE;
  const revision = segments[REVISION_INDEX]!;
  const isInScope = scope.every((segment, index) => index === REVISION_INDEX || segment === segments[index]);
  if (!isInScope) return PATH_SCOPE;
  if (!isPinnedRevision(revision)) return NOT_PINNED;
  return (scope[REVISION_INDEX] ?? revision) === revision ? ALLOWED : REVISION_OTHER;
}

function judgeHop(url: SourceUrl, entries: readonly HopEntry[]): Verdict {
  const isAllowed = entries.some((entry) =>
    // A port is for the hosts that are named one by one.
    entry.isSuffix ? url.port === null && url.host.endsWith(entry.host) : isSameHost(entry, url),
  );
  if (!isAllowed) return HOST_NOT_ALLOWED;
  return isSignedPath(url.path) ? ALLOWED : PATH_CHARSET;
}

function isSameHost(entry: SourceEntry | HopEntry, url: SourceUrl): boolean {
  return entry.host === url.host && (entry.port === null || entry.port === (url.port ?? HTTPS_PORT));
}
