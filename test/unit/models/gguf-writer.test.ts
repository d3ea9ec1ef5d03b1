import { describe, expect, test } from '@jest/globals';
import { encodeTensor, tensorBytes } from '../../../models/gguf-tensor.ts';
import { encodeGgufHeader, GGUF_ALIGNMENT_BYTES, paddingBytes } from '../../../models/gguf-writer.ts';
import { halfFloatBits } from '../../../models/half-float.ts';

describe('the GGUF header', () => {
  const header = Buffer.from(
    encodeGgufHeader(
      [
        ['a', { type: 'u32', value: 7 }],
        ['b', { type: 'strings', value: ['x', 'é'] }],
        ['c', { type: 'bool', value: true }],
        ['d', { type: 'i32s', value: [-1] }],
        ['e', { type: 'f32', value: 0.5 }],
        ['f', { type: 'i32', value: -2 }],
        ['g', { type: 'string', value: 'y' }],
      ],
      [
        { name: 'first', type: 'f32', shape: [3] },
        { name: 'second', type: 'q8_0', shape: [32, 2] },
      ],
    ),
  );

  test('[EM10] begins with the magic, version 3 and both counts', () => {
    expect(header.toString('latin1', 0, 4)).toBe('GGUF');
    expect(header.readUInt32LE(4)).toBe(3);
    expect(header.readBigUInt64LE(8)).toBe(2n);
    expect(header.readBigUInt64LE(16)).toBe(7n);
  });

  test('[EM10] writes each value behind its key and type', () => {
    const entry = (key: string, type: number, value: string) =>
      `0100000000000000${Buffer.from(key).toString('hex')}${type.toString(16).padStart(2, '0')}000000${value}`;
    expect(header.toString('hex', 24)).toContain(
      entry('a', 4, '07000000') +
        entry(
          'b',
          9,
          '08000000' + '0200000000000000' + '0100000000000000' + '78' + '0200000000000000' + 'c3a9',
        ) +
        entry('c', 7, '01') +
        entry('d', 9, '05000000' + '0100000000000000' + 'ffffffff') +
        entry('e', 6, '0000003f') +
        entry('f', 5, 'feffffff') +
        entry('g', 8, '0100000000000000' + '79'),
    );
  });

  test('[EM10] places every tensor at a multiple of 32 bytes', () => {
    const second = header.indexOf('second') + 'second'.length;
    expect(header.readUInt32LE(second)).toBe(2);
    expect(header.readBigUInt64LE(second + 4)).toBe(32n);
    expect(header.readBigUInt64LE(second + 12)).toBe(2n);
    expect(header.readUInt32LE(second + 20)).toBe(8);
    expect(header.readBigUInt64LE(second + 24)).toBe(32n);
    expect(header.length % GGUF_ALIGNMENT_BYTES).toBe(0);
    expect([0, 1, 32, 33].map(paddingBytes)).toEqual([0, 31, 0, 31]);
  });
});

describe('tensor bytes', () => {
  test('[EM11] keep signs of one size exactly in q8_0', () => {
    const head = { name: 'signs', type: 'q8_0', shape: [32, 1] } as const;
    const bytes = encodeTensor(
      head,
      Float32Array.from({ length: 32 }, (_, at) => (at % 2 === 0 ? 2 : -2)),
    );
    expect(bytes).toHaveLength(34);
    expect([...new Int8Array(bytes.buffer, 2)]).toEqual(
      Array.from({ length: 32 }, (_, at) => (at % 2 === 0 ? 127 : -127)),
    );
  });

  test('[EM11] of a block of zeros are zeros', () => {
    expect([...encodeTensor({ name: 'zeros', type: 'q8_0', shape: [32, 1] }, new Float32Array(32))]).toEqual(
      Array(34).fill(0),
    );
  });

  test('[EM11] refuse a row that is not whole blocks', () => {
    expect(() => tensorBytes({ name: 'odd', type: 'q8_0', shape: [33, 2] })).toThrow(/odd.*33/);
  });

  test.each([
    [0, 0x0000],
    [-0, 0x8000],
    [1, 0x3c00],
    [-2, 0xc000],
    [1 + 2 ** -11, 0x3c00],
    [1 + 3 * 2 ** -11, 0x3c02],
    [2 ** -24, 0x0001],
    [2 ** -26, 0x0000],
    [2 - 2 ** -12, 0x4000],
    [65504, 0x7bff],
    [65520, 0x7c00],
    [Number.NEGATIVE_INFINITY, 0xfc00],
  ])('[EM11] round to binary16, ties to even: %s', (value, bits) => {
    expect(halfFloatBits(value)).toBe(bits);
  });
});
