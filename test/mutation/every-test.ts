import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Folders and files of tests, set by `stryker.jest.mjs`. */
declare const TEST_PATHS: readonly string[];

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const filesAt = (path: string): string[] =>
  path.endsWith('.ts')
    ? [path]
    : readdirSync(join(ROOT, path), { recursive: true, encoding: 'utf8' })
        .filter((name) => name.endsWith('.test.ts'))
        .sort()
        .map((name) => join(path, name));

// All in one file: Jest loads the modules of each test file anew, and does so for every mutant.
for (const path of TEST_PATHS.flatMap(filesAt)) await import(`../../${path}`);
