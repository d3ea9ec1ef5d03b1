/** Window over which a rate is told, in ms. */
const WINDOW_MS = 5000;
/** Readings nearer to each other than this are taken for one: a fast source would make thousands a second. */
const READING_EVERY_MS = 100;

export interface ByteRate {
  readonly bytesPerSecond: number | null;
  readonly remainingMs: number | null;
}

/** Tells the rate of bytes over the last seconds, and how long the rest takes at it; null before it can be told. */
export function followBytes(nowMs: () => number): (doneBytes: number, totalBytes: number) => ByteRate {
  let seen: { readonly atMs: number; readonly bytes: number }[] = [];
  return (doneBytes, totalBytes) => {
    const atMs = nowMs();
    const last = seen.at(-1);
    if (last === undefined || atMs - last.atMs >= READING_EVERY_MS) {
      seen = [...seen.filter((reading) => reading.atMs >= atMs - WINDOW_MS), { atMs, bytes: doneBytes }];
    }
    const first = seen[0];
    if (first === undefined || atMs <= first.atMs || doneBytes <= first.bytes) {
      return { bytesPerSecond: null, remainingMs: null };
    }
    const bytesPerSecond = ((doneBytes - first.bytes) * 1000) / (atMs - first.atMs);
    return { bytesPerSecond, remainingMs: (Math.max(0, totalBytes - doneBytes) * 1000) / bytesPerSecond };
  };
}
