import { describe, expect, test } from '@jest/globals';
import { hashText, rollHash, TRACE_HASH_START } from '../../../policies/trace-hash.ts';

describe('the hash of a trace', () => {
  // Traces are kept: what these texts hash to is part of the format.
  test.each([
    ['', '69ec4797c14d9671'],
    ['a', '75fa615c30324e85'],
    ['ab', 'e4091d9ced249f8a'],
    ['ba', '8acee0b10e94c5a5'],
    ['\u2028é', 'db221f87bb9cf57c'],
    ['102', '0020f04a3521d139'],
    ['1059', '008c679c99d14d70'],
    ['686', 'd565111d00458840'],
  ])('[TR13] of %j is %s', (text, hash) => {
    expect(hashText(text)).toBe(hash);
  });

  test.each([
    ['', 'b98db567a7a7bdcc'],
    ['a', '6d7854e892fa1e13'],
    ['{"i":1}', '4d22c3ea9cbaafb4'],
  ])('[TR13] rolls on over %j from the hash before', (text, hash) => {
    expect(rollHash('0123456789abcdef', text)).toBe(hash);
  });

  test('[TR13] begins at zero', () => {
    expect(TRACE_HASH_START).toBe('0'.repeat(16));
    expect(rollHash(TRACE_HASH_START, 'a')).toBe(hashText('a'));
  });
});
