import { describe, expect, test } from '@jest/globals';
import { evaluateGgufHeader, judgeGgufHeaderInTurns } from '../../../policies/gguf-header.ts';
import { hasRepeatedToken } from '../../../policies/gguf-token-set.ts';
import { finish, TURN_ENTRIES } from '../../../policies/gguf-turns.ts';
import { encodePlan, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, withValue } from '../../doubles/gguf-samples.ts';

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
  return finish(hasRepeatedToken(new DataView(bytes.buffer), Uint32Array.from(places)));
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

  test('[GG25] a token and the beginning of it differ, wherever in the table they meet', () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    const taken = letters.filter((first) =>
      letters.some((next) => look([Buffer.from(first + next), Buffer.from(first)])),
    );
    expect(taken).toEqual([]);
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

test('[GG45] a long header is judged in turns of so many entries, and comes to the same result', () => {
  const words = Array.from({ length: 3 * TURN_ENTRIES }, (_, token) => `word ${token}`);
  const plan = withValue(BPE_PLAN, 'tokenizer.ggml.tokens', value.strings(words));
  const { bytes } = encodePlan(withValue(plan, 'tokenizer.ggml.token_type', value.i32s(words.map(() => 1))));
  const turns = judgeGgufHeaderInTurns(bytes, bytes.length);
  let pauses = 0;
  let turn = turns.next();
  for (; turn.done !== true; turn = turns.next()) pauses += 1;
  expect(pauses).toBeGreaterThanOrEqual(3 * 3);
  expect(turn.value.kind).toBe('accepted');
  expect(turn.value).toEqual(evaluateGgufHeader(bytes, bytes.length));
});
