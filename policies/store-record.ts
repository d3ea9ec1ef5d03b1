import { isIntegerFrom, isPlainObject, ownField } from './foreign.ts';
import { readIntegritySpec } from './integrity-spec.ts';
import { allow, deny, failClosed, type Verdict } from './verdict.ts';

/** What a file system tells of one content of one file. Decimal digits, since these exceed what a double holds. */
export interface FileIdentity {
  readonly dev: string;
  readonly ino: string;
  readonly sizeBytes: string;
  readonly mtimeNs: string;
  readonly ctimeNs: string;
}

/** Says which file was read in full and found to be what its digest says. */
export interface StoreRecord extends Omit<FileIdentity, 'sizeBytes'> {
  readonly version: typeof STORE_RECORD_VERSION;
  readonly sha256: string;
  readonly sizeBytes: number;
  /** Ms since 1970. */
  readonly verifiedAtMs: number;
}

export const STORE_RECORD_VERSION = 1;
/** Longest record that is read, in UTF-16 units; a whole one is below 400. */
export const STORE_RECORD_CHARS_MAX = 4096;

const FITS = Object.freeze(allow('store_record_fits'));
const DIFFERS = Object.freeze(deny('store_record_differs'));
const DECIMAL = /^-?\d{1,40}$/;

/** Reads the text of a record; null where it is not one, or not of this version. Total. */
export function readStoreRecord(text: unknown): StoreRecord | null {
  return failClosed(() => {
    if (typeof text !== 'string' || text.length > STORE_RECORD_CHARS_MAX) return null;
    return readFields(JSON.parse(text));
  }, null);
}

/**
 * Whether a record speaks of this file as it is now, and of this model: `store_record_fits`, or on any difference or
 * doubt `store_record_differs`. Total.
 *
 * @param identity The file that is there under the model's name: a {@link FileIdentity}.
 */
export function evaluateStoreRecord(record: unknown, spec: unknown, identity: unknown): Verdict {
  return failClosed(() => {
    const known = readFields(record);
    const wanted = readIntegritySpec(spec);
    const found = readIdentity(identity);
    if (known === null || !wanted.ok || found === null) return DIFFERS;
    const isOfModel = known.sha256 === wanted.sha256 && known.sizeBytes === wanted.sizeBytes;
    const isOfFile =
      known.dev === found.dev &&
      known.ino === found.ino &&
      String(known.sizeBytes) === found.sizeBytes &&
      known.mtimeNs === found.mtimeNs &&
      known.ctimeNs === found.ctimeNs;
    return isOfModel && isOfFile ? FITS : DIFFERS;
  }, DIFFERS);
}

function readFields(record: unknown): StoreRecord | null {
  if (!isPlainObject(record) || ownField(record, 'version') !== STORE_RECORD_VERSION) return null;
  const spec = readIntegritySpec({
    sha256: ownField(record, 'sha256'),
    sizeBytes: ownField(record, 'sizeBytes'),
  });
  const verifiedAtMs = ownField(record, 'verifiedAtMs');
  if (!spec.ok || !isIntegerFrom(verifiedAtMs, 0)) return null;
  const { sha256, sizeBytes } = spec;
  const identity = readIdentity({
    dev: ownField(record, 'dev'),
    ino: ownField(record, 'ino'),
    sizeBytes: String(sizeBytes),
    mtimeNs: ownField(record, 'mtimeNs'),
    ctimeNs: ownField(record, 'ctimeNs'),
  });
  return identity && { ...identity, version: STORE_RECORD_VERSION, sha256, sizeBytes, verifiedAtMs };
}

function readIdentity(identity: unknown): FileIdentity | null {
  if (!isPlainObject(identity)) return null;
  const read = (key: keyof FileIdentity): string => {
    const value = ownField(identity, key);
    if (typeof value !== 'string' || !DECIMAL.test(value)) throw new TypeError(key);
    return value;
  };
  return {
    dev: read('dev'),
    ino: read('ino'),
    sizeBytes: read('sizeBytes'),
    mtimeNs: read('mtimeNs'),
    ctimeNs: read('ctimeNs'),
  };
}
