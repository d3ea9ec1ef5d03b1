import { execFileSync } from 'node:child_process';
import { mkdir, symlink, truncate } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { Reason } from '../../../policies/reasons.ts';
import { createFaultyFileSystem, systemError } from '../../doubles/faulty-file-system.ts';
import { MODEL_SPEC, refused, stageModelFile } from '../../doubles/model-file-stage.ts';

const { directory, path, prove } = stageModelFile();

describe('what the path names', () => {
  test.each<[string, () => unknown]>([
    ['nothing', () => join(directory(), 'no-such-file')],
    ['nothing, being empty', () => ''],
    ['a path below a file', () => join(path(), 'model.gguf')],
    ['a text with a NUL', () => `${path()}\0.gguf`],
    ['undefined', () => undefined],
    ['null', () => null],
    ['a number', () => 3],
    ['a buffer', () => Buffer.from(path())],
    ['a URL', () => new URL(`file://${path()}`)],
  ])('[MF6] %s: model_file_missing', async (_case, nameOf) => {
    expect(await prove({ path: nameOf() })).toEqual(refused('model_file_missing'));
  });

  test('[MF6] a link to nothing: model_file_missing', async () => {
    const link = join(directory(), 'dangling');
    await symlink(join(directory(), 'no-such-file'), link);
    expect(await prove({ path: link })).toEqual(refused('model_file_missing'));
  });

  test('[MF7] a directory: model_file_not_regular', async () => {
    const folder = join(directory(), 'folder.gguf');
    await mkdir(folder);
    expect(await prove({ path: folder })).toEqual(refused('model_file_not_regular'));
  });

  test('[MF7] a device: model_file_not_regular', async () => {
    expect(await prove({ path: '/dev/zero' })).toEqual(refused('model_file_not_regular'));
  });

  test('[MF7] a pipe that nobody writes to: model_file_not_regular, without waiting', async () => {
    const pipe = join(directory(), 'pipe');
    execFileSync('mkfifo', [pipe]);
    expect(await prove({ path: pipe })).toEqual(refused('model_file_not_regular'));
  });

  test('[MF7] a socket: model_file_not_regular', async () => {
    const socket = join(directory(), 'socket');
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(socket, resolve));
    try {
      expect(await prove({ path: socket })).toEqual(refused('model_file_not_regular'));
    } finally {
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('[MF8] a loop of links: model_file_unreadable', async () => {
    const [a, b] = [join(directory(), 'loop-a'), join(directory(), 'loop-b')];
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
      expect(await prove({ fileSystem: createFaultyFileSystem({ open }) })).toEqual(
        refused('model_file_unreadable'),
      );
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
    expect(await prove({ fileSystem: createFaultyFileSystem({ open }) })).toEqual(
      refused('model_file_unreadable'),
    );
  });

  test('[MF8] a file whose first fstat fails: model_file_unreadable', async () => {
    const fstat = (): never => {
      throw systemError('EIO');
    };
    expect(await prove({ fileSystem: createFaultyFileSystem({ fstat }) })).toEqual(
      refused('model_file_unreadable'),
    );
  });
});

describe('the size', () => {
  test.each<[string, number, Reason]>([
    ['of 0', 0, 'model_file_empty'],
    ['one byte below', MODEL_SPEC.sizeBytes - 1, 'size_short'],
    ['one byte above', MODEL_SPEC.sizeBytes + 1, 'size_exceeded'],
  ])('[MF9] %s the spec is refused before a byte is read', async (_case, sizeBytes, reason) => {
    await truncate(path(), sizeBytes);
    const fileSystem = createFaultyFileSystem();
    expect(await prove({ fileSystem })).toEqual(refused(reason));
    expect(fileSystem.calls).toEqual(['open', 'fstat', 'close']);
  });
});
