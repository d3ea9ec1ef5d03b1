import { describe, expect, test } from '@jest/globals';
import { hasRepeatedToken } from '../../../policies/gguf-token-set.ts';

/** Tokens one behind the other, after eight bytes in place of a header. */
function look(tokens: readonly Uint8Array[]): boolean {
  const places: number[] = [];
  const parts: Uint8Array[] = [Buffer.alloc(8)];
  let size = 8;
  for (const token of tokens) {
    places.push(size);
    const length = Buffer.alloc(8);
    length.writeBigUInt64LE(BigInt(token.length));
    parts.push(length, token);
    size += 8 + token.length;
  }
  const bytes = new Uint8Array(Buffer.concat(parts));
  return hasRepeatedToken(new DataView(bytes.buffer), Uint32Array.from(places));
}
const numbered = (count: number): Uint8Array[] =>
  Array.from({ length: count }, (_, token) => Buffer.from(`token ${token}`));

describe('tokens', () => {
  test.each([0, 1, 2, 3, 1000, 65_536])('[GG25] %d that differ are told apart', (count) => {
    expect(look(numbered(count))).toBe(false);
  });

  test.each([0, 1, 499, 998])('[GG25] one of 1000 that comes again is found, from place %d', (at) => {
    const tokens = numbered(1000);
    expect(look([...tokens.slice(0, -1), tokens[at]!])).toBe(true);
  });

  test('[GG25] a token and the same one with more behind it differ', () => {
    expect(look([Buffer.from('a'), Buffer.from('a\0'), Buffer.from('a\0\0')])).toBe(false);
  });

  test.each([
    [100, false],
    [300, true],
  ])(
    '[GG27] %d that were made to fall on one place of the table: taken for repeated is %s',
    (count, answer) => {
      const meeting: Uint8Array[] = [];
      for (let number = 0; meeting.length < count; number += 1) {
        const token = Buffer.from(number.toString(36));
        if (slotOf(token) === 0) meeting.push(token);
      }
      expect(look(meeting)).toBe(answer);
    },
  );
});

/** The place of a token in a table of up to 1024 places, as the table finds it. */
function slotOf(token: Uint8Array): number {
  let hash = 0x811c9dc5;
  for (const byte of token) hash = Math.imul(hash ^ byte, 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) & 1023;
}
