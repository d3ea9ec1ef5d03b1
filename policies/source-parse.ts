import { hasDotSegment, hasOnlyUrlChars } from './source-grammar.ts';
import { type Deny, deny } from './verdict.ts';

/** A canonical https URL without credentials, cut into its parts and not yet judged. */
export interface SourceUrl {
  readonly host: string;
  /** Null where it is the default one. */
  readonly port: number | null;
  /** Begins with a slash. */
  readonly path: string;
  /** Null where there is no question mark. */
  readonly query: string | null;
  readonly hasFragment: boolean;
}

export type ParsedSource = { readonly ok: true; readonly url: SourceUrl } | Deny;

const NOT_STRING = Object.freeze(deny('source_not_string'));
const TOO_LONG = Object.freeze(deny('source_too_long'));
const CHARSET = Object.freeze(deny('source_charset'));
const UNPARSABLE = Object.freeze(deny('source_unparsable'));
const SCHEME = Object.freeze(deny('source_scheme'));
const USERINFO = Object.freeze(deny('source_userinfo'));
const NOT_CANONICAL = Object.freeze(deny('source_not_canonical'));
const PORT = Object.freeze(deny('source_port'));

const URL_SCHEME = /^([a-z][a-z0-9+.-]*):(.*)$/i;
const AFTER_SCHEME = /^(\/*)([^/?#]*)([^?#]*)(\?[^#]*)?(#.*)?$/;
const HOST_AND_PORT = /^(\[[^\]]*\]|[^:[\]]*)(?::(.*))?$/;
const IPV6_CHARS = /^\[[0-9a-f:.]+\]$/i;
/** A percent sign that begins no escape, or the escape of a character that no host can hold. */
const FORBIDDEN_ESCAPE = /%(?![0-9a-f]{2})|%(?:[01][0-9a-f]|2[035f]|3[acef]|40|5[b-e]|7[cf])/i;
const PORT_MAX = 65_535;
const HTTPS_PORT = 443;

/**
 * Cuts a URL into its parts. Refused is what is no URL, no https, or not written the one canonical way: a reader
 * that normalises would see another URL than a reader that does not.
 *
 * @param isPortAllowed Whether another port than the default one may be named.
 */
export function parseSourceUrl(url: unknown, charsMax: number, isPortAllowed = false): ParsedSource {
  if (typeof url !== 'string') return NOT_STRING;
  if (url.length > charsMax) return TOO_LONG;
  if (!hasOnlyUrlChars(url)) return CHARSET;
  const cut = URL_SCHEME.exec(url);
  if (cut === null) return UNPARSABLE;
  const scheme = cut[1]!;
  if (scheme.toLowerCase() !== 'https') return SCHEME;

  // Matches whatever has no line break, and among the characters of a URL there is none.
  const [, slashes, authority, path, query, fragment] = AFTER_SCHEME.exec(cut[2]!)!;
  const userinfoEnd = authority!.lastIndexOf('@');
  const dialled = HOST_AND_PORT.exec(authority!.slice(userinfoEnd + 1));
  if (dialled === null || dialled[1] === '') return UNPARSABLE;
  const host = dialled[1]!;
  const port = dialled[2];
  const portRefusal = judgePort(port);
  if (portRefusal === UNPARSABLE || !isHostReadable(host)) return UNPARSABLE;
  if (userinfoEnd > 0 && authority!.slice(0, userinfoEnd) !== ':') return USERINFO;

  const isCanonical =
    scheme === 'https' &&
    slashes === '//' &&
    userinfoEnd === -1 &&
    !/[A-Z%]/.test(host) &&
    path!.startsWith('/') &&
    !hasDotSegment(path!);
  if (!isCanonical) return NOT_CANONICAL;
  if (portRefusal !== null && !(portRefusal === PORT && isPortAllowed && port !== '0')) return portRefusal;
  return {
    ok: true,
    url: {
      host,
      port: port === undefined ? null : Number(port),
      path: path!,
      query: query === undefined ? null : query.slice(1),
      hasFragment: fragment !== undefined,
    },
  };
}

/** What is wrong with the text after the colon; null where there is neither. */
function judgePort(port: string | undefined): Deny | null {
  if (port === undefined) return null;
  if (port === '') return NOT_CANONICAL;
  if (!/^\d+$/.test(port) || Number(port) > PORT_MAX) return UNPARSABLE;
  const isShortest = String(Number(port)) === port;
  return isShortest && Number(port) !== HTTPS_PORT ? PORT : NOT_CANONICAL;
}

function isHostReadable(host: string): boolean {
  return host.startsWith('[') ? IPV6_CHARS.test(host) : !FORBIDDEN_ESCAPE.test(host);
}
