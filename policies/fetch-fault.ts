import { faultClass, isReason } from './faults.ts';
import type { Reason } from './reasons.ts';

/**
 * What a failed attempt to download says about the next one. `again`: the source may do better in a moment.
 * `from_start`: what was kept cannot be gone on with. `other_mirror`: this one is not asked any more in this run.
 * `stop`: no source can help.
 */
export type FetchFaultClass = 'again' | 'from_start' | 'other_mirror' | 'stop';

/**
 * The class of a failure between the question to a source and the proof of its bytes.
 *
 * @param resumed Whether bytes that an earlier attempt left were gone on with: then a part that does not fit may be
 * the fault of what was kept.
 */
export function fetchFaultClass(reason: unknown, resumed: unknown): FetchFaultClass {
  if (reason === 'response_range_mismatch' && resumed === true) return 'from_start';
  if (!isReason(reason)) return 'stop';
  if (FETCHING.includes(reason)) return faultClass(reason) === 'transient' ? 'again' : 'other_mirror';
  // A URL reason is of a redirect here: the sources themselves were judged before.
  return isOfTheBytes(reason) || reason.startsWith('source_') ? 'other_mirror' : 'stop';
}

const FETCHING: readonly Reason[] = Object.freeze([
  'source_address_refused',
  'source_certificate_refused',
  'source_unreachable',
  'source_busy',
  'source_status_refused',
  'source_first_byte_timeout',
  'source_stalled',
  'redirect_malformed',
  'redirects_exceeded',
  'response_malformed',
  'response_encoded',
  'response_size_mismatch',
  'response_range_mismatch',
  'transfer_cut',
]);

/** Whether a reason speaks against the bytes of a file, and neither of their way here nor of the disk. */
export function isOfTheBytes(reason: Reason): boolean {
  return (
    reason === 'digest_mismatch' ||
    reason === 'size_exceeded' ||
    reason === 'size_short' ||
    reason === 'model_not_gguf' ||
    reason === 'model_gguf_version' ||
    (reason.startsWith('gguf_') && reason !== 'gguf_header_valid')
  );
}
