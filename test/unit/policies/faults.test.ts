import { describe, expect, test } from '@jest/globals';
import { faultClass, isSilence } from '../../../policies/faults.ts';
import { RUNTIME_MANAGER_REASONS } from '../../../policies/reasons.ts';

const TRANSIENT = [
  'source_unreachable',
  'source_busy',
  'source_first_byte_timeout',
  'source_stalled',
  'transfer_cut',
  'store_full',
  'store_write_failed',
  'store_timeout',
  'model_file_changed',
  'acquire_timeout',
  'runtime_load_failed',
  'runtime_load_timeout',
  'runtime_out_of_memory',
  'runtime_probe_failed',
  'runtime_probe_timeout',
  'runtime_unresponsive',
  'runtime_release_timeout',
  'generation_failed',
  'abandoned_by_runtime',
  'first_token_deadline_exceeded',
  'stall_deadline_exceeded',
  'internal_error',
];

describe('faultClass', () => {
  test.each(TRANSIENT)('[FA1] %s may pass by itself', (reason) => {
    expect(faultClass(reason)).toBe('transient');
  });

  test.each([
    'digest_mismatch',
    'size_short',
    'size_exceeded',
    'model_file_missing',
    'model_not_gguf',
    'runtime_unavailable',
    'port_unprovided',
    'options_invalid',
  ])('[FA2] %s would come again', (reason) => {
    expect(faultClass(reason)).toBe('permanent');
  });

  test('[FA3] every reason has a class, and those that may pass are exactly these', () => {
    const transient = RUNTIME_MANAGER_REASONS.filter((reason) => faultClass(reason) === 'transient');
    expect(transient).toEqual(TRANSIENT);
  });

  test.each(['nonsense', '', 'toString', '__proto__', 'constructor', null, undefined, 7, ['internal_error']])(
    '[FA4] %p is no reason, and so permanent',
    (reason) => {
      expect(faultClass(reason)).toBe('permanent');
    },
  );
});

test('[FA5] the reasons of silence are exactly these, and nothing else is one', () => {
  expect(RUNTIME_MANAGER_REASONS.filter(isSilence)).toEqual([
    'abandoned_by_runtime',
    'first_token_deadline_exceeded',
    'stall_deadline_exceeded',
  ]);
  for (const junk of ['', 'silence', null, undefined, 7, {}, ['stall_deadline_exceeded']]) {
    expect(isSilence(junk)).toBe(false);
  }
});
