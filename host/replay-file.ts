import { createReplay, type ReplayOptions } from '../machines/replay.ts';
import type { ReplayResult } from '../machines/replay-result.ts';
import { TRACE_LINE_CHARS_MAX } from '../machines/trace-line.ts';
import { listTraceFiles, readLines } from '../services/trace-file.ts';
import { LLAMERO_VERSION } from './version.ts';

/** Replays a trace file, however large, holding one line at a time. Never rejects: what cannot be read is `corrupt`. */
export async function replayFile(path: string, options: ReplayOptions = {}): Promise<ReplayResult> {
  const run = createReplay({ library: LLAMERO_VERSION, ...options });
  try {
    for await (const line of readLines(path, TRACE_LINE_CHARS_MAX)) {
      const result = run.feed(line);
      if (result !== null) return result;
    }
  } catch {
    return { kind: 'corrupt', line: 1, why: 'unreadable', steps: 0 };
  }
  return run.end();
}

export interface ReplayedFile {
  readonly file: string;
  readonly result: ReplayResult;
}

/** Replays every `*.jsonl` file of a folder, in the order of their names. Never rejects. */
export async function replayAll(
  folder: string,
  options: ReplayOptions = {},
): Promise<readonly ReplayedFile[]> {
  const replayed: ReplayedFile[] = [];
  for (const { file, path } of await listTraceFiles(folder)) {
    replayed.push({ file, result: await replayFile(path, options) });
  }
  return replayed;
}
