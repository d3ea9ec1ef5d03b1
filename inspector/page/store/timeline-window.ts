/** What part of the log's time the timeline shows, in ms of the trace's clock. */
export interface TimeWindow {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Shortest time that can be shown over the whole width. */
export const WINDOW_MS_MIN = 20;

/** Brings the window nearer (`factor` below 1) or farther about one moment, inside the whole. */
export function zoomWindow(
  window: TimeWindow,
  whole: TimeWindow,
  aboutMs: number,
  factor: number,
): TimeWindow {
  const wholeMs = whole.toMs - whole.fromMs;
  const spanMs = Math.min(wholeMs, Math.max(WINDOW_MS_MIN, (window.toMs - window.fromMs) * factor));
  const share = (aboutMs - window.fromMs) / Math.max(1e-9, window.toMs - window.fromMs);
  return placeWindow(aboutMs - spanMs * share, spanMs, whole);
}

/** Moves the window by a part of its own length, inside the whole. */
export function panWindow(window: TimeWindow, whole: TimeWindow, share: number): TimeWindow {
  const spanMs = window.toMs - window.fromMs;
  return placeWindow(window.fromMs + spanMs * share, spanMs, whole);
}

/** The window itself where the moment is in it, else the window about the moment. */
export function revealInWindow(window: TimeWindow, whole: TimeWindow, atMs: number): TimeWindow {
  if (atMs >= window.fromMs && atMs <= window.toMs) return window;
  const spanMs = window.toMs - window.fromMs;
  return placeWindow(atMs - spanMs / 2, spanMs, whole);
}

function placeWindow(fromMs: number, spanMs: number, whole: TimeWindow): TimeWindow {
  const from = Math.max(whole.fromMs, Math.min(fromMs, whole.toMs - spanMs));
  return { fromMs: from, toMs: Math.min(whole.toMs, from + spanMs) };
}

/** Round times to write under the timeline, about `countMax` of them at most. */
export function ticksOf(
  window: TimeWindow,
  countMax: number,
): { readonly ticks: number[]; readonly stepMs: number } {
  const spanMs = window.toMs - window.fromMs;
  const stepMs =
    STEPS_MS.find((step) => spanMs / step <= countMax) ?? HOUR_MS * Math.ceil(spanMs / countMax / HOUR_MS);
  const ticks: number[] = [];
  for (let n = Math.ceil(window.fromMs / stepMs); n * stepMs <= window.toMs; n += 1) ticks.push(n * stepMs);
  return { ticks, stepMs };
}

/** A round time in the unit of its step: `250 ms`, `12 s`, `3:20`. */
export function formatTick(ms: number, stepMs: number): string {
  if (stepMs < 1000)
    return ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(stepMs < 10 ? 3 : stepMs < 100 ? 2 : 1)} s`;
  const seconds = Math.round(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const hours = Math.floor(seconds / 3600);
  const tail = `${String(Math.floor((seconds % 3600) / 60)).padStart(hours > 0 ? 2 : 1, '0')}:${String(seconds % 60).padStart(2, '0')}`;
  return hours > 0 ? `${hours}:${tail}` : tail;
}

const HOUR_MS = 3_600_000;

const STEPS_MS = [
  1,
  2,
  5,
  10,
  20,
  50,
  100,
  200,
  500,
  1000,
  2000,
  5000,
  10_000,
  15_000,
  30_000,
  60_000,
  120_000,
  300_000,
  600_000,
  900_000,
  1_800_000,
  HOUR_MS,
];
