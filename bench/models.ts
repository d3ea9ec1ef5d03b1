import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { access, mkdir, stat } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import type { ModelOptions } from '../index.ts';
import { writeRandomModel } from '../models/random-model.ts';
import { llamero } from './built.ts';

export interface BenchModel extends ModelOptions {
  readonly name: string;
}

/** The part of it that the supervisor takes. */
export const pinOf = ({ path, sha256, sizeBytes }: BenchModel): ModelOptions => ({ path, sha256, sizeBytes });

export function embedded(): BenchModel {
  const { name, sha256, sizeBytes } = llamero.EMBEDDED_MODEL;
  return { name, path: llamero.embeddedModelPath(), sha256, sizeBytes };
}

/** A model of random weights: costs what a trained one of its size costs. Made once, on demand, and kept out of git. */
export async function random(name: '25M' | '135M', parameters: number): Promise<BenchModel> {
  const folder = fileURLToPath(new URL('./results/', import.meta.url));
  await mkdir(folder, { recursive: true });
  const path = `${folder}random-${name}.gguf`;
  try {
    await access(path);
  } catch {
    await writeRandomModel({ parameters, seed: 1, path });
  }
  const hash = createHash('sha256');
  for await (const piece of createReadStream(path, { highWaterMark: 2 ** 20 })) hash.update(piece);
  return { name: `random-${name}`, path, sha256: hash.digest('hex'), sizeBytes: (await stat(path)).size };
}
