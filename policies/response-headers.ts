import { isObject, ownField } from './foreign.ts';

/** Header fields of a response by lower-case name, each with every value it came with, in order. */
export type ResponseHeaders = ReadonlyMap<string, readonly string[]>;

export interface ContentRange {
  readonly fromBytes: number;
  /** Exclusive. */
  readonly endBytes: number;
  readonly totalBytes: number;
}

/** Far above what a source of files sends; bounds the work that a hostile head can ask for. */
const FIELDS_MAX = 256;

/** Canonical: no sign, no space, no leading zero, and few enough digits that no sum of them is inexact. */
const SIZE = /^(?:0|[1-9]\d{0,15})$/;
const CONTENT_RANGE = /^bytes (\d{1,16})-(\d{1,16})\/(\d{1,16})$/;
/** Visible ASCII alone: what else a validator may hold by the standard, some node on the way rewrites. */
const STRONG_ETAG = /^"[!#-~]{1,510}"$/;

/** Reads the flat list of names and values that Node gives; null where it is no such list, or too long. */
export function readHeaders(rawHeaders: unknown): ResponseHeaders | null {
  if (!isObject(rawHeaders) || !Array.isArray(rawHeaders)) return null;
  const length: unknown = rawHeaders.length;
  if (typeof length !== 'number' || length > FIELDS_MAX * 2 || length % 2 !== 0) return null;
  const headers = new Map<string, string[]>();
  for (let index = 0; index < length; index += 2) {
    const name = ownField(rawHeaders, String(index));
    const value = ownField(rawHeaders, String(index + 1));
    if (typeof name !== 'string' || typeof value !== 'string') return null;
    const key = name.toLowerCase();
    headers.set(key, [...(headers.get(key) ?? []), value]);
  }
  return headers;
}

/** Every value of a field; none where it is absent. */
export function valuesOf(headers: ResponseHeaders, name: string): readonly string[] {
  return headers.get(name) ?? [];
}

/** A size as a header tells it: null unless it is written the one canonical way and exact in a double. */
export function readSize(text: string): number | null {
  const bytes = SIZE.test(text) ? Number(text) : null;
  return bytes !== null && Number.isSafeInteger(bytes) ? bytes : null;
}

/** `bytes 0-9/20`: null for anything else, an unknown total included. */
export function readContentRange(text: string): ContentRange | null {
  const [first, last, total] = CONTENT_RANGE.exec(text)?.slice(1).map(readSize) ?? [];
  if (first == null || last == null || total == null) return null;
  return { fromBytes: first, endBytes: last + 1, totalBytes: total };
}

/** Whether it is a strong validator that may be sent back as it is. */
export function isStrongEtag(etag: unknown): etag is string {
  return typeof etag === 'string' && STRONG_ETAG.test(etag);
}
