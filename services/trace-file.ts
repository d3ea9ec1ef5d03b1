import { createReadStream } from 'node:fs';
import { type FileHandle, open, readdir } from 'node:fs/promises';
import { join } from 'node:path';

/** Text that may wait for the disk, in characters; what comes beyond is not taken. */
const PENDING_CHARS_MAX = 8_388_608;

export interface TraceFile {
  /** Takes a line. `false`: the disk is too far behind, or failed; the line is not written. Never throws. */
  readonly write: (line: string) => boolean;
  /** Writes what waits and closes. Rejects with what the disk said, if it failed. */
  readonly close: () => Promise<void>;
}

/** Begins a trace file, over an older one of that name. Rejects when it cannot be opened. */
export async function openTraceFile(path: string): Promise<TraceFile> {
  const handle = await open(path, 'w', 0o600);
  let pending: string[] = [];
  let pendingChars = 0;
  let failure: unknown;
  let writing: Promise<void> | null = null;

  const drain = async (): Promise<void> => {
    while (pending.length > 0 && failure === undefined) {
      const text = `${pending.join('\n')}\n`;
      pending = [];
      pendingChars = 0;
      try {
        await writeAll(handle, text);
      } catch (error) {
        failure = error;
      }
    }
    writing = null;
  };

  return {
    write: (line) => {
      if (failure !== undefined || pendingChars + line.length > PENDING_CHARS_MAX) return false;
      pending.push(line);
      pendingChars += line.length;
      writing ??= Promise.resolve().then(drain);
      return true;
    },
    close: async () => {
      await writing;
      await handle.close();
      if (failure !== undefined) throw failure;
    },
  };
}

/** One write may take less than all of it. */
async function writeAll(handle: FileHandle, text: string): Promise<void> {
  const bytes = Buffer.from(text);
  for (let from = 0; from < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, from);
    from += bytesWritten;
  }
}

/**
 * The lines of a file, one after the other. A line longer than `lineCharsMax` is cut one character beyond it and ends
 * the reading: whatever the file is, no more than one line is held.
 */
export async function* readLines(path: string, lineCharsMax: number): AsyncGenerator<string, void, void> {
  let rest = '';
  for await (const piece of createReadStream(path, { encoding: 'utf8', highWaterMark: 65_536 })) {
    rest += piece as string;
    let from = 0;
    for (let to = rest.indexOf('\n'); to !== -1; to = rest.indexOf('\n', from)) {
      if (to > from) yield rest.slice(from, to);
      from = to + 1;
    }
    rest = rest.slice(from);
    if (rest.length > lineCharsMax) {
      yield rest.slice(0, lineCharsMax + 1);
      return;
    }
  }
  if (rest !== '') yield rest;
}

/** The `*.jsonl` files of a folder, in the order of their names; none where it cannot be read. */
export async function listTraceFiles(
  folder: string,
): Promise<readonly { readonly file: string; readonly path: string }[]> {
  const names = await readdir(folder).catch(() => [] as string[]);
  return names
    .filter((name) => name.endsWith('.jsonl'))
    .sort()
    .map((file) => ({ file, path: join(folder, file) }));
}
