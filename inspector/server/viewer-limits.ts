/** Lines that may wait for one viewer, in bytes; one that is further behind is dropped and may begin anew. */
export const VIEWER_BACKLOG_BYTES_MAX = 4 * 1024 * 1024;

/** Bytes that are handed to the socket of a viewer at a time, a last line beyond them included. */
export const VIEWER_WRITE_BYTES = 64 * 1024;

/** A viewer that takes nothing for so long, in ms, is dropped. */
export const VIEWER_STUCK_MS_MAX = 15_000;

/** Longest silence towards a viewer, in ms: it can tell a quiet supervisor from a dead connection. */
export const VIEWER_HEARTBEAT_MS = 15_000;
