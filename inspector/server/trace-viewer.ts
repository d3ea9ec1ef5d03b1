import type { ServerResponse } from 'node:http';
import { END_MESSAGE, HEARTBEAT, lineMessage } from './event-stream.ts';
import type { FeedEnd } from './trace-feed.ts';
import { VIEWER_HEARTBEAT_MS, VIEWER_STUCK_MS_MAX } from './viewer-limits.ts';

export interface ViewerPace {
  readonly heartbeatMs?: number;
  readonly stuckMsMax?: number;
}

/**
 * Writes a trace to one viewer, as fast as it takes it, until the trace ends. The answer has its head already.
 * Rejects where the viewer left, took nothing for too long, or has to begin anew; the caller then ends the
 * connection.
 */
export async function writeTrace(
  response: ServerResponse,
  trace: AsyncGenerator<readonly string[], FeedEnd, void>,
  { heartbeatMs = VIEWER_HEARTBEAT_MS, stuckMsMax = VIEWER_STUCK_MS_MAX }: ViewerPace = {},
): Promise<void> {
  let stuck: NodeJS.Timeout | null = null;
  let taken: () => void = () => undefined;
  const write = (text: string): boolean => {
    if (response.write(text)) return true;
    stuck ??= setTimeout(() => response.destroy(), stuckMsMax).unref();
    return false;
  };
  const onTaken = () => {
    if (stuck !== null) clearTimeout(stuck);
    stuck = null;
    taken();
  };
  const send = async (text: string) => {
    if (response.destroyed) throw new Error('the viewer left');
    if (write(text)) return;
    await new Promise<void>((resolve) => {
      taken = resolve;
    });
  };

  response.on('drain', onTaken).on('close', onTaken);
  const heart = setInterval(() => {
    if (!response.writableNeedDrain && !response.destroyed) write(HEARTBEAT);
  }, heartbeatMs).unref();
  try {
    // At once, so that a viewer knows that it was let in.
    await send(HEARTBEAT);
    for (;;) {
      const next = await trace.next();
      if (next.done !== true) {
        if (next.value.length > 0) await send(next.value.map(lineMessage).join(''));
        continue;
      }
      if (next.value === 'ended') await send(END_MESSAGE);
      response.end();
      return;
    }
  } finally {
    clearInterval(heart);
    if (stuck !== null) clearTimeout(stuck);
    void trace.return('closed').catch(() => undefined);
  }
}
