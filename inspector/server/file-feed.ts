import { createReadStream } from 'node:fs';
import { access, constants } from 'node:fs/promises';
import { TRACE_LINE_CHARS_MAX } from '../../machines/trace-line.ts';
import { InspectorError } from './inspector-error.ts';
import type { FeedEnd, TraceFeed } from './trace-feed.ts';
import { VIEWER_WRITE_BYTES } from './viewer-limits.ts';

/**
 * Shows a recorded trace, as it lies there when a viewer comes; however large, it is read no faster than it is
 * taken.
 *
 * @throws {InspectorError} `trace_unreadable`
 */
export async function createFileFeed(path: string): Promise<TraceFeed> {
  await refuseUnreadable(path);
  return {
    open: async ({ gone }) => {
      await refuseUnreadable(path);
      return linesOf(path, gone);
    },
  };
}

async function* linesOf(path: string, gone: AbortSignal): AsyncGenerator<readonly string[], FeedEnd, void> {
  let rest = '';
  const file = createReadStream(path, { encoding: 'utf8', highWaterMark: VIEWER_WRITE_BYTES, signal: gone });
  for await (const piece of file) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop() ?? '';
    // Whatever the file is, no more than one line of a trace is held.
    if (rest.length > TRACE_LINE_CHARS_MAX) throw new Error('a line is too long');
    yield lines.map(withoutReturn).filter((line) => line !== '');
  }
  if (rest !== '') yield [withoutReturn(rest)];
  return 'ended';
}

/** A trace that came by mail may have the line ends of another system. */
const withoutReturn = (line: string) => (line.endsWith('\r') ? line.slice(0, -1) : line);

async function refuseUnreadable(path: string): Promise<void> {
  await access(path, constants.R_OK).catch((cause: unknown) => {
    throw new InspectorError(
      'trace_unreadable',
      'The trace cannot be read: check its path and permissions.',
      cause,
    );
  });
}
