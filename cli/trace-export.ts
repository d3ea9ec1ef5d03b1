import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { createChromeTrace } from '../index.ts';

/** Writes a trace in the Chrome trace-event format, to a file or to standard output. */
export async function runTraceExport(path: string, { out }: { readonly out?: string }): Promise<number> {
  const chrome = createChromeTrace();
  try {
    const lines = createInterface({ input: createReadStream(path), crlfDelay: Number.POSITIVE_INFINITY });
    for await (const line of lines) if (line !== '' && chrome.feed(line) !== null) break;
  } catch {
    process.stderr.write(`${path} cannot be read.\n`);
    return 7;
  }
  const { trace, result } = chrome.end();
  const text = `${JSON.stringify(trace)}\n`;
  if (out === undefined) process.stdout.write(text);
  else await writeFile(out, text);
  if (result.kind === 'ok') return 0;
  process.stderr.write(
    `The trace is ${result.kind}: what came before is exported. See: llamero replay ${path}\n`,
  );
  return { diverged: 6, corrupt: 7, incompatible: 8 }[result.kind];
}
