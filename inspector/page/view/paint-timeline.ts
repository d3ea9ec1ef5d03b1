import type { RequestBar, Span, Timeline, Tone } from '../../model/views.ts';
import { assignLanes } from '../store/timeline-lanes.ts';
import { formatTick, type TimeWindow, ticksOf } from '../store/timeline-window.ts';

export interface TimelinePicture {
  readonly timeline: Timeline | null;
  /** All that may be shown; what is in it and not in the timeline stands as a ghost. */
  readonly whole: Timeline | null;
  readonly lanes: RequestLanes;
  readonly window: TimeWindow;
  readonly originMs: number;
  readonly shownMs: number;
  readonly hoverMs: number | null;
  readonly widthPx: number;
  readonly heightPx: number;
}

const PHASE_PX = 18;
const DOWNLOAD_PX = 6;
const AXIS_PX = 17;
const GAP_PX = 5;
const LANE_PX_MAX = 13;
const LANES_MAX = 24;
const TICK_EVERY_PX = 90;
/** Bars that are shorter have no mark of a good end. */
const CAPPED_PX_MIN = 6;

/** How much of what comes later shines through. */
const GHOST_OPACITY = 0.3;

/** Paints phases, downloads, requests and restarts from above to below, with the times under them. */
export function paintTimeline(
  pen: CanvasRenderingContext2D,
  style: CSSStyleDeclaration,
  picture: TimelinePicture,
): void {
  const { timeline, whole, lanes, window, widthPx, heightPx, shownMs, hoverMs } = picture;
  const color = colorsOf(style);
  const xOf = (atMs: number) => ((atMs - window.fromMs) / (window.toMs - window.fromMs)) * widthPx;
  const bottomPx = heightPx - AXIS_PX;
  pen.clearRect(0, 0, widthPx, heightPx);
  pen.font = style.font;
  pen.textBaseline = 'middle';
  paintAxis();
  if (timeline === null || whole === null) return;
  const hasDownloads = whole.downloads.length > 0;
  const requestsPx = PHASE_PX + GAP_PX + (hasDownloads ? DOWNLOAD_PX + GAP_PX : 0);
  const lanePx = Math.min(LANE_PX_MAX, (bottomPx - requestsPx - 2) / lanes.count);

  if (shownMs < whole.toMs) {
    pen.globalAlpha = GHOST_OPACITY;
    paintAll(whole, whole.toMs);
    pen.globalAlpha = 1;
    pen.fillStyle = color('surface');
    pen.fillRect(0, 0, Math.max(0, xOf(shownMs)), bottomPx);
    paintAxis();
  }
  paintAll(timeline, shownMs);
  if (hoverMs !== null) paintLine(xOf(hoverMs), color('line-strong'), 1);
  paintCursor(xOf(shownMs));

  function paintAxis() {
    const { ticks, stepMs } = ticksOf(
      { fromMs: window.fromMs - picture.originMs, toMs: window.toMs - picture.originMs },
      Math.max(2, widthPx / TICK_EVERY_PX),
    );
    for (const tick of ticks) {
      const x = Math.round(xOf(tick + picture.originMs)) + 0.5;
      pen.fillStyle = color('line');
      pen.fillRect(x, 0, 1, bottomPx + 4);
      pen.fillStyle = color('text-quiet');
      pen.textAlign = x < 20 ? 'left' : x > widthPx - 30 ? 'right' : 'center';
      pen.fillText(formatTick(tick, stepMs), x, heightPx - AXIS_PX / 2 + 2);
    }
  }

  function paintAll(part: Timeline, untilMs: number) {
    for (const phase of part.phases) paintSpan(phase, untilMs, 0, PHASE_PX, true);
    for (const load of part.downloads) paintSpan(load, untilMs, PHASE_PX + GAP_PX, DOWNLOAD_PX, false);
    const reached: number[] = [];
    for (const [place, bar] of part.requests.entries()) {
      const lane = lanes.of.get(bar.index) ?? place % lanes.count;
      paintRequest(bar, lane, untilMs, reached);
    }
    for (const { atMs, tone } of part.restarts) {
      const x = xOf(atMs);
      if (x < -4 || x > widthPx + 4) continue;
      pen.fillStyle = color(toneColor(tone));
      pen.beginPath();
      pen.moveTo(x - 4.5, PHASE_PX + GAP_PX + 2);
      pen.lineTo(x + 4.5, PHASE_PX + GAP_PX + 2);
      pen.lineTo(x, PHASE_PX - 4);
      pen.fill();
      pen.fillRect(x - 0.5, PHASE_PX, 1, bottomPx - PHASE_PX);
    }
  }

  function paintSpan(span: Span, untilMs: number, y: number, height: number, hasLabel: boolean) {
    const x = Math.max(-8, xOf(span.fromMs));
    const right = Math.min(widthPx + 8, xOf(span.toMs ?? untilMs));
    if (right < 0 || x > widthPx) return;
    const width = Math.max(1.5, right - x - 1);
    const tone = hasLabel ? phaseColor(span) : toneColor(span.tone === 'plain' ? 'busy' : span.tone);
    pen.fillStyle = color(hasLabel ? `${tone}-soft` : tone);
    box(x, y, width, height, 3);
    if (!hasLabel) return;
    pen.fillStyle = color(tone);
    pen.fillRect(x, y + height - 2, width, 2);
    if (width < 34) return;
    pen.save();
    pen.beginPath();
    pen.rect(x, y, width - 3, height);
    pen.clip();
    pen.textAlign = 'left';
    pen.fillStyle = color('text');
    pen.fillText(span.label, Math.max(x, 0) + 6, y + height / 2);
    pen.restore();
  }

  function paintRequest(bar: RequestBar, lane: number, untilMs: number, reached: number[]) {
    const endMs = bar.endedAtMs ?? untilMs;
    const right = xOf(endMs);
    const left = xOf(bar.arrivedAtMs);
    // Of many bars that fall on the same px, one is enough.
    if (right < 0 || left > widthPx || right <= (reached[lane] ?? -1) + 0.25) return;
    reached[lane] = Math.max(right, left + 1);
    const y = requestsPx + lane * lanePx;
    const height = Math.max(1, lanePx - (lanePx > 4 ? 2 : 0.5));
    const promptMs = bar.admittedAtMs ?? endMs;
    const decodeMs = Math.max(promptMs, bar.firstTokenAtMs ?? endMs);
    part(bar.arrivedAtMs, promptMs, 'request-queued');
    part(promptMs, decodeMs, 'request-prompt');
    part(decodeMs, endMs, 'request-decode');
    // Among bars that are hardly to be told apart, only what went wrong is marked.
    if (bar.outcome === null || (bar.outcome === 'completed' && right - left < CAPPED_PX_MIN)) return;
    pen.fillStyle = color(outcomeColor(bar));
    pen.fillRect(Math.max(left, right - 1.5), y, 3, height);
    if (right - left < 44 || lanePx < 11) return;
    pen.fillStyle = color('on-bar');
    pen.textAlign = 'left';
    pen.fillText(bar.requestId, Math.max(left, 0) + 4, y + height / 2 + 0.5);

    function part(fromMs: number, toMs: number, name: string) {
      const x = Math.max(-4, xOf(fromMs));
      const end = Math.min(widthPx + 4, xOf(Math.min(toMs, endMs)));
      if (end <= x) return;
      pen.fillStyle = color(name);
      pen.fillRect(x, y, Math.max(0.75, end - x), height);
    }
  }

  function paintCursor(x: number) {
    if (x < -1 || x > widthPx + 1) return;
    const at = Math.min(widthPx - 1, Math.max(1, x));
    paintLine(at, color('accent'), 1.5);
    pen.fillStyle = color('accent');
    pen.beginPath();
    pen.arc(at, bottomPx + 2, 3.5, 0, 2 * Math.PI);
    pen.fill();
  }

  function paintLine(x: number, fill: string, width: number) {
    pen.fillStyle = fill;
    pen.fillRect(x - width / 2, 0, width, bottomPx + 2);
  }

  function box(x: number, y: number, width: number, height: number, radius: number) {
    pen.beginPath();
    pen.roundRect(x, y, width, height, Math.min(radius, width / 2));
    pen.fill();
  }
}

