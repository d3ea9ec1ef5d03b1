import type { ServerResponse } from 'node:http';
import { EVENT_STREAM_TYPE } from './event-stream.ts';
import { responseHeaders } from './response-headers.ts';
import type { TraceFeed } from './trace-feed.ts';
import { type ViewerPace, writeTrace } from './trace-viewer.ts';

/** The viewers that follow the trace, no more than may. */
export interface ViewerSeats {
  readonly hasRoom: () => boolean;
  readonly count: () => number;
  /** Shows the trace to a viewer, until it ends or the viewer goes. Never rejects. */
  readonly take: (response: ServerResponse) => Promise<SeatOutcome>;
  /** Lets every viewer have what is already on its way, for so many ms, and then sends it away. */
  readonly close: (graceMs: number) => Promise<void>;
}

/** `unavailable`: nothing was written, and the answer is still to be given. */
export type SeatOutcome = 'written' | 'unavailable' | 'dropped';

export function createViewerSeats(feed: TraceFeed, viewersMax: number, pace: ViewerPace = {}): ViewerSeats {
  const seats = new Map<
    ServerResponse,
    { readonly closing: AbortController; readonly left: Promise<void> }
  >();

  const take = async (response: ServerResponse): Promise<SeatOutcome> => {
    const gone = new AbortController();
    const closing = new AbortController();
    const left = new Promise<void>((resolve) => {
      response.once('close', () => {
        seats.delete(response);
        gone.abort();
        resolve();
      });
    });
    seats.set(response, { closing, left });
    try {
      const trace = await feed.open({
        gone: gone.signal,
        closing: closing.signal,
        drop: () => response.destroy(),
      });
      response.writeHead(200, responseHeaders(EVENT_STREAM_TYPE));
      await writeTrace(response, trace, pace);
      return 'written';
    } catch {
      if (!response.headersSent && !response.destroyed) return 'unavailable';
      response.destroy();
      return 'dropped';
    }
  };

  return {
    hasRoom: () => seats.size < viewersMax,
    count: () => seats.size,
    take,
    close: async (graceMs) => {
      const viewers = [...seats];
      for (const [, { closing }] of viewers) closing.abort();
      // It holds the process: whoever waits for the end is to be told of it.
      const deadline = setTimeout(() => {
        for (const [response] of viewers) response.destroy();
      }, graceMs);
      await Promise.all(viewers.map(([, { left }]) => left));
      clearTimeout(deadline);
    },
  };
}
