import { createLineQueue, type LineQueue } from './line-queue.ts';
import { createTraceChain, isRecord } from './trace-chain.ts';
import type { FeedEnd, TraceFeed, TraceSource } from './trace-feed.ts';
import { VIEWER_BACKLOG_BYTES_MAX, VIEWER_WRITE_BYTES } from './viewer-limits.ts';

/**
 * Shows a running trace: what its ring holds, then every step as it comes. The source is listened to only while
 * somebody looks, and never waits: a viewer that is too far behind is dropped.
 */
export function createLiveFeed(source: TraceSource, backlogBytesMax = VIEWER_BACKLOG_BYTES_MAX): TraceFeed {
  return {
    open: async ({ gone, closing, drop }) => {
      gone.throwIfAborted();
      const queue = createLineQueue({ bytesMax: backlogBytesMax, onOverflow: drop });
      // One after the other in the same turn: no step can fall between the two, or into both.
      const ring = source.trace();
      const detach = source.traceTo({ write: queue.push });
      const leave = () => {
        queue.discard();
        detach();
      };
      gone.addEventListener('abort', leave, { once: true });
      closing.addEventListener('abort', queue.finish, { once: true });
      if (closing.aborted) queue.finish();
      return show(ring, queue);
    },
  };
}

async function* show(ring: string, queue: LineQueue): AsyncGenerator<readonly string[], FeedEnd, void> {
  const chain = createTraceChain();
  for (const lines of piecesOf(ring)) yield lines.map(chain.pass);
  // Without a ring the live trace stands by itself; else its own beginning repeats what the ring told.
  const isRepeated = ring === '' ? () => false : findBeginning();
  for (;;) {
    const lines = await queue.take(VIEWER_WRITE_BYTES);
    if (lines === null) return 'closed';
    const fresh = lines.filter((line) => !isRepeated(line));
    yield fresh.map(chain.append);
    if (fresh.some((line) => isRecord(line, 'end'))) return 'ended';
  }
}

/** True for the first header, and then for the first frame. */
function findBeginning(): (line: string) => boolean {
  let due: 'header' | 'frame' | null = 'header';
  return (line) => {
    if (due === null || !isRecord(line, due)) return false;
    due = due === 'header' ? 'frame' : null;
    return true;
  };
}

/** The lines of a text, some at a time: no more than one piece is held besides the text. */
function* piecesOf(text: string): Generator<readonly string[], void, void> {
  for (let from = 0; from < text.length; ) {
    const end = text.indexOf('\n', from + VIEWER_WRITE_BYTES);
    const to = end === -1 ? text.length : end;
    yield text
      .slice(from, to)
      .split('\n')
      .filter((line) => line !== '');
    from = to + 1;
  }
}
