import { execFileSync } from 'node:child_process';
import { readdirSync } from 'node:fs';
import {
  appendFile,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  truncate,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import type { DownloadRequest, IntegritySpec, ModelFile } from '../../../policies/runtime-adapter.ts';
import type { Attempt } from '../../../policies/verdict.ts';
import type { FileSystem } from '../../../services/file-system.ts';
import { createLocalModelSource } from '../../../services/model-file.ts';
import { createFaultyFileSystem, type FileFaults, systemError } from '../../doubles/faulty-file-system.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';

const MIB = 2 ** 20;
const BYTES = createModelBytes(3 * MIB + 17);
const SPEC = specOf(BYTES);

let directory: string;
let path: string;
let openBefore: number;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'model-file-'));
  path = join(directory, 'model.gguf');
});
afterAll(() => rm(directory, { recursive: true, force: true }));

beforeEach(async () => {
  await writeFile(path, BYTES);
  openBefore = countOpenFiles();
});
afterEach(() => {
  // [MF20] holds for every case of this file, whatever it ended with.
  expect(countOpenFiles()).toBe(openBefore);
});

function countOpenFiles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}

interface Ask extends Partial<Omit<DownloadRequest, 'path'>> {
  readonly path?: unknown;
  readonly spec?: IntegritySpec;
  readonly fileSystem?: FileSystem;
}

function prove(ask: Ask = {}): Promise<Attempt<ModelFile>> {
  const { spec = SPEC, fileSystem, ...rest } = ask;
  const request = { path, signal: new AbortController().signal, ...spec, ...rest };
  return createLocalModelSource(fileSystem)(request as DownloadRequest);
}

const withFaults = (faults: FileFaults): { fileSystem: FileSystem } => ({
  fileSystem: createFaultyFileSystem(faults),
});
const refused = (reason: string) => ({ ok: false, reason });
const proved = (sizeBytes = SPEC.sizeBytes) => ({ ok: true, value: { path, sizeBytes } });

