/** Takes the lines of a trace as they come. `false`: it has no room, and the line is lost to it. */
export interface LineSink {
  readonly write: (line: string) => boolean;
}

/** A running trace: the handle of a supervisor is one. */
export interface TraceSource {
  /** The latest steps as a trace. */
  trace(): string;
  /** Gives a sink a header, a frame of the present and every step from now on, until the returned call. */
  traceTo(sink: LineSink): () => void;
}

/** One viewer, as a feed sees it. */
export interface ViewerSeat {
  /** Aborted once nobody looks any more; the feed then holds nothing for this viewer. */
  readonly gone: AbortSignal;
  /** Aborted when the server closes: what is here may still be told, nothing more is waited for. */
  readonly closing: AbortSignal;
  /** Sends the viewer away. */
  readonly drop: () => void;
}

/** Where a server takes the lines from that it shows. */
export interface TraceFeed {
  /**
   * Opens the trace for one viewer, from its beginning: lines, some at a time, no faster than they are taken. It
   * returns `ended` where the source ended and `closed` where only the server did, and throws where the viewer has
   * to begin anew.
   *
   * @throws {InspectorError} where the trace cannot be had now.
   */
  open(seat: ViewerSeat): Promise<AsyncGenerator<readonly string[], FeedEnd, void>>;
}

export type FeedEnd = 'ended' | 'closed';
