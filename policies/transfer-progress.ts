/** How far an acquisition is, as it is told: nothing in it ever runs backwards but the estimate of the rest. */
export interface TransferProgress {
  /** Most bytes of the file that were here at one time. */
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** Share of the whole work done, 0 to 1: the download counts for nine tenths, the proof of its bytes for one. */
  readonly ratio: number;
  /** Rate of the download, smoothed over about five seconds; null before it can be told. */
  readonly bytesPerSecond: number | null;
  /** Time until every byte is here, at that rate; null where it cannot be told. */
  readonly remainingMs: number | null;
  /** The reading that the next rate is told from. */
  readonly mark: { readonly bytes: number; readonly atMs: number } | null;
}

const SMOOTHING_MS = 5_000;
/** A rate over less time than this is noise. */
const SPAN_MS_MIN = 250;
const DOWNLOAD_SHARE = 0.9;

export function createTransferProgress(totalBytes: number): TransferProgress {
  return { receivedBytes: 0, totalBytes, ratio: 0, bytesPerSecond: null, remainingMs: null, mark: null };
}

/** Begins an attempt whose file holds `bytes` bytes already: they were not received now, so they count for no rate. */
export function recordAttempt(progress: TransferProgress, bytes: number, atMs: number): TransferProgress {
  const received = recordReceived(progress, bytes, atMs);
  return { ...received, mark: { bytes, atMs }, remainingMs: null };
}

/** So many bytes of the file are here now; fewer than before where the file was begun anew. */
export function recordReceived(progress: TransferProgress, bytes: number, atMs: number): TransferProgress {
  const { totalBytes } = progress;
  const receivedBytes = Math.max(progress.receivedBytes, Math.min(bytes, totalBytes));
  const ratio = Math.max(progress.ratio, (DOWNLOAD_SHARE * receivedBytes) / totalBytes);
  const mark = progress.mark ?? { bytes, atMs };
  const spanMs = atMs - mark.atMs;
  if (spanMs < SPAN_MS_MIN) return { ...progress, receivedBytes, ratio, mark };
  const bytesPerSecond = smoothed(progress.bytesPerSecond, ((bytes - mark.bytes) * 1000) / spanMs, spanMs);
  const restBytes = Math.max(0, totalBytes - bytes);
  const remainingMs = bytesPerSecond > 0 ? Math.ceil((restBytes * 1000) / bytesPerSecond) : null;
  return { ...progress, receivedBytes, ratio, bytesPerSecond, remainingMs, mark: { bytes, atMs } };
}

/** So many bytes were read back and hashed. */
export function recordVerified(
  progress: TransferProgress,
  doneBytes: number,
  downloaded: boolean,
): TransferProgress {
  const from = downloaded ? DOWNLOAD_SHARE : 0;
  const ratio = from + ((1 - from) * Math.min(doneBytes, progress.totalBytes)) / progress.totalBytes;
  return {
    ...progress,
    ratio: Math.max(progress.ratio, ratio),
    bytesPerSecond: null,
    remainingMs: null,
    mark: null,
  };
}

/** Everything is done. */
export function recordDone(progress: TransferProgress): TransferProgress {
  const { totalBytes } = progress;
  return {
    ...progress,
    receivedBytes: totalBytes,
    ratio: 1,
    bytesPerSecond: null,
    remainingMs: null,
    mark: null,
  };
}

function smoothed(before: number | null, now: number, spanMs: number): number {
  const rate = Math.max(0, now);
  return before === null ? rate : before + (1 - Math.exp(-spanMs / SMOOTHING_MS)) * (rate - before);
}
