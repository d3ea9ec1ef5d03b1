import { appendFile, rename, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Reason } from '../../../policies/reasons.ts';
import { type FileStat, type FileSystem, nodeFileSystem } from '../../../services/file-system.ts';
import { createFaultyFileSystem, systemError } from '../../doubles/faulty-file-system.ts';
import { encodePlan, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, withValue } from '../../doubles/gguf-samples.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import { MIB, MODEL_BYTES, MODEL_SPEC, refused, stageModelFile } from '../../doubles/model-file-stage.ts';

const { directory, path, prove } = stageModelFile();

describe('the bytes', () => {
  test('[MF10] with another digest: digest_mismatch', async () => {
    const spec = { ...MODEL_SPEC, sha256: '0'.repeat(64) };
    expect(await prove({ spec })).toEqual(refused('digest_mismatch'));
  });

  test.each<[string, Uint8Array]>([
    ['a text', Buffer.from('To be, or not to be: that is the question.')],
    ['shorter than a header', Buffer.from('GGUF')],
    ['of one byte', Buffer.from('G')],
    ['with the magic in small letters', Buffer.from('gguf\x03\0\0\0')],
  ])('[MF11] %s: model_not_gguf', async (_case, bytes) => {
    await writeFile(path(), bytes);
    expect(await prove({ spec: specOf(bytes) })).toEqual(refused('model_not_gguf'));
  });

  test.each([
    ['0', Buffer.from('GGUF\0\0\0\0')],
    ['1', Buffer.from('GGUF\x01\0\0\0')],
    ['4', Buffer.from('GGUF\x04\0\0\0')],
    ['3, big-endian', Buffer.from('GGUF\0\0\0\x03')],
    ['3 and more above it', Buffer.from('GGUF\x03\0\0\x01')],
  ])('[MF12] of GGUF version %s: model_gguf_version', async (_case, bytes) => {
    await writeFile(path(), bytes);
    expect(await prove({ spec: specOf(bytes) })).toEqual(refused('model_gguf_version'));
  });

  test('[GG44] of one part of a split model: gguf_split', async () => {
    const { bytes } = encodePlan(withValue(BPE_PLAN, 'split.count', value.u16(3)));
    await writeFile(path(), bytes);
    expect(await prove({ spec: specOf(bytes) })).toEqual(refused('gguf_split'));
  });

  test.each([
    ['cut off where its header ends', 448, 'gguf_tensor_out_of_bounds'],
    ['cut off in its header', 300, 'gguf_truncated'],
  ])('[GG35] of a model %s, pinned as they are: %s bytes, %s', async (_case, bytes, reason) => {
    const cut = createModelBytes(4096).subarray(0, bytes);
    await writeFile(path(), cut);
    expect(await prove({ spec: specOf(cut) })).toEqual(refused(reason as Reason));
    expect(await prove({ spec: { ...specOf(cut), sha256: MODEL_SPEC.sha256 } })).toEqual(
      refused('digest_mismatch'),
    );
  });

  test('[GG35] whose header changes after they were hashed: model_file_changed, whatever it says now', async () => {
    const read = async (count: number): Promise<undefined> => {
      if (count === 4) await writeFile(path(), MODEL_BYTES);
    };
    expect(await prove({ fileSystem: createFaultyFileSystem({ read }) })).toEqual(
      refused('model_file_changed'),
    );
  });

  test('[MF13] that are no model are judged by their digest first', async () => {
    const bytes = Buffer.from('To be, or not to be');
    await writeFile(path(), bytes);
    const spec = { ...specOf(bytes), sha256: MODEL_SPEC.sha256 };
    expect(await prove({ spec })).toEqual(refused('digest_mismatch'));
  });

  test.each([0, 2, 4])('[MF14] whose read %d fails with EIO: model_file_unreadable', async (failing) => {
    const read = (count: number): undefined => {
      if (count === failing) throw systemError('EIO');
    };
    expect(await prove({ fileSystem: createFaultyFileSystem({ read }) })).toEqual(
      refused('model_file_unreadable'),
    );
  });
});

