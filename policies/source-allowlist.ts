import { isIntegerFrom, isPlainObject, ownField } from './foreign.ts';
import { type HostAndPort, isPrivateHost, splitPort } from './private-host.ts';
import { isHostName, isPinnedRevision, isPlainPath, MODEL_HUB_HOST } from './source-grammar.ts';
import { type Deny, deny, failClosed } from './verdict.ts';

/** As a host writes it: a host name, or a host name and a path below which the URL must be. */
export type SourceAllowEntry = string | { readonly host: string; readonly path?: string };

/** A place that bytes may come from: a host, and where `pathSegments` is not empty only what is below that path. */
export interface SourceEntry {
  readonly host: string;
  /** Null for any port that a URL may name. */
  readonly port: number | null;
  readonly pathSegments: readonly string[];
}

/** A host that a redirect may lead to: one name, or with `isSuffix` every name that ends in it (`.hf.co`). */
export interface HopEntry {
  readonly host: string;
  /** Null for any port that a URL may name. */
  readonly port: number | null;
  readonly isSuffix: boolean;
}

export type ReadAllowlist<E> = { readonly ok: true; readonly entries: readonly E[] } | Deny;

const EMPTY = Object.freeze(deny('allowlist_empty'));
const MALFORMED = Object.freeze(deny('allowlist_malformed'));

/** Bounds the work that a hostile list can ask for. */
const ENTRIES_MAX = 1024;

/**
 * Entries are host names or `{ host, path }`. One bad entry spoils the list: it may be the one that narrows it.
 *
 * @param isPrivate Whether a host may also be one of a private network, and may have a port after a colon.
 */
export function readSourceAllowlist(allowlist: unknown, isPrivate = false): ReadAllowlist<SourceEntry> {
  return readAllowlist(allowlist, (entry) => readSourceEntry(entry, isPrivate));
}

/** Entries are hosts as above, or suffixes that begin with a dot. */
export function readHopAllowlist(allowlist: unknown, isPrivate = false): ReadAllowlist<HopEntry> {
  return readAllowlist(allowlist, (entry) => readHopEntry(entry, isPrivate));
}

function readAllowlist<E>(allowlist: unknown, readEntry: (entry: unknown) => E | null): ReadAllowlist<E> {
  return failClosed<ReadAllowlist<E>>(() => {
    if (!Array.isArray(allowlist)) return MALFORMED;
    const length: unknown = allowlist.length;
    if (length === 0) return EMPTY;
    if (!isIntegerFrom(length, 1) || length > ENTRIES_MAX) return MALFORMED;
    const entries: E[] = [];
    for (let index = 0; index < length; index += 1) {
      const entry = readEntry(ownField(allowlist, String(index)));
      if (entry === null) return MALFORMED;
      entries.push(entry);
    }
    return { ok: true, entries };
  }, MALFORMED);
}

function readSourceEntry(entry: unknown, isPrivate: boolean): SourceEntry | null {
  if (typeof entry === 'string') return scoped(readHost(entry, isPrivate), []);
  if (!isPlainObject(entry)) return null;
  // A misspelt `path` would otherwise widen the entry to the whole host.
  if (!Reflect.ownKeys(entry).every((key) => key === 'host' || key === 'path')) return null;
  const host = readHost(ownField(entry, 'host'), isPrivate);
  const path = ownField(entry, 'path');
  if (path === undefined) return scoped(host, []);
  if (typeof path !== 'string' || !isPlainPath(path)) return null;
  const pathSegments = path.slice(1).split('/');
  return host?.host !== MODEL_HUB_HOST || isHubScope(pathSegments) ? scoped(host, pathSegments) : null;
}

function scoped(host: HostAndPort | null, pathSegments: readonly string[]): SourceEntry | null {
  return host && { ...host, pathSegments };
}

function readHost(text: unknown, isPrivate: boolean): HostAndPort | null {
  if (typeof text !== 'string') return null;
  if (!isPrivate) return isHostName(text) ? { host: text, port: null } : null;
  const read = splitPort(text);
  return read !== null && (isHostName(read.host) || isPrivateHost(read.host)) ? read : null;
}

/** `org`, `org/repo`, `org/repo/resolve`, `org/repo/resolve/{commit}` and below: an entry that names a branch pins nothing. */
function isHubScope(segments: readonly string[]): boolean {
  const [, , verb, revision] = segments;
  if (verb !== undefined && verb !== 'resolve') return false;
  return revision === undefined || isPinnedRevision(revision);
}

function readHopEntry(entry: unknown, isPrivate: boolean): HopEntry | null {
  if (typeof entry !== 'string') return null;
  if (entry.startsWith('.'))
    return isHostName(entry.slice(1)) ? { host: entry, port: null, isSuffix: true } : null;
  const host = readHost(entry, isPrivate);
  return host && { ...host, isSuffix: false };
}
