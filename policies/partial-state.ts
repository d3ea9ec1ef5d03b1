import { isIntegerFrom, isPlainObject, ownField } from './foreign.ts';
import { readIntegritySpec } from './integrity-spec.ts';
import { isStrongEtag } from './response-headers.ts';
import { failClosed } from './verdict.ts';

export { isStrongEtag } from './response-headers.ts';

/** What the state file beside a partial file says: how far its bytes survive a power cut, and under which validator they came. */
export interface PartialState {
  readonly version: typeof PARTIAL_STATE_VERSION;
  readonly sha256: string;
  readonly sizeBytes: number;
  readonly etag: string;
  /** 1 to `sizeBytes`. */
  readonly syncedBytes: number;
}

export const PARTIAL_STATE_VERSION = 1;
/** Longest state file that is read, in UTF-16 units; a whole one is below 700. */
export const PARTIAL_STATE_CHARS_MAX = 4096;

/**
 * Reads a state file. Null where anything about it is in doubt, and then the partial file is as doubtful: text that is
 * cut off or not JSON, of another version, digest or size, with a validator that is weak or malformed, or that claims
 * more bytes than the file or the model has. Total.
 *
 * @param spec The model that is wanted.
 * @param fileBytes Size of the partial file now.
 */
export function readPartialState(text: unknown, spec: unknown, fileBytes: unknown): PartialState | null {
  return failClosed(() => read(text, spec, fileBytes), null);
}

function read(text: unknown, spec: unknown, fileBytes: unknown): PartialState | null {
  const wanted = readIntegritySpec(spec);
  if (!wanted.ok || !isIntegerFrom(fileBytes, 0)) return null;
  if (typeof text !== 'string' || text.length > PARTIAL_STATE_CHARS_MAX) return null;
  const state: unknown = JSON.parse(text);
  if (!isPlainObject(state)) return null;

  const etag = ownField(state, 'etag');
  const syncedBytes = ownField(state, 'syncedBytes');
  const { sha256, sizeBytes } = wanted;
  if (ownField(state, 'version') !== PARTIAL_STATE_VERSION) return null;
  if (ownField(state, 'sha256') !== sha256 || ownField(state, 'sizeBytes') !== sizeBytes) return null;
  if (!isStrongEtag(etag) || !isIntegerFrom(syncedBytes, 1)) return null;
  if (syncedBytes > sizeBytes || syncedBytes > fileBytes) return null;
  return { version: PARTIAL_STATE_VERSION, sha256, sizeBytes, etag, syncedBytes };
}
