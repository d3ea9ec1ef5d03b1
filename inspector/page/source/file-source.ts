import { TRACE_LINE_CHARS_MAX } from '../../../machines/trace-line.ts';
import { createLineSplitter } from './line-splitter.ts';

/** Reads a trace file piece by piece; the next piece waits until the lines of the one before are taken. */
export async function readTraceFile(
  file: Blob,
  signal: AbortSignal,
  onLines: (lines: readonly string[]) => Promise<void>,
): Promise<void> {
  const splitter = createLineSplitter(TRACE_LINE_CHARS_MAX);
  const reader = file.stream().getReader();
  const decoder = new TextDecoder();
  for (;;) {
    const { done, value } = await reader.read();
    if (signal.aborted) return reader.cancel();
    if (done) break;
    await onLines(splitter.push(decoder.decode(value, { stream: true })));
  }
  await onLines([...splitter.push(decoder.decode()), ...splitter.end()]);
}
