import { isIntegerFrom, isObject, ownField } from './foreign.ts';
import {
  isStrongEtag,
  type ResponseHeaders,
  readContentRange,
  readHeaders,
  readSize,
  valuesOf,
} from './response-headers.ts';
import { type Allow, allow, type Deny, deny, failClosed } from './verdict.ts';

/** The head of a response, as it was received. */
export interface ResponseHead {
  readonly statusCode: number;
  /** `1.0` or `1.1`; absent is not judged. */
  readonly httpVersion?: string;
  /** Names and values in turn, each field as it was sent. */
  readonly rawHeaders: readonly string[];
}

/** What was asked for: bytes `fromBytes` (inclusive) to `endBytes` (exclusive) of a file of `sizeBytes` bytes. */
export interface ResponseExpectation {
  /** Pinned. */
  readonly sizeBytes: number;
  readonly fromBytes: number;
  readonly endBytes: number;
  /** The validator of the bytes before `fromBytes`; only looked at where there are any. */
  readonly etag: string | null;
}

export type ResponseJudgement = AcceptedBody | Redirect | RefusedResponse;

/** A body follows that holds these bytes of the file. */
export interface AcceptedBody {
  readonly kind: 'body';
  readonly verdict: Allow<'response_accepted'>;
  /** As asked; 0 where the source sends the whole file instead. */
  readonly fromBytes: number;
  /** Exclusive. As asked; the size where the source sends the whole file instead. */
  readonly endBytes: number;
  /** The strong validator of the response; null where it has none, or a weak one. */
  readonly etag: string | null;
}

/** The file is elsewhere. The location is absolute, and not judged beyond that. */
export interface Redirect {
  readonly kind: 'redirect';
  readonly location: string;
}

export interface RefusedResponse {
  readonly kind: 'refused';
  readonly verdict: Deny;
}

const ACCEPTED = Object.freeze(allow('response_accepted'));
const refusal = (reason: Parameters<typeof deny>[0]): RefusedResponse =>
  Object.freeze({ kind: 'refused', verdict: Object.freeze(deny(reason)) });
const MALFORMED = refusal('response_malformed');
const ENCODED = refusal('response_encoded');
const SIZE_MISMATCH = refusal('response_size_mismatch');
const RANGE_MISMATCH = refusal('response_range_mismatch');
const BUSY = refusal('source_busy');
const STATUS_REFUSED = refusal('source_status_refused');
const REDIRECT_MALFORMED = refusal('redirect_malformed');

const ABSOLUTE_URL = /^[a-z][a-z0-9+.-]*:/i;
const MULTIPART = /^\s*multipart\//i;

/**
 * Judges the head of a response before one byte of its body is used. What the source says of itself must fit what was
 * asked and pinned; what it does not say (no Content-Length) is left to the count of the bytes that come.
 *
 * @returns A body to be read, a redirect to be judged, or a refusal: `source_busy`, `source_status_refused`,
 * `redirect_malformed`, `response_malformed`, `response_encoded`, `response_size_mismatch`, `response_range_mismatch`.
 */
export function evaluateResponseHead(head: unknown, expectation: unknown): ResponseJudgement {
  return failClosed<ResponseJudgement>(() => {
    const asked = readExpectation(expectation);
    const read = readHead(head);
    return asked === null || read === null ? MALFORMED : judgeStatus(read, { ...asked, isPinned: true });
  }, MALFORMED);
}

/**
 * Judges the head of the response to a first contact: nothing is pinned yet, so the source is believed about the size
 * of the file, which it must tell. Refused like any other response, and with `response_malformed` where no length is
 * told, or none.
 */
export function evaluateFirstContact(head: unknown): ResponseJudgement {
  return failClosed<ResponseJudgement>(() => {
    const read = readHead(head);
    if (read === null) return MALFORMED;
    const [length, ...more] = valuesOf(read.headers, 'content-length');
    const toldBytes = length === undefined || more.length > 0 ? null : readSize(length);
    // Any other response has a body of its own, of whatever length.
    const sizeBytes = read.statusCode === 200 ? toldBytes : 1;
    if (sizeBytes === null || sizeBytes === 0) return MALFORMED;
    return judgeStatus(read, { sizeBytes, fromBytes: 0, endBytes: sizeBytes, etag: null, isPinned: false });
  }, MALFORMED);
}

/**
 * Whether it can be asked for: a part of the file, one byte or more, and where it does not begin at byte 0, with the
 * strong validator of what comes before. Without that, the rest may be of another file.
 */
export function isFetchRange(value: unknown): value is ResponseExpectation {
  return failClosed(() => readExpectation(value) !== null, false);
}

interface Asked extends ResponseExpectation {
  readonly isPinned: boolean;
}

interface ReadHead {
  readonly statusCode: number;
  readonly headers: ResponseHeaders;
}

