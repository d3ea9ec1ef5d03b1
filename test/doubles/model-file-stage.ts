import { readdirSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect } from '@jest/globals';
import type { DownloadRequest, IntegritySpec, ModelFile } from '../../policies/runtime-adapter.ts';
import type { Attempt, Deny } from '../../policies/verdict.ts';
import type { FileSystem } from '../../services/file-system.ts';
import { createLocalModelSource } from '../../services/model-file.ts';
import { createModelBytes, specOf } from './model-bytes.ts';

export const MIB = 2 ** 20;
/** Three whole pieces and a bit. */
export const MODEL_BYTES = createModelBytes(3 * MIB + 17);
export const MODEL_SPEC = specOf(MODEL_BYTES);

/** What to ask instead of the staged file with its own spec. */
export interface Ask extends Partial<Omit<DownloadRequest, 'path'>> {
  readonly path?: unknown;
  readonly spec?: IntegritySpec;
  readonly fileSystem?: FileSystem;
}

export interface ModelFileStage {
  /** A folder of its own, removed afterwards. */
  directory(): string;
  /** The good file, made anew for each test. */
  path(): string;
  prove(ask?: Ask): Promise<Attempt<ModelFile>>;
}

/** Puts a good model file on the disk for each test of a file, and expects every test to leave no file open. */
export function stageModelFile(): ModelFileStage {
  let directory = '';
  let openBefore = 0;
  const path = (): string => join(directory, 'model.gguf');

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'model-file-'));
  });
  afterAll(() => rm(directory, { recursive: true, force: true }));
  beforeEach(async () => {
    await writeFile(path(), MODEL_BYTES);
    openBefore = countOpenFiles();
  });
  afterEach(() => {
    expect(countOpenFiles()).toBe(openBefore);
  });

  return {
    directory: () => directory,
    path,
    prove: ({ spec = MODEL_SPEC, fileSystem, ...rest } = {}) => {
      const request = { path: path(), signal: new AbortController().signal, ...spec, ...rest };
      return createLocalModelSource(fileSystem)(request as DownloadRequest);
    },
  };
}

export function refused(reason: Deny['reason']): Deny {
  return { ok: false, reason };
}

function countOpenFiles(): number {
  return process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0;
}
