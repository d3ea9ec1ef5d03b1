import { describe, expect, test } from '@jest/globals';
import { GgufCursor } from '../../../policies/gguf-cursor.ts';
import { finish } from '../../../policies/gguf-turns.ts';
import { readGgufMetadata } from '../../../policies/gguf-values.ts';
import { encodePlan, type PlannedValue, value } from '../../doubles/gguf-plan.ts';

const START_BYTES = 24;

/** Reads pairs alone: the rest of the file is not looked at. */
function read(pairs: readonly (readonly [string, PlannedValue])[], fileBytes?: number, prefixBytes?: number) {
  const { bytes } = encodePlan({
    magic: 'GGUF',
    version: 3,
    pairs: pairs.map(([key, planned]) => ({ key, value: planned })),
    tensors: [],
    alignmentBytes: 1,
    dataBytes: 0,
  });
  const cursor = new GgufCursor(bytes.subarray(0, prefixBytes), fileBytes ?? bytes.length);
  cursor.skip(START_BYTES);
  return {
    metadata: finish(readGgufMetadata(cursor, pairs.length)),
    stop: cursor.stop,
    left: bytes.length - cursor.position,
  };
}
const refused = (reason: string) => ({ ok: false, reason });

describe('metadata', () => {
  test.each([
    ['u8', 0, 1],
    ['i8', 1, 1],
    ['u16', 2, 2],
    ['i16', 3, 2],
    ['u32', 4, 4],
    ['i32', 5, 4],
    ['f32', 6, 4],
    ['bool', 7, 1],
    ['u64', 10, 8],
    ['i64', 11, 8],
    ['f64', 12, 8],
  ])('[GG5] reads a %s, as a value and as elements', (_name, type, bytes) => {
    const one = { type, bytes: Uint8Array.of(1, ...new Uint8Array(bytes - 1)) };
    const { metadata, stop, left } = read([
      ['one', one],
      ['three', value.array(type, 3, new Uint8Array(3 * bytes))],
    ]);
    expect([stop, left]).toEqual([null, 0]);
    expect(metadata.get('one')).toEqual({ kind: 'scalar', type, value: 1 });
    expect(metadata.get('three')).toMatchObject({ kind: 'array', elementType: type, length: 3 });
  });

  test('[GG5] keeps short names as text, and of other strings only that they are there', () => {
    const { metadata } = read([
      ['name', value.string('llama')],
      ['longest', value.string('a'.repeat(64))],
      ['long', value.string('a'.repeat(65))],
      ['empty', value.string('')],
      ['words', value.string('two words')],
    ]);
    const text = (key: string) => metadata.get(key);
    expect([text('name'), text('longest')]).toEqual([
      { kind: 'string', text: 'llama' },
      { kind: 'string', text: 'a'.repeat(64) },
    ]);
    for (const key of ['long', 'empty', 'words']) expect(text(key)).toEqual({ kind: 'string', text: null });
  });

  test('[GG5] tells where the elements of an array begin', () => {
    const { metadata } = read([['a', value.strings(['x', 'yz'])]]);
    expect(metadata.get('a')).toEqual({
      kind: 'array',
      elementType: 8,
      length: 2,
      startBytes: START_BYTES + 8 + 1 + 4 + 4 + 8,
    });
  });

  test.each(['a', 'A-Z_0.9', 'a'.repeat(256), '__proto__', 'constructor'])(
    '[GG6] takes the key %s',
    (key) => {
      const { metadata, stop } = read([[key, value.u32(7)]]);
      expect(stop).toBeNull();
      expect([...metadata]).toEqual([[key, { kind: 'scalar', type: 4, value: 7 }]]);
    },
  );

  test.each(['', 'a b', 'a/b', 'é', 'a'.repeat(257)])('[GG6] refuses the key %j', (key) => {
    expect(read([[key, value.u32(7)]]).stop).toEqual(refused('gguf_key_malformed'));
  });

  test('[GG6] refuses a key that comes again, even with the same value', () => {
    const { stop } = read([
      ['a', value.u32(7)],
      ['b', value.u32(7)],
      ['a', value.u32(7)],
    ]);
    expect(stop).toEqual(refused('gguf_key_duplicate'));
  });

  test('[GG5] keeps of pairs those before the one at which it stopped', () => {
    const keysOf = (second: PlannedValue, prefixBytes?: number, key = 'b') => {
      const { metadata, stop } = read(
        [
          ['a', value.u32(7)],
          [key, second],
        ],
        undefined,
        prefixBytes,
      );
      expect(stop).not.toBeNull();
      return [...metadata].map(([name, { kind }]) => [name, kind]);
    };
    const first = START_BYTES + 8 + 1 + 4 + 4;
    const kept = [['a', 'scalar']];
    expect(keysOf({ type: 13, bytes: new Uint8Array(8) })).toEqual(kept);
    expect(keysOf(value.u32(7), first + 8 + 1 + 2)).toEqual(kept);
    expect(keysOf(value.strings(['x']), first + 8 + 1 + 4 + 2)).toEqual(kept);
    expect(keysOf(value.string('x'), undefined, 'a')).toEqual(kept);
  });

  test.each<[string, string, number, object | null]>([
    ['a text of 1 MiB', 'general.description', 2 ** 20, null],
    ['a text above 1 MiB', 'general.description', 2 ** 20 + 1, refused('gguf_string_exceeded')],
    ['a template of 256 KiB', 'tokenizer.chat_template', 2 ** 18, null],
    ['a template above 256 KiB', 'tokenizer.chat_template', 2 ** 18 + 1, refused('gguf_string_exceeded')],
    [
      'a named template above 256 KiB',
      'tokenizer.chat_template.rag',
      2 ** 18 + 1,
      refused('gguf_string_exceeded'),
    ],
  ])('[GG7] judges %s', (_name, key, bytes, stop) => {
    expect(read([[key, value.string('a'.repeat(bytes))]]).stop).toEqual(stop);
    expect(read([[key, value.string('', BigInt(bytes))]], 2 ** 21).stop === null).toBe(false);
  });

  test('[GG7] judges a text inside an array as any other', () => {
    expect(read([['a', value.strings(['a'.repeat(2 ** 20)])]]).stop).toBeNull();
    const strings = value.array(8, 1, value.string('', 2n ** 20n + 1n).bytes);
    expect(read([['a', strings]], 2 ** 30).stop).toEqual(refused('gguf_string_exceeded'));
  });

  test.each<[string, number, bigint, object]>([
    ['2 Mi texts are asked for', 8, 2n ** 21n, { needBytes: 49 + 2 ** 24 }],
    ['2 Mi floats are asked for', 6, 2n ** 21n, { needBytes: 49 + 2 ** 23 }],
    ['more are refused', 6, 2n ** 21n + 1n, refused('gguf_counts_exceeded')],
    ['more texts are refused', 8, 2n ** 21n + 1n, refused('gguf_counts_exceeded')],
    ['arrays in arrays are refused', 9, 1n, refused('gguf_array_malformed')],
    ['elements of no known type are refused', 13, 1n, refused('gguf_type_unknown')],
  ])('[GG8] of an array, %s', (_name, type, length, stop) => {
    expect(read([['a', value.array(type, length, new Uint8Array(0))]], 2 ** 30).stop).toEqual(stop);
  });

  test('[GG9] refuses an array that the file is too short for before it reads an element', () => {
    const { stop } = read([['a', value.array(8, 1000, new Uint8Array(0))]], 49 + 7999);
    expect(stop).toEqual(refused('gguf_truncated'));
  });

  test('[GG9] asks for what an array needs at least, from wherever it stopped', () => {
    const texts = value.strings(['abc', 'd', 'e']);
    const whole = read([['a', texts]]);
    expect(whole.stop).toBeNull();
    // The first length is there, its text is not: that, and the two lengths that follow.
    expect(read([['a', texts]], undefined, 49 + 8 + 2 * 8).stop).toEqual({ needBytes: 49 + 8 + 3 + 2 * 8 });
  });

  test('[GG9] refuses counts of pairs that the file is too short for', () => {
    const cursor = new GgufCursor(new Uint8Array(100), 100);
    finish(readGgufMetadata(cursor, 8));
    expect(cursor.stop).toEqual(refused('gguf_truncated'));
  });

  test.each([
    // A length, a letter, a type and a byte for each.
    [4096, { needBytes: START_BYTES + 4096 * 14 }],
    [4097, refused('gguf_counts_exceeded')],
  ])('[GG9] asks for what %d pairs take at least before it reads one', (count, stop) => {
    const cursor = new GgufCursor(new Uint8Array(START_BYTES), 2 ** 30);
    cursor.skip(START_BYTES);
    expect([...readGgufMetadata(cursor, count)]).toEqual([]);
    expect(cursor.stop).toEqual(stop);
  });
});
