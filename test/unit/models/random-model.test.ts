import { createHash } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createIntegerGenerator } from '../../../models/integer-generator.ts';
import { writeRandomModel } from '../../../models/random-model.ts';
import { countParameters, planRandomShape } from '../../../models/random-shape.ts';

describe('random-weight models', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llamero-random-'));
  });
  afterAll(async () => {
    await rm(folder, { recursive: true });
  });
  const write = (seed: number, name: string) =>
    writeRandomModel({ parameters: 1_000_000, seed, path: join(folder, name) });

  test('[EM12] are the same bytes for the same seed, and others for another', async () => {
    const [one, same, other] = [await write(1, 'one'), await write(1, 'same'), await write(2, 'other')];
    expect(same).toEqual(one);
    expect(other.sha256).not.toBe(one.sha256);
  });

  test('[EM12] are reported with the digest and size of what stands on disk', async () => {
    const written = await write(3, 'three');
    const bytes = await readFile(join(folder, 'three'));
    expect(written).toEqual({
      sha256: createHash('sha256').update(bytes).digest('hex'),
      sizeBytes: bytes.length,
    });
  });

  test.each([[1e6], [5e6], [25e6], [135e6], [1e9], [7e9]])(
    '[EM13] have within 5 %% of %s parameters',
    (parameters) => {
      expect(Math.abs(countParameters(planRandomShape(parameters)) / parameters - 1)).toBeLessThan(0.05);
    },
  );

  test.each([[0], [-1], [1e12], [Number.NaN]])('[EM13] are refused at %s parameters', (parameters) => {
    expect(() => planRandomShape(parameters)).toThrow(RangeError);
  });

  test('[EM12] come from whole numbers that the seed alone decides', () => {
    const draw = (seed: number) => {
      const next = createIntegerGenerator(seed);
      return [next(), next(), next()];
    };
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
    expect(draw(7).every((value) => Number.isInteger(value) && value >= 0 && value < 2 ** 32)).toBe(true);
  });
});
