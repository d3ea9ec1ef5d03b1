import { expect, test } from '@jest/globals';
import { fetchFaultClass, isOfTheBytes } from '../../../policies/fetch-fault.ts';
import { RUNTIME_MANAGER_REASONS } from '../../../policies/reasons.ts';

const AGAIN = [
  'source_unreachable',
  'source_busy',
  'source_first_byte_timeout',
  'source_stalled',
  'transfer_cut',
] as const;
const OTHER_MIRROR = [
  'source_address_refused',
  'source_certificate_refused',
  'source_status_refused',
  'redirect_malformed',
  'redirects_exceeded',
  'response_malformed',
  'response_encoded',
  'response_size_mismatch',
  'response_range_mismatch',
  'source_host_not_allowed',
  'source_scheme',
] as const;
const BYTES = [
  'digest_mismatch',
  'size_exceeded',
  'size_short',
  'model_not_gguf',
  'model_gguf_version',
  'gguf_truncated',
  'gguf_split',
] as const;

test.each(AGAIN)('[AQ1] %s may pass: the source is asked again', (reason) => {
  expect(fetchFaultClass(reason, false)).toBe('again');
  expect(fetchFaultClass(reason, true)).toBe('again');
});

test.each([...OTHER_MIRROR, ...BYTES])(
  '[AQ2] %s speaks against the source: another one is asked',
  (reason) => {
    expect(fetchFaultClass(reason, false)).toBe('other_mirror');
  },
);

test('[AQ3] a part that does not fit is asked for from the start, where something was kept', () => {
  expect(fetchFaultClass('response_range_mismatch', true)).toBe('from_start');
  expect(fetchFaultClass('response_range_mismatch', 'yes')).toBe('other_mirror');
});

test.each(['store_full', 'internal_error', 'port_unprovided', 'admitted', 'no reason', null, {}])(
  '[AQ4] %p is nothing that a source could mend',
  (reason) => {
    expect(fetchFaultClass(reason, false)).toBe('stop');
  },
);

test('[AQ5] the reasons that speak against bytes are those of their digest, size and header, and no others', () => {
  const found = RUNTIME_MANAGER_REASONS.filter(isOfTheBytes);
  const headers = RUNTIME_MANAGER_REASONS.filter(
    (reason) => reason.startsWith('gguf_') && reason !== 'gguf_header_valid',
  );
  expect(new Set(found)).toEqual(
    new Set([
      'digest_mismatch',
      'size_exceeded',
      'size_short',
      'model_not_gguf',
      'model_gguf_version',
      ...headers,
    ]),
  );
});
