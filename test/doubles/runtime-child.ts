import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export interface ChildEnd {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a script against this project's sources in a process of its own, until it exits by itself. `body` finds
 * `createLlamaRuntime`, `modelPath` (the embedded model), `NEVER`, and `say`, whose values come out as JSON on stdout.
 */
export async function runInChild(body: string, timeoutMs = 50_000): Promise<ChildEnd> {
  const root = pathToFileURL(`${process.cwd()}/`);
  const folder = await mkdtemp(join(tmpdir(), 'llamero-child-'));
  const script = join(folder, 'child.mjs');
  const at = (path: string): string => JSON.stringify(new URL(path, root).href);
  await writeFile(
    script,
    `import { writeFileSync } from 'node:fs';
import { createLlamaRuntime } from ${at('services/llama-runtime.ts')};
import { embeddedModelPath } from ${at('models/embedded.ts')};
const modelPath = embeddedModelPath();
const NEVER = new AbortController().signal;
const say = (value) => writeFileSync(1, JSON.stringify(value) + '\\n');
${body}
`,
  );
  try {
    return await new Promise((resolve) => {
      const args = ['--import', 'tsx', script];
      const child = execFile(
        process.execPath,
        args,
        { cwd: process.cwd(), timeout: timeoutMs },
        (_error, stdout, stderr) => resolve({ exitCode: child.exitCode, stdout, stderr }),
      );
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
