import { describe, expect, test } from '@jest/globals';
import { GGUF_HEADER_BYTES_MAX, GgufCursor } from '../../../policies/gguf-cursor.ts';

const BYTES = Uint8Array.from({ length: 32 }, (_, at) => at + 1);
const over = (prefixBytes: number, fileBytes = prefixBytes): GgufCursor =>
  new GgufCursor(BYTES.subarray(0, prefixBytes), fileBytes);

describe('the cursor', () => {
  test('[GG1] reads little-endian numbers one behind the other', () => {
    const cursor = over(32);
    expect([cursor.u8(), cursor.u16(), cursor.u32()]).toEqual([0x01, 0x0302, 0x07060504]);
    expect(cursor.u64()).toBe(Number(0x0f0e0d0c0b0a0908n));
    cursor.skip(2);
    expect([cursor.u8(), cursor.position, cursor.stop]).toEqual([0x12, 18, null]);
  });

  test('[GG1] reads a view that begins inside its buffer', () => {
    expect(new GgufCursor(BYTES.subarray(4, 8), 4).u32()).toBe(0x08070605);
  });

  test.each([
    ['2^53 - 1', 2n ** 53n - 1n, Number.MAX_SAFE_INTEGER],
    ['2^53 + 1', 2n ** 53n + 1n, 2 ** 53],
    ['2^64 - 1', 2n ** 64n - 1n, 2 ** 64],
  ])('[GG1] reads a uint64 of %s as the nearest number', (_name, written, read) => {
    const bytes = new Uint8Array(8);
    new DataView(bytes.buffer).setBigUint64(0, written, true);
    expect(new GgufCursor(bytes, 8).u64()).toBe(read);
  });

  test.each([
    ['a u8', 32, (cursor: GgufCursor) => cursor.u8(), 33],
    ['a u16', 31, (cursor: GgufCursor) => cursor.u16(), 33],
    ['a u32', 29, (cursor: GgufCursor) => cursor.u32(), 33],
    ['a u64', 25, (cursor: GgufCursor) => cursor.u64(), 33],
    ['a name', 30, (cursor: GgufCursor) => cursor.name(9, 9) ?? 0, 39],
  ])('[GG2] that lacks bytes for %s asks for the file up to its end', (_name, from, read, needBytes) => {
    const cursor = over(32, 1000);
    cursor.skip(from);
    expect(read(cursor)).toBe(0);
    expect(cursor.stop).toEqual({ needBytes });
    expect(cursor.position).toBe(from);
  });

  test.each([
    ['a byte beyond the file', 33, 32, 'gguf_truncated'],
    ['far beyond the file', 2 ** 64, 1000, 'gguf_truncated'],
    ['beyond the largest header', GGUF_HEADER_BYTES_MAX + 1, 2 ** 40, 'gguf_header_exceeded'],
  ])('[GG2] refuses at once to read %s', (_name, bytes, fileBytes, reason) => {
    const cursor = over(32, fileBytes);
    cursor.skip(bytes);
    expect(cursor.stop).toEqual({ ok: false, reason });
  });

  test('[GG2] asks for the whole file, where that is what it lacks', () => {
    const cursor = over(31, 32);
    expect(cursor.has(32)).toBe(false);
    expect(cursor.stop).toEqual({ needBytes: 32 });
  });

  test('[GG2] asks for a header of exactly the largest size', () => {
    const cursor = over(32, 2 ** 40);
    expect(cursor.has(GGUF_HEADER_BYTES_MAX)).toBe(false);
    expect(cursor.stop).toEqual({ needBytes: GGUF_HEADER_BYTES_MAX });
  });

  test('[GG3] stays stopped: reads give 0 and move nothing, and the first reason stands', () => {
    const cursor = over(32);
    cursor.u8();
    cursor.refuse('gguf_key_malformed');
    cursor.refuse('gguf_truncated');
    expect([cursor.u8(), cursor.u16(), cursor.u32(), cursor.u64(), cursor.name(1, 9)]).toEqual([
      0,
      0,
      0,
      0,
      null,
    ]);
    cursor.skip(4);
    expect(cursor.has(0)).toBe(false);
    expect(cursor.position).toBe(1);
    expect(cursor.stop).toEqual({ ok: false, reason: 'gguf_key_malformed' });
  });

  test.each<[string, string, number, string | null]>([
    ['a name', 'blk.0', 5, 'blk.0'],
    ['one letter', 'a', 1, 'a'],
    ['every printable letter', '!~', 2, '!~'],
    ['a space', 'a b', 3, null],
    ['a zero', 'a\0', 2, null],
    ['DEL', 'a\x7f', 2, null],
    ['a letter outside ASCII', 'a\x80', 2, null],
  ])('[GG4] reads %s', (_name, text, lengthBytes, read) => {
    const bytes = Buffer.from(text, 'latin1');
    const cursor = new GgufCursor(bytes, bytes.length);
    expect(cursor.name(lengthBytes, 8)).toBe(read);
    expect(cursor.stop).toBeNull();
  });

  test.each([0, 9, 2 ** 64])(
    '[GG4] gives no name of %d bytes where 8 are the most, and reads none',
    (lengthBytes) => {
      const cursor = over(32);
      expect(cursor.name(lengthBytes, 8)).toBeNull();
      expect([cursor.position, cursor.stop]).toEqual([0, null]);
    },
  );
});