function readHead(head: unknown): ReadHead | null {
  if (!isObject(head)) return null;
  const statusCode = ownField(head, 'statusCode');
  const version = ownField(head, 'httpVersion');
  const headers = readHeaders(ownField(head, 'rawHeaders'));
  if (!isIntegerFrom(statusCode, 0) || headers === null) return null;
  return version === undefined || version === '1.1' || version === '1.0' ? { statusCode, headers } : null;
}

function judgeStatus({ statusCode, headers }: ReadHead, asked: Asked): ResponseJudgement {
  switch (statusCode) {
    case 200:
      return judgeBody(headers, { fromBytes: 0, endBytes: asked.sizeBytes }, asked);
    case 206:
      return judgePart(headers, asked);
    case 301:
    case 302:
    case 303:
    case 307:
    case 308:
      return judgeRedirect(headers, asked);
    case 300:
    case 304:
    case 305:
    case 306:
      return REDIRECT_MALFORMED;
    case 416:
      return RANGE_MISMATCH;
    case 408:
    case 425:
    case 429:
      return BUSY;
    default:
      return statusCode >= 500 && statusCode <= 599 ? BUSY : STATUS_REFUSED;
  }
}

function judgePart(headers: ResponseHeaders, asked: ResponseExpectation): ResponseJudgement {
  const isPartAsked = asked.fromBytes > 0 || asked.endBytes < asked.sizeBytes;
  if (!isPartAsked || valuesOf(headers, 'content-type').some((type) => MULTIPART.test(type)))
    return RANGE_MISMATCH;
  const [text, ...more] = valuesOf(headers, 'content-range');
  const range = text === undefined || more.length > 0 ? null : readContentRange(text);
  if (range === null) return RANGE_MISMATCH;
  if (range.totalBytes !== asked.sizeBytes) return SIZE_MISMATCH;
  if (range.fromBytes !== asked.fromBytes || range.endBytes !== asked.endBytes) return RANGE_MISMATCH;
  const etag = readEtag(headers);
  if (asked.fromBytes > 0 && etag !== null && etag !== asked.etag) return RANGE_MISMATCH;
  return judgeBody(headers, range, asked);
}

function judgeBody(
  headers: ResponseHeaders,
  { fromBytes, endBytes }: { readonly fromBytes: number; readonly endBytes: number },
  asked: ResponseExpectation,
): ResponseJudgement {
  const transfer = valuesOf(headers, 'transfer-encoding');
  const lengths = valuesOf(headers, 'content-length');
  const isPlain = valuesOf(headers, 'content-encoding').every((coding) => isWord(coding, 'identity'));
  if (!isPlain || !transfer.every((coding) => isWord(coding, 'chunked'))) return ENCODED;
  // Two answers to where the body ends are none: readers on the way could each believe another.
  if (lengths.length + transfer.length > 1) return MALFORMED;
  if (lengths[0] !== undefined) {
    const lengthBytes = readSize(lengths[0]);
    if (lengthBytes === null) return MALFORMED;
    if (lengthBytes !== endBytes - fromBytes) return SIZE_MISMATCH;
  }
  if (!isLinkedSizeRight(headers, asked)) return SIZE_MISMATCH;
  return { kind: 'body', verdict: ACCEPTED, fromBytes, endBytes, etag: readEtag(headers) };
}

function judgeRedirect(headers: ResponseHeaders, asked: Asked): ResponseJudgement {
  const [location, ...more] = valuesOf(headers, 'location');
  if (location === undefined || more.length > 0 || !ABSOLUTE_URL.test(location)) return REDIRECT_MALFORMED;
  return !asked.isPinned || isLinkedSizeRight(headers, asked)
    ? { kind: 'redirect', location }
    : SIZE_MISMATCH;
}

/** The model hub tells the size of the file in the redirect already. It is never trusted, only contradicted. */
function isLinkedSizeRight(headers: ResponseHeaders, { sizeBytes }: ResponseExpectation): boolean {
  return valuesOf(headers, 'x-linked-size').every((size) => readSize(size) === sizeBytes);
}

function readEtag(headers: ResponseHeaders): string | null {
  const [etag, ...more] = valuesOf(headers, 'etag');
  return more.length === 0 && isStrongEtag(etag) ? etag : null;
}

function isWord(value: string, word: string): boolean {
  return value.trim().toLowerCase() === word;
}

function readExpectation(expectation: unknown): ResponseExpectation | null {
  if (!isObject(expectation)) return null;
  const sizeBytes = ownField(expectation, 'sizeBytes');
  const fromBytes = ownField(expectation, 'fromBytes');
  const endBytes = ownField(expectation, 'endBytes');
  const etag = ownField(expectation, 'etag');
  if (!isIntegerFrom(sizeBytes, 1) || !isIntegerFrom(fromBytes, 0) || !isIntegerFrom(endBytes, 1))
    return null;
  if (fromBytes >= endBytes || endBytes > sizeBytes) return null;
  if (etag !== null && !isStrongEtag(etag)) return null;
  if (fromBytes > 0 && etag === null) return null;
  return { sizeBytes, fromBytes, endBytes, etag };
}