describe('a file that changes while it is read', () => {
  /** Once, after the first piece. */
  const meanwhile = (change: () => Promise<unknown>): { fileSystem: FileSystem } => ({
    fileSystem: createFaultyFileSystem({
      read: async (count) => {
        if (count === 1) await change();
        return undefined;
      },
    }),
  });

  test('[MF15] by growing: model_file_changed', async () => {
    expect(await prove(meanwhile(() => appendFile(path(), 'more')))).toEqual(refused('model_file_changed'));
  });

  test('[MF15] by being touched: model_file_changed', async () => {
    expect(await prove(meanwhile(() => utimes(path(), 1, 1)))).toEqual(refused('model_file_changed'));
  });

  test('[MF15] by being replaced under its name: model_file_changed', async () => {
    const other = join(directory(), 'other.gguf');
    await writeFile(other, MODEL_BYTES);
    expect(await prove(meanwhile(() => rename(other, path())))).toEqual(refused('model_file_changed'));
  });

  test('[MF15] by being removed: model_file_changed', async () => {
    expect(await prove(meanwhile(() => rm(path())))).toEqual(refused('model_file_changed'));
  });

  test('[MF15] where only the name can no longer be looked up: model_file_changed', async () => {
    const stat = (): never => {
      throw systemError('EACCES');
    };
    expect(await prove({ fileSystem: createFaultyFileSystem({ stat }) })).toEqual(
      refused('model_file_changed'),
    );
  });

  test('[MF15] where the second fstat fails: model_file_changed', async () => {
    const fstat = (count: number): void => {
      if (count === 1) throw systemError('EIO');
    };
    expect(await prove({ fileSystem: createFaultyFileSystem({ fstat }) })).toEqual(
      refused('model_file_changed'),
    );
  });

  const places = ['file that is open', 'file of that name'] as const;
  const fields = ['dev', 'ino', 'size', 'mtimeNs', 'ctimeNs'] as const;
  test.each(places.flatMap((place) => fields.map((field) => [place, field] as const)))(
    '[MF15] where the %s has another %s alone afterwards: model_file_changed',
    async (place, field) => {
      const altered = (stat: FileStat): FileStat =>
        Object.create(stat, { [field]: { value: stat[field] + 1n } }) as FileStat;
      let looks = 0;
      const fileSystem: FileSystem = {
        open: async (name) => {
          const file = await nodeFileSystem.open(name);
          const look = async (): Promise<FileStat> => {
            looks += 1;
            const isLast = looks === 2 && place === 'file that is open';
            return isLast ? altered(await file.stat()) : file.stat();
          };
          return { ...file, stat: look };
        },
        stat: async (name) => {
          const stat = await nodeFileSystem.stat(name);
          return place === 'file of that name' ? altered(stat) : stat;
        },
      };
      expect(await prove({ fileSystem })).toEqual(refused('model_file_changed'));
    },
  );

  test('[MF16] by shrinking: size_short', async () => {
    expect(await prove(meanwhile(() => truncate(path(), MIB)))).toEqual(refused('size_short'));
  });

  test('[MF16] by being overwritten: digest_mismatch', async () => {
    const change = (): Promise<void> =>
      writeFile(path(), createModelBytes(MODEL_SPEC.sizeBytes, 2).fill(0, MIB));
    expect(await prove(meanwhile(change))).toEqual(refused('digest_mismatch'));
  });

  test('[MF16] by growing is read no further than the spec says', async () => {
    const fileSystem = createFaultyFileSystem({
      read: async (count) => {
        if (count === 0) await appendFile(path(), Buffer.alloc(8 * MIB));
        return undefined;
      },
    });
    const ratios: number[] = [];
    await prove({ fileSystem, onProgress: (ratio) => ratios.push(ratio) });
    expect(fileSystem.calls.filter((call) => call === 'read')).toHaveLength(4 + 1);
    expect(ratios.at(-1)).toBe(1);
  });
});
