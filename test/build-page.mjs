// Before any test runs: builds the page of the inspector where its sources are newer than what was built.
import { execFileSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const SOURCES = ['inspector', 'machines', 'policies', 'scripts', 'package.json'];

function newestMs(path) {
  const found = statSync(path);
  if (!found.isDirectory()) return found.mtimeMs;
  return Math.max(0, ...readdirSync(path).map((name) => newestMs(join(path, name))));
}

function builtMs() {
  try {
    return statSync(join(root, 'dist/inspector/index.html')).mtimeMs;
  } catch {
    return 0;
  }
}

export default function buildPage() {
  if (builtMs() > Math.max(...SOURCES.map((name) => newestMs(join(root, name))))) return;
  const tsx = pathToFileURL(createRequire(import.meta.url).resolve('tsx')).href;
  execFileSync(process.execPath, ['--import', tsx, 'scripts/build-inspector.ts'], {
    cwd: root,
    env: { ...process.env, NODE_OPTIONS: '' },
    stdio: 'inherit',
  });
}
