import { describe, expect, test } from '@jest/globals';
import { takeToken } from '../../../../inspector/page/source/page-token.ts';

const TOKEN = '0123456789abcdef'.repeat(4);

describe('token of the page', () => {
  test('[IP10] is taken from the fragment of an address that a server gave', () => {
    expect(takeToken({ protocol: 'http:', hash: `#token=${TOKEN}` })).toBe(TOKEN);
  });

  test('[IP10] is nothing where the page is a file, or the fragment is anything else', () => {
    expect(takeToken({ protocol: 'file:', hash: `#token=${TOKEN}` })).toBeNull();
    for (const hash of [
      '',
      '#token=',
      `#token=${TOKEN}0`,
      `#token=${TOKEN.toUpperCase()}`,
      `#x&token=${TOKEN}`,
    ]) {
      expect(takeToken({ protocol: 'http:', hash })).toBeNull();
    }
  });
});
