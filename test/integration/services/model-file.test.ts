import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Reason } from '../../../policies/reasons.ts';
import type { DownloadRequest, ModelFile } from '../../../policies/runtime-adapter.ts';
import type { Attempt } from '../../../policies/verdict.ts';
import { createLocalModelSource } from '../../../services/model-file.ts';
import { createFaultyFileSystem, type FileFaults, systemError } from '../../doubles/faulty-file-system.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import { type Ask, MIB, MODEL_SPEC, refused, stageModelFile } from '../../doubles/model-file-stage.ts';

const { directory, path, prove } = stageModelFile();

const proved = (sizeBytes = MODEL_SPEC.sizeBytes): Attempt<ModelFile> => ({
  ok: true,
  value: { path: path(), sizeBytes },
});

describe('a good file', () => {
  test('[MF1] is proved, and its path and size are given', async () => {
    expect(await prove()).toEqual(proved());
  });

  test.each([2, 3])('[MF1] of GGUF version %d is proved', async (version) => {
    const bytes = createModelBytes(4096, version);
    await writeFile(path(), bytes);
    expect(await prove({ spec: specOf(bytes) })).toEqual(proved(4096));
  });

  test('[MF1] of exactly one piece is proved', async () => {
    const bytes = createModelBytes(MIB);
    await writeFile(path(), bytes);
    expect(await prove({ spec: specOf(bytes) })).toEqual(proved(MIB));
  });

  test('[MF1] behind a symbolic link is proved, under the name it was asked by', async () => {
    const link = join(directory(), 'link.gguf');
    await symlink(path(), link);
    expect(await prove({ path: link })).toEqual({
      ok: true,
      value: { path: link, sizeBytes: MODEL_SPEC.sizeBytes },
    });
  });

  test('[MF1] is proved when reads bring few bytes at a time, the header in pieces too', async () => {
    const bytes = createModelBytes(1000);
    await writeFile(path(), bytes);
    const fileSystem = createFaultyFileSystem({ read: () => 3 });
    expect(await prove({ spec: specOf(bytes), fileSystem })).toEqual(proved(1000));
    // All bytes for the digest, then all bytes as a header.
    expect(fileSystem.calls.filter((call) => call === 'read')).toHaveLength(2 * 334);
  });

  test('[MF2] reports progress that never falls, from above 0 to exactly 1', async () => {
    const ratios: number[] = [];
    await prove({ onProgress: (ratio) => ratios.push(ratio) });
    expect(ratios).toHaveLength(4);
    expect(ratios).toEqual([...ratios].sort((a, b) => a - b));
    expect(ratios[0]).toBeGreaterThan(0);
    expect(ratios.at(-1)).toBe(1);
  });

  test('[MF3] is proved although its listener throws', async () => {
    let calls = 0;
    const onProgress = (): void => {
      calls += 1;
      throw new Error('from the listener');
    };
    expect(await prove({ onProgress })).toEqual(proved());
    expect(calls).toBe(4);
  });

  test('[MF4] of 20 MiB leaves the event loop turns between its pieces', async () => {
    const bytes = createModelBytes(20 * MIB);
    await writeFile(path(), bytes);
    let turns = 0;
    let running = true;
    const turn = (): void => {
      turns += 1;
      if (running) setImmediate(turn);
    };
    setImmediate(turn);
    const outcome = await prove({ spec: specOf(bytes) });
    running = false;
    expect(outcome).toEqual(proved(20 * MIB));
    expect(turns).toBeGreaterThanOrEqual(20);
  });
});

describe('the spec', () => {
  test.each<[string, object, Reason]>([
    ['has no digest', { sha256: undefined }, 'integrity_spec_missing'],
    ['has no size', { sizeBytes: undefined }, 'integrity_spec_missing'],
    ['has a digest that is none', { sha256: 'abc' }, 'integrity_spec_malformed'],
    ['has a size of 0', { sizeBytes: 0 }, 'integrity_spec_malformed'],
    ['names a second digest', { md5: 'abc' }, 'integrity_spec_ambiguous'],
  ])('[MF5] is judged before the file is touched: %s', async (_case, change, reason) => {
    const fileSystem = createFaultyFileSystem();
    expect(await prove({ ...change, fileSystem } as Ask)).toEqual(refused(reason));
    expect(fileSystem.calls).toEqual([]);
  });
});

describe('an abort', () => {
  test('[MF17] before the start: start_superseded, and the file is not touched', async () => {
    const fileSystem = createFaultyFileSystem();
    expect(await prove({ signal: AbortSignal.abort(), fileSystem })).toEqual(refused('start_superseded'));
    expect(fileSystem.calls).toEqual([]);
  });

  test.each([1, 2, 3, 4])(
    '[MF17] after piece %d of 4: start_superseded, and at most one more is read',
    async (piece) => {
      const controller = new AbortController();
      const fileSystem = createFaultyFileSystem();
      let pieces = 0;
      const onProgress = (): void => {
        pieces += 1;
        if (pieces === piece) controller.abort();
      };
      const outcome = await prove({ signal: controller.signal, onProgress, fileSystem });
      expect(outcome).toEqual(refused('start_superseded'));
      expect(fileSystem.calls.filter((call) => call === 'read').length).toBeLessThanOrEqual(piece + 1);
      expect(pieces).toBe(piece);
    },
  );
});

describe('whatever happens', () => {
  test.each<[string, unknown]>([
    ['null', null],
    ['undefined', undefined],
    ['a text', 'model.gguf'],
    ['an empty object', {}],
    ['no signal', { path: '/x', ...MODEL_SPEC }],
    [
      'a getter that throws',
      {
        get path(): never {
          throw new Error('no');
        },
      },
    ],
  ])('[MF18] a request that is %s is refused and not rejected', async (_case, request) => {
    const outcome = await createLocalModelSource()(request as DownloadRequest);
    expect(outcome.ok).toBe(false);
  });

  test('[MF19] a close that fails changes no answer', async () => {
    const close = (): never => {
      throw systemError('EIO');
    };
    expect(await prove({ fileSystem: createFaultyFileSystem({ close }) })).toEqual(proved());
  });

  test.each<[string, FileFaults]>([
    ['succeeds', {}],
    [
      'fails at its first fstat',
      {
        fstat: () => {
          throw systemError('EIO');
        },
      },
    ],
    [
      'fails at a read',
      {
        read: () => {
          throw systemError('EIO');
        },
      },
    ],
    [
      'fails at the last look',
      {
        stat: () => {
          throw systemError('EIO');
        },
      },
    ],
  ])('[MF20] a file that was opened is closed once when proving it %s', async (_case, faults) => {
    const fileSystem = createFaultyFileSystem(faults);
    await prove({ fileSystem });
    expect(fileSystem.calls.filter((call) => call === 'close')).toHaveLength(1);
    expect(fileSystem.calls.at(-1)).toBe('close');
  });

  test('[MF21] many files are proved at once, each by itself', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        prove(index % 2 === 0 ? {} : { spec: { ...MODEL_SPEC, sha256: '0'.repeat(64) } }),
      ),
    );
    expect(outcomes.map((outcome) => outcome.ok)).toEqual([
      true,
      false,
      true,
      false,
      true,
      false,
      true,
      false,
    ]);
  });
});
