import { isIntegerFrom, isObject, ownField } from './foreign.ts';
import { allow, type Deny, deny, failClosed, type Verdict } from './verdict.ts';

const VALID = Object.freeze(allow('integrity_spec_valid'));
const MISSING = Object.freeze(deny('integrity_spec_missing'));
const MALFORMED = Object.freeze(deny('integrity_spec_malformed'));
const AMBIGUOUS = Object.freeze(deny('integrity_spec_ambiguous'));

const SHA256_HEX = /^[0-9a-f]{64}$/;

/**
 * Keys that name a digest or a size, beside the two that are read. A spec that holds one could be read in two
 * ways, and whoever wrote it may have meant the other.
 */
const SECOND_OPINION =
  /^sha$|sha[-_]?\d|md\d|digest|hash|checksum|crc|blake|integrity|etag|algo|^alg$|size|byte|length/i;

/** A spec that was read once and judged: what is used later is what was judged. */
export type ReadIntegritySpec =
  | { readonly ok: true; readonly sha256: string; readonly sizeBytes: number }
  | Deny;

/**
 * Judges which bytes a spec means.
 *
 * @param spec `{ sha256, sizeBytes }` as own fields: 64 lower-case hex digits, and a safe integer of 1 or more.
 * Keys that name neither a digest nor a size are left alone.
 * @returns `integrity_spec_valid`, or the refusal `integrity_spec_missing`, `_ambiguous` or `_malformed`.
 */
export function validateIntegritySpec(spec: unknown): Verdict {
  const read = readIntegritySpec(spec);
  return read.ok ? VALID : read;
}

export function readIntegritySpec(spec: unknown): ReadIntegritySpec {
  return failClosed<ReadIntegritySpec>(() => read(spec), MALFORMED);
}

function read(spec: unknown): ReadIntegritySpec {
  if (spec === null || spec === undefined) return MISSING;
  if (!isObject(spec)) return MALFORMED;
  if (Array.isArray(spec)) return AMBIGUOUS;
  const sha256 = ownField(spec, 'sha256');
  const sizeBytes = ownField(spec, 'sizeBytes');
  if (sha256 === undefined || sizeBytes === undefined) return MISSING;
  if (Reflect.ownKeys(spec).some(givesSecondOpinion)) return AMBIGUOUS;
  if (typeof sha256 !== 'string' || !SHA256_HEX.test(sha256)) return MALFORMED;
  if (!isIntegerFrom(sizeBytes, 1)) return MALFORMED;
  return { ok: true, sha256, sizeBytes };
}

function givesSecondOpinion(key: string | symbol): boolean {
  return typeof key === 'string' && key !== 'sha256' && key !== 'sizeBytes' && SECOND_OPINION.test(key);
}
