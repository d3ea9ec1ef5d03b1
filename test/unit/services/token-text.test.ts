import { describe, expect, test } from '@jest/globals';
import { createTokenText } from '../../../services/token-text.ts';

/** A tokenizer whose tokens are these byte strings, as byte-level vocabularies have them. */
const decoderOf =
  (vocabulary: readonly Uint8Array[]) =>
  (tokens: readonly number[]): string =>
    new TextDecoder('utf-8', { ignoreBOM: true }).decode(
      Buffer.concat(tokens.map((token) => vocabulary[token] ?? new Uint8Array())),
    );

/** One token for each byte. */
const BYTES = Array.from({ length: 256 }, (_, byte) => Uint8Array.of(byte));
const bytesOf = (text: string): number[] => [...new TextEncoder().encode(text)];

function pieces(
  tokens: readonly number[],
  decode: (tokens: readonly number[]) => string,
  before: number[] = [],
): string[] {
  const text = createTokenText(decode, before);
  return tokens.map((token) => text.push(token));
}

describe('the text of tokens', () => {
  test('[TT1] comes with each token where tokens are whole characters', () => {
    expect(pieces(bytesOf('abc'), decoderOf(BYTES))).toEqual(['a', 'b', 'c']);
  });

  test.each(['é', '€', '🦙'])('[TT2] waits until the character is whole: %s', (character) => {
    const bytes = bytesOf(character);
    expect(pieces(bytes, decoderOf(BYTES))).toEqual([...Array(bytes.length - 1).fill(''), character]);
  });

  test('[TT3] gives what is certain where a token ends one character and begins the next', () => {
    const [a, b, c, d] = bytesOf('🦙') as [number, number, number, number];
    const vocabulary = [Uint8Array.of(a, b), Uint8Array.of(c, d, a), Uint8Array.of(b, c, d)];
    expect(pieces([0, 1, 2], decoderOf(vocabulary))).toEqual(['', '🦙', '🦙']);
  });

  test('[TT4] does not give out a character that stays incomplete', () => {
    expect(pieces(bytesOf('a🦙').slice(0, -1), decoderOf(BYTES)).join('')).toBe('a');
  });

  test('[TT5] shows bytes that are no character as such, and goes on', () => {
    expect(pieces([0xff, 0x61, 0xc3, 0x62], decoderOf(BYTES)).join('')).toBe('\uFFFDa\uFFFDb');
    expect(pieces(Array(50).fill(0xff), decoderOf(BYTES)).join('')).toBe('\uFFFD'.repeat(49));
  });

  test('[TT6] takes the space of a first word from the token before it, and does not repeat that', () => {
    // As SentencePiece does: the space in front of a text's first word is not part of the text.
    const words = ['\u2581Hello', '\u2581there', ','];
    const decode = (tokens: readonly number[]): string =>
      tokens
        .map((token) => words[token]!.replace('\u2581', ' '))
        .join('')
        .replace(/^ /, '');
    expect(pieces([1, 2, 0], decode, [0])).toEqual([' there', ',', ' Hello']);
    expect(pieces([0, 1], decode)).toEqual(['Hello', ' there']);
  });

  test('[TT7] decodes a bounded number of tokens at a time', () => {
    let longest = 0;
    const decode = (tokens: readonly number[]): string => {
      longest = Math.max(longest, tokens.length);
      return decoderOf(BYTES)(tokens);
    };
    pieces(bytesOf('a long text, and 🦙 in it. '.repeat(20)), decode);
    expect(longest).toBeLessThanOrEqual(12);
  });
});