describe('a good file', () => {
  test('[MF1] is proved, and its path and size are given', async () => {
    expect(await prove()).toEqual(proved());
  });

  test.each([2, 3])('[MF1] of GGUF version %d is proved', async (version) => {
    const bytes = createModelBytes(4096, version);
    await writeFile(path, bytes);
    expect(await prove({ spec: specOf(bytes) })).toEqual(proved(4096));
  });

  test('[MF1] of exactly one piece is proved', async () => {
    const bytes = createModelBytes(MIB);
    await writeFile(path, bytes);
    expect(await prove({ spec: specOf(bytes) })).toEqual(proved(MIB));
  });

  test('[MF1] behind a symbolic link is proved, under the name it was asked by', async () => {
    const link = join(directory, 'link.gguf');
    await symlink(path, link);
    expect(await prove({ path: link })).toEqual({
      ok: true,
      value: { path: link, sizeBytes: SPEC.sizeBytes },
    });
  });

  test('[MF1] is proved when reads bring few bytes at a time, the header in pieces too', async () => {
    const bytes = createModelBytes(100);
    await writeFile(path, bytes);
    const fileSystem = createFaultyFileSystem({ read: () => 3 });
    expect(await prove({ spec: specOf(bytes), fileSystem })).toEqual(proved(100));
    expect(fileSystem.calls.filter((call) => call === 'read')).toHaveLength(34);
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
    await writeFile(path, bytes);
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
  test.each<[string, object, string]>([
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

describe('what the path names', () => {
  test.each<[string, () => unknown]>([
    ['nothing', () => join(directory, 'no-such-file')],
    ['nothing, being empty', () => ''],
    ['a path below a file', () => join(path, 'model.gguf')],
    ['a text with a NUL', () => `${path}\0.gguf`],
    ['undefined', () => undefined],
    ['null', () => null],
    ['a number', () => 3],
    ['a buffer', () => Buffer.from(path)],
    ['a URL', () => new URL(`file://${path}`)],
  ])('[MF6] %s: model_file_missing', async (_case, nameOf) => {
    expect(await prove({ path: nameOf() })).toEqual(refused('model_file_missing'));
  });

  test('[MF6] a link to nothing: model_file_missing', async () => {
    const link = join(directory, 'dangling');
    await symlink(join(directory, 'no-such-file'), link);
    expect(await prove({ path: link })).toEqual(refused('model_file_missing'));
  });

  test('[MF7] a directory: model_file_not_regular', async () => {
    const folder = join(directory, 'folder.gguf');
    await mkdir(folder);
    expect(await prove({ path: folder })).toEqual(refused('model_file_not_regular'));
  });

  test('[MF7] a device: model_file_not_regular', async () => {
    expect(await prove({ path: '/dev/zero' })).toEqual(refused('model_file_not_regular'));
  });

  test('[MF7] a pipe that nobody writes to: model_file_not_regular, without waiting', async () => {
    const pipe = join(directory, 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await prove({ path: pipe })).toEqual(refused('model_file_not_regular'));
  });

  test('[MF7] a socket: model_file_not_regular', async () => {
    const socket = join(directory, 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      expect(await prove({ path: socket })).toEqual(refused('model_file_not_regular'));
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('[MF8] a loop of links: model_file_unreadable', async () => {
    const [a, b] = [join(directory, 'loop-a'), join(directory, 'loop-b')];
    await symlink(a, b);
    await symlink(b, a);
    expect(await prove({ path: a })).toEqual(refused('model_file_unreadable'));
  });

  test.each(['EACCES', 'EPERM', 'ELOOP', 'EMFILE', 'EIO', 'ENAMETOOLONG'])(
    '[MF8] an open that fails with %s: model_file_unreadable',
    async (code) => {
      const open = (): never => {
        throw systemError(code);
      };
      expect(await prove(withFaults({ open }))).toEqual(refused('model_file_unreadable'));
    },
  );

  test.each([
    ['a plain error', new Error('no code')],
    ['null', null],
    ['undefined', undefined],
    ['a text', 'failed'],
  ])('[MF8] an open that throws %s: model_file_unreadable', async (_case, thrown) => {
    const open = (): never => {
      throw thrown;
    };
    expect(await prove(withFaults({ open }))).toEqual(refused('model_file_unreadable'));
  });

  test('[MF8] a file whose first fstat fails: model_file_unreadable', async () => {
    const fstat = (): never => {
      throw systemError('EIO');
    };
    expect(await prove(withFaults({ fstat }))).toEqual(refused('model_file_unreadable'));
  });
});

describe('the size', () => {
  test.each<[string, number, string]>([
    ['of 0', 0, 'model_file_empty'],
    ['one byte below', SPEC.sizeBytes - 1, 'size_short'],
    ['one byte above', SPEC.sizeBytes + 1, 'size_exceeded'],
  ])('[MF9] %s the spec is refused before a byte is read', async (_case, sizeBytes, reason) => {
    await truncate(path, sizeBytes);
    const fileSystem = createFaultyFileSystem();
    expect(await prove({ fileSystem })).toEqual(refused(reason));
    expect(fileSystem.calls).toEqual(['open', 'fstat', 'close']);
  });
});

describe('the bytes', () => {
  test('[MF10] with another digest: digest_mismatch', async () => {
    const spec = { ...SPEC, sha256: '0'.repeat(64) };
    expect(await prove({ spec })).toEqual(refused('digest_mismatch'));
  });

  test.each<[string, Uint8Array]>([
    ['a text', Buffer.from('To be, or not to be: that is the question.')],
    ['shorter than a header', Buffer.from('GGUF')],
    ['of one byte', Buffer.from('G')],
    ['with the magic in small letters', Buffer.from('gguf\x03\0\0\0')],
  ])('[MF11] %s: model_not_gguf', async (_case, bytes) => {
    await writeFile(path, bytes);
    expect(await prove({ spec: specOf(bytes) })).toEqual(refused('model_not_gguf'));
  });

  test.each([
    ['0', Buffer.from('GGUF\0\0\0\0')],
    ['1', Buffer.from('GGUF\x01\0\0\0')],
    ['4', Buffer.from('GGUF\x04\0\0\0')],
    ['3, big-endian', Buffer.from('GGUF\0\0\0\x03')],
    ['3 and more above it', Buffer.from('GGUF\x03\0\0\x01')],
  ])('[MF12] of GGUF version %s: model_gguf_version', async (_case, bytes) => {
    await writeFile(path, bytes);
    expect(await prove({ spec: specOf(bytes) })).toEqual(refused('model_gguf_version'));
  });

  test('[MF13] that are no model are judged by their digest first', async () => {
    const bytes = Buffer.from('To be, or not to be');
    await writeFile(path, bytes);
    const spec = { ...specOf(bytes), sha256: SPEC.sha256 };
    expect(await prove({ spec })).toEqual(refused('digest_mismatch'));
  });

  test.each([0, 2])('[MF14] whose read %d fails with EIO: model_file_unreadable', async (failing) => {
    const read = (count: number): undefined => {
      if (count === failing) throw systemError('EIO');
    };
    expect(await prove(withFaults({ read }))).toEqual(refused('model_file_unreadable'));
  });
});

describe('a file that changes while it is read', () => {
  /** Once, after the first piece. */
  const meanwhile = (change: () => Promise<unknown>): { fileSystem: FileSystem } =>
    withFaults({
      read: async (count) => {
        if (count === 1) await change();
        return undefined;
      },
    });

  test('[MF15] by growing: model_file_changed', async () => {
    expect(await prove(meanwhile(() => appendFile(path, 'more')))).toEqual(refused('model_file_changed'));
  });

  test('[MF15] by being touched: model_file_changed', async () => {
    expect(await prove(meanwhile(() => utimes(path, 1, 1)))).toEqual(refused('model_file_changed'));
  });

  test('[MF15] by being replaced under its name: model_file_changed', async () => {
    const other = join(directory, 'other.gguf');
    await writeFile(other, BYTES);
    expect(await prove(meanwhile(() => rename(other, path)))).toEqual(refused('model_file_changed'));
  });

  test('[MF15] by being removed: model_file_changed', async () => {
    expect(await prove(meanwhile(() => rm(path)))).toEqual(refused('model_file_changed'));
  });

  test('[MF15] where only the name can no longer be looked up: model_file_changed', async () => {
    const stat = (): never => {
      throw systemError('EACCES');
    };
    expect(await prove(withFaults({ stat }))).toEqual(refused('model_file_changed'));
  });

  test('[MF15] where the second fstat fails: model_file_changed', async () => {
    const fstat = (count: number): void => {
      if (count === 1) throw systemError('EIO');
    };
    expect(await prove(withFaults({ fstat }))).toEqual(refused('model_file_changed'));
  });

  test('[MF16] by shrinking: size_short', async () => {
    expect(await prove(meanwhile(() => truncate(path, MIB)))).toEqual(refused('size_short'));
  });

  test('[MF16] by being overwritten: digest_mismatch', async () => {
    const change = (): Promise<void> => writeFile(path, createModelBytes(SPEC.sizeBytes, 2).fill(0, MIB));
    expect(await prove(meanwhile(change))).toEqual(refused('digest_mismatch'));
  });

  test('[MF16] by growing is read no further than the spec says', async () => {
    const fileSystem = createFaultyFileSystem({
      read: async (count) => {
        if (count === 0) await appendFile(path, Buffer.alloc(8 * MIB));
        return undefined;
      },
    });
    const ratios: number[] = [];
    await prove({ fileSystem, onProgress: (ratio) => ratios.push(ratio) });
    expect(fileSystem.calls.filter((call) => call === 'read')).toHaveLength(4);
    expect(ratios.at(-1)).toBe(1);
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
    ['no signal', { path: '/x', ...SPEC }],
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
    expect(await prove(withFaults({ close }))).toEqual(proved());
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
        prove(index % 2 === 0 ? {} : { spec: { ...SPEC, sha256: '0'.repeat(64) } }),
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
