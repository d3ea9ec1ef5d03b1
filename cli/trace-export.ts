import { writeFile } from 'node:fs/promises';
import { createChromeTrace, replayFile } from '../index.ts';
import { replayExitCode } from './replay.ts';

const EXIT_UNWRITABLE = 1;

/** Writes a trace in the Chrome trace-event format, to a file or to standard output. */
export async function runTraceExport(path: string, { out }: { readonly out?: string }): Promise<number> {
  const chrome = createChromeTrace();
  const result = await replayFile(path, { onStep: chrome.onStep });
  if (result.kind === 'corrupt' && result.why === 'unreadable') {
    process.stderr.write(`${path} cannot be read; check its path and permissions.\n`);
    return replayExitCode([result]);
  }
  const text = `${JSON.stringify(chrome.end())}\n`;
  if (out === undefined) process.stdout.write(text);
  else {
    try {
      await writeFile(out, text);
    } catch {
      process.stderr.write(`${out} cannot be written; check its path and permissions.\n`);
      return EXIT_UNWRITABLE;
    }
  }
  if (result.kind !== 'ok') {
    process.stderr.write(
      `The trace is ${result.kind}: what came before is exported. See: llamero replay ${path}\n`,
    );
  }
  return replayExitCode([result]);
}
