import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from '@jest/globals';
import { pinFileOf } from './pin-samples.ts';

/** A folder of its own for each test, with a file of pins where a test writes one. */
export function stagePinFolder() {
  let folder = '';
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llamero-pins-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));
  const pathOf = (name: string) => join(folder, name);
  return {
    folder: () => folder,
    pathOf,
    /** What every command has: the file of pins and the store, both in the folder. */
    options: () => ({ pins: pathOf('pins.json'), dir: pathOf('models') }),
    writePins: (models: Readonly<Record<string, unknown>>, changes: Readonly<Record<string, unknown>> = {}) =>
      writeFile(pathOf('pins.json'), JSON.stringify(pinFileOf(models, changes))),
  };
}
