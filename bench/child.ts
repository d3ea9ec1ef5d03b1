import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

/** Runs a script of this folder in a fresh process and gives the JSON that it prints. It must exit by itself. */
export async function runChild<T>(script: string, input: unknown): Promise<T> {
  const path = fileURLToPath(new URL(script, import.meta.url));
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--expose-gc', '--import', 'tsx', path, JSON.stringify(input)],
    { timeout: 300_000, maxBuffer: 2 ** 24 },
  );
  return JSON.parse(stdout) as T;
}

export function childInput<T>(): T {
  return JSON.parse(process.argv[2] ?? 'null') as T;
}