/** The lane of each request, by the index of its arrival. */
export interface RequestLanes {
  readonly of: ReadonlyMap<number, number>;
  readonly count: number;
}

/** Lanes for all requests of a log: the same at each of its moments. */
export function placeRequests({
  requests,
  toMs: untilMs,
}: Pick<Timeline, 'requests' | 'toMs'>): RequestLanes {
  const spans = requests.map(({ arrivedAtMs, endedAtMs }) => ({
    fromMs: arrivedAtMs,
    toMs: endedAtMs ?? untilMs,
  }));
  const { lanes, count } = assignLanes(spans, LANES_MAX);
  return {
    of: new Map(requests.map(({ index }, place) => [index, lanes[place] ?? 0])),
    count: Math.max(3, count),
  };
}

/** The page's colours by name; each is asked for once. */
function colorsOf(style: CSSStyleDeclaration): (name: string) => string {
  const known = new Map<string, string>();
  return (name) => {
    const color = known.get(name) ?? style.getPropertyValue(`--${name}`).trim();
    known.set(name, color);
    return color;
  };
}

function toneColor(tone: Tone | 'busy'): string {
  return tone === 'plain' ? 'idle' : tone;
}

function phaseColor({ label, tone }: Span): string {
  return label.startsWith('starting') ? 'busy' : toneColor(tone);
}

function outcomeColor({ outcome }: RequestBar): string {
  switch (outcome) {
    case 'completed':
      return 'good';
    case 'expired':
      return 'warning';
    case 'failed':
    case 'denied':
      return 'bad';
    default:
      return 'idle';
  }
}
