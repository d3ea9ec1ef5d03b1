import { isIntegerFrom, isPlainObject, ownField } from './foreign.ts';
import { isHostName, isPinnedRevision, isPlainPath, MODEL_HUB_HOST } from './source-grammar.ts';
import { type Deny, deny, failClosed } from './verdict.ts';

/** A place that bytes may come from: a host, and where `pathSegments` is not empty only what is below that path. */
export interface SourceEntry {
  readonly host: string;
  readonly pathSegments: readonly string[];
}

/** A host that a redirect may lead to: one name, or with `isSuffix` every name that ends in it (`.hf.co`). */
export interface HopEntry {
  readonly host: string;
  readonly isSuffix: boolean;
}

export type ReadAllowlist<E> = { readonly ok: true; readonly entries: readonly E[] } | Deny;

const EMPTY = Object.freeze(deny('allowlist_empty'));
const MALFORMED = Object.freeze(deny('allowlist_malformed'));

/** Bounds the work that a hostile list can ask for. */
const ENTRIES_MAX = 1024;

/** Entries are host names or `{ host, path }`. One bad entry spoils the list: it may be the one that narrows it. */
export function readSourceAllowlist(allowlist: unknown): ReadAllowlist<SourceEntry> {
  return readAllowlist(allowlist, readSourceEntry);
}

/** Entries are host names, or suffixes that begin with a dot. */
export function readHopAllowlist(allowlist: unknown): ReadAllowlist<HopEntry> {
  return readAllowlist(allowlist, readHopEntry);
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

function readSourceEntry(entry: unknown): SourceEntry | null {
  if (typeof entry === 'string') return isHostName(entry) ? { host: entry, pathSegments: [] } : null;
  if (!isPlainObject(entry)) return null;
  // A misspelt `path` would otherwise widen the entry to the whole host.
  if (!Reflect.ownKeys(entry).every((key) => key === 'host' || key === 'path')) return null;
  const host = ownField(entry, 'host');
  const path = ownField(entry, 'path');
  if (typeof host !== 'string' || !isHostName(host)) return null;
  if (path === undefined) return { host, pathSegments: [] };
  if (typeof path !== 'string' || !isPlainPath(path)) return null;
  const pathSegments = path.slice(1).split('/');
  return host !== MODEL_HUB_HOST || isHubScope(pathSegments) ? { host, pathSegments } : null;
}

/** `org`, `org/repo`, `org/repo/resolve`, `org/repo/resolve/{commit}` and below: an entry that names a branch pins nothing. */
function isHubScope(segments: readonly string[]): boolean {
  const [, , verb, revision] = segments;
  if (verb !== undefined && verb !== 'resolve') return false;
  return revision === undefined || isPinnedRevision(revision);
}

function readHopEntry(entry: unknown): HopEntry | null {
  if (typeof entry !== 'string') return null;
  const isSuffix = entry.startsWith('.');
  return isHostName(isSuffix ? entry.slice(1) : entry) ? { host: entry, isSuffix } : null;
}
