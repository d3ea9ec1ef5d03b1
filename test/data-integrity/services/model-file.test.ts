import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createLocalModelSource } from '../../../services/model-file.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';

const SIZE_BYTES = 64 * 1024;
const BYTES = createModelBytes(SIZE_BYTES);
const SPEC = specOf(BYTES);

let directory: string;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'model-integrity-'));
});
afterAll(() => rm(directory, { recursive: true, force: true }));

/** The reason a file of these bytes gets, or `proved`. */
async function judge(bytes: Uint8Array): Promise<string> {
  const path = join(directory, 'model.gguf');
  await writeFile(path, bytes);
  const outcome = await createLocalModelSource()({ path, ...SPEC, signal: new AbortController().signal });
  return outcome.ok ? 'proved' : outcome.reason;
}

function withFlippedBit(bit: number): Uint8Array {
  const bytes = BYTES.slice();
  const index = bit >> 3;
  bytes[index] = bytes[index]! ^ (1 << (bit & 7));
  return bytes;
}

/** `count` whole numbers from 0 to `last`, both included, evenly spread. */
function spread(count: number, last: number): number[] {
  return Array.from({ length: count }, (_, index) => Math.round((index * last) / (count - 1)));
}

describe('a model file of 64 KiB', () => {
  test('[MF22] is proved as it is', async () => {
    expect(await judge(BYTES)).toBe('proved');
  });

  // The whole header, where a flip could also be taken for another kind of file, and a sample of the rest.
  const bits = [...spread(64, 63), ...spread(64, SIZE_BYTES * 8 - 1).map((bit) => Math.max(bit, 64))];
  const groups = Array.from({ length: 8 }, (_, index) => bits.slice(index * 16, index * 16 + 16));
  test.each(groups.map((group) => [group[0], group.at(-1), group] as const))(
    '[MF22] with any one sampled bit flipped, of bits %d to %d, is a digest_mismatch',
    async (_first, _last, group) => {
      for (const bit of group)
        expect([bit, await judge(withFlippedBit(bit))]).toEqual([bit, 'digest_mismatch']);
    },
  );

  test('[MF22] with two bytes exchanged is a digest_mismatch', async () => {
    const bytes = BYTES.slice();
    [bytes[1000], bytes[1001]] = [bytes[1001]!, bytes[1000]!];
    expect(bytes[1000]).not.toBe(bytes[1001]);
    expect(await judge(bytes)).toBe('digest_mismatch');
  });

  const lengths = spread(64, SIZE_BYTES - 1);
  const lengthGroups = Array.from({ length: 4 }, (_, index) => lengths.slice(index * 16, index * 16 + 16));
  test.each(lengthGroups.map((group) => [group[0], group.at(-1), group] as const))(
    '[MF23] cut off at any of 16 points, from %d to %d bytes, is short, or empty at 0',
    async (_first, _last, group) => {
      for (const length of group) {
        const expected = length === 0 ? 'model_file_empty' : 'size_short';
        expect([length, await judge(BYTES.subarray(0, length))]).toEqual([length, expected]);
      }
    },
  );

  test.each([1, 2, 511, 512, 4096, SIZE_BYTES])(
    '[MF24] with %d bytes appended is size_exceeded',
    async (count) => {
      expect(await judge(Buffer.concat([BYTES, Buffer.alloc(count)]))).toBe('size_exceeded');
    },
  );

  test('[MF24] that came twice, one behind the other, is size_exceeded', async () => {
    expect(await judge(Buffer.concat([BYTES, BYTES]))).toBe('size_exceeded');
  });

  test.each([
    ['zeros', new Uint8Array(SIZE_BYTES)],
    ['another model of the same size', createModelBytes(SIZE_BYTES, 2)],
    ['the same bytes moved by one', Uint8Array.from([...BYTES.subarray(1), BYTES[0]!])],
    [
      'a hole where its last block was',
      Uint8Array.from([...BYTES.subarray(0, SIZE_BYTES - 4096), ...new Uint8Array(4096)]),
    ],
  ])('[MF22] replaced by %s is a digest_mismatch', async (_case, bytes) => {
    expect(bytes.byteLength).toBe(SIZE_BYTES);
    expect(await judge(bytes)).toBe('digest_mismatch');
  });
});
