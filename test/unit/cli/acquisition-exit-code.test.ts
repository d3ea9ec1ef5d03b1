import { describe, expect, test } from '@jest/globals';
import { acquisitionExitCode } from '../../../cli/acquisition-exit-code.ts';
import { type Reason, RUNTIME_MANAGER_REASONS } from '../../../policies/reasons.ts';

const ofCode = (code: number) =>
  RUNTIME_MANAGER_REASONS.filter((reason) => acquisitionExitCode(reason) === code);

describe('exit codes of the commands', () => {
  test('[CM1] 2: usage, pins, and URLs that are not allowed', () => {
    const usage =
      /^(options_invalid|limits_malformed|allowlist_|integrity_spec_(?!valid)|pins_(?!valid)|pin_|signature_malformed)/;
    const url =
      /^source_(not_string|too_long|charset|unparsable|scheme|userinfo|not_canonical|port|query|fragment|host_|path_|revision_)/;
    expect(ofCode(2)).toEqual(
      RUNTIME_MANAGER_REASONS.filter((reason) => usage.test(reason) || url.test(reason)),
    );
  });

  test('[CM1] 3: bytes that are not what was pinned', () => {
    const unverified =
      /^(size_|digest_|signature_mismatch|gguf_(?!header_valid)|model_not_gguf|model_gguf|model_file_empty)/;
    expect(ofCode(3)).toEqual(RUNTIME_MANAGER_REASONS.filter((reason) => unverified.test(reason)));
  });

  test('[CM1] 4: a model that does not fit', () => expect(ofCode(4)).toEqual(['model_too_large']));

  test('[CM1] 5: a source that does not give the file', () => {
    const source =
      /^(source_(address|certificate|unreachable|busy|status|first|stalled)|redirect|response_(?!accepted)|transfer_|acquire_)/;
    expect(ofCode(5)).toEqual(RUNTIME_MANAGER_REASONS.filter((reason) => source.test(reason)));
  });

  test.each<Reason>([
    'store_full',
    'store_write_failed',
    'store_unavailable',
    'model_not_stored',
    'internal_error',
    'model_file_changed',
  ])('[CM1] 1: %s', (reason) => expect(acquisitionExitCode(reason)).toBe(1));

  test.each<Reason>(['integrity_verified', 'pins_valid', 'store_record_fits'])('[CM1] 0: %s', (reason) =>
    expect(acquisitionExitCode(reason)).toBe(0),
  );
});
