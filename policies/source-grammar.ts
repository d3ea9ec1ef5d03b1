/**
 * The narrow grammar of a source URL. It is stricter than the URL standard on purpose: what passes here means the
 * same to every parser, so that no two of them can be played against each other.
 */

/** The hub whose paths name a repository and a revision. */
export const MODEL_HUB_HOST = 'huggingface.co';

const HOST_CHARS_MAX = 253;
const HOST_LABEL = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;
/** A last label like this makes the URL standard read the host as an IPv4 address, in any of its shorthands. */
const NUMERIC_LABEL = /^(?:\d+|0x[0-9a-f]*)$/;
/** No leading dot or dash, no trailing dot, and nothing that a file system or a shell reads in its own way. */
const PLAIN_SEGMENT = /^[A-Za-z0-9_](?:[A-Za-z0-9._+-]*[A-Za-z0-9_+-])?$/;
const REVISION = /^[0-9a-f]{40}$/;

/** Printable ASCII without what the URL standard strips, escapes or rewrites. */
const URL_CHARS = /^[!#-;=?-[\]_a-z~]*$/;
const SIGNED_PATH = /^(?:[A-Za-z0-9._~!$&'()*+,;=:@/-]|%[2-689A-F][0-9A-F]|%7[0-9A-E])*$/i;
const SIGNED_QUERY = /^(?:[A-Za-z0-9._~!$&()*+,;=:@/?-]|%[0-9A-F]{2})*$/i;
const DOT_SEGMENT = /^(?:\.|%2e){1,2}$/i;

/** A canonical DNS name of two labels or more: lower case, no IP address, no punycode, no trailing dot. */
export function isHostName(host: string): boolean {
  const labels = host.split('.');
  if (host.length > HOST_CHARS_MAX || labels.length < 2) return false;
  return labels.every(isPlainLabel) && !NUMERIC_LABEL.test(labels[labels.length - 1]!);
}

/** A DNS name of one label, by the same rules: no resolver but that of a private network knows it. */
export function isHostLabel(host: string): boolean {
  return isPlainLabel(host) && !NUMERIC_LABEL.test(host);
}

/** `/a/b.c`: one plain segment or more, no escape, no trailing slash. */
export function isPlainPath(path: string): boolean {
  return path.startsWith('/') && path.slice(1).split('/').every(isPlainSegment);
}

/** What a signed link of a content network may have as its path: escapes, but none of a control character. */
export function isSignedPath(path: string): boolean {
  return path.startsWith('/') && SIGNED_PATH.test(path);
}

export function isSignedQuery(query: string): boolean {
  return SIGNED_QUERY.test(query);
}

/** A full commit; a branch or a short commit can come to mean other bytes. */
export function isPinnedRevision(revision: string): boolean {
  return REVISION.test(revision);
}

export function hasOnlyUrlChars(url: string): boolean {
  return URL_CHARS.test(url);
}

/** Whether a parser would resolve a part of the path away. */
export function hasDotSegment(path: string): boolean {
  return path.split('/').some((segment) => DOT_SEGMENT.test(segment));
}

function isPlainLabel(label: string): boolean {
  return HOST_LABEL.test(label) && !label.startsWith('xn--');
}

function isPlainSegment(segment: string): boolean {
  return PLAIN_SEGMENT.test(segment);
}
