import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import type { Timeline } from '../../model/views.ts';
import type { TimeWindow } from '../store/timeline-window.ts';
import { describeTimelineAt } from './describe-timeline.ts';
import { paintTimeline, placeRequests } from './paint-timeline.ts';
import { useDarkTheme } from './use-dark-theme.ts';
import { useElementSize } from './use-element-size.ts';

interface TimelineCanvasProps {
  readonly timeline: Timeline | null;
  readonly whole: Timeline | null;
  readonly window: TimeWindow;
  readonly originMs: number;
  readonly shownMs: number;
  readonly onChoose: (atMs: number) => void;
  readonly onZoom: (factor: number, aboutMs: number) => void;
  /** By a share of the window. */
  readonly onPan: (share: number) => void;
}

/** How much one px of the wheel zooms. */
const ZOOM_PER_PX = 1.002;

export function TimelineCanvas(props: TimelineCanvasProps) {
  const { timeline, whole, window, originMs, shownMs, onChoose, onZoom, onPan } = props;
  const canvas = useRef<HTMLCanvasElement>(null);
  const box = useRef<HTMLDivElement>(null);
  const [hoverPx, setHoverPx] = useState<number | null>(null);
  const isDark = useDarkTheme();
  const size = useElementSize(box);
  const lanes = useMemo(() => placeRequests(whole ?? { requests: [], toMs: 0 }), [whole]);

  useLayoutEffect(() => {
    const element = canvas.current;
    if (element === null || size.widthPx === 0) return;
    const scale = devicePixelRatio;
    element.width = Math.round(size.widthPx * scale);
    element.height = Math.round(size.heightPx * scale);
    const pen = element.getContext('2d');
    if (pen === null) return;
    pen.scale(scale, scale);
    paintTimeline(pen, getComputedStyle(element), {
      timeline,
      whole,
      lanes,
      window,
      originMs,
      shownMs,
      hoverMs: hoverPx === null ? null : timeAt(hoverPx),
      ...size,
    });
  }, [timeline, whole, window, originMs, shownMs, hoverPx, size, isDark]);

  const latest = useRef({ timeAt, onZoom, onPan });
  latest.current = { timeAt, onZoom, onPan };
  useEffect(() => {
    const element = box.current;
    function onWheel(event: WheelEvent & { currentTarget: EventTarget | null }) {
      event.preventDefault();
      const isSideways = event.shiftKey || Math.abs(event.deltaX) > Math.abs(event.deltaY);
      if (isSideways) latest.current.onPan((event.deltaX || event.deltaY) / 1000);
      else latest.current.onZoom(ZOOM_PER_PX ** event.deltaY, latest.current.timeAt(event.offsetX));
    }
    // A wheel that zooms must not scroll the page as well; only a listener that says so may prevent it.
    element?.addEventListener('wheel', onWheel, { passive: false });
    return () => element?.removeEventListener('wheel', onWheel);
  }, []);

  function timeAt(px: number) {
    return window.fromMs + (px / Math.max(1, size.widthPx)) * (window.toMs - window.fromMs);
  }

  return (
    <div
      ref={box}
      class="timeline-box"
      data-testid="timeline"
      data-from-ms={window.fromMs}
      data-to-ms={window.toMs}
      data-requests={timeline?.requests.length ?? 0}
      onPointerDown={(event) => {
        event.currentTarget.setPointerCapture(event.pointerId);
        onChoose(timeAt(event.offsetX));
      }}
      onPointerMove={(event) => {
        setHoverPx(event.offsetX);
        if (event.buttons === 1) onChoose(timeAt(event.offsetX));
      }}
      onPointerLeave={() => setHoverPx(null)}
    >
      <canvas
        ref={canvas}
        class="timeline-canvas"
        role="img"
        aria-label={
          timeline === null
            ? 'Timeline: nothing yet'
            : `Timeline: ${timeline.phases.length} phases, ${timeline.requests.length} requests, ${timeline.restarts.length} restarts`
        }
      />
      {hoverPx !== null && whole !== null && (
        <p
          class="timeline-tip"
          aria-hidden="true"
          style={{ left: `${Math.max(4, Math.min(hoverPx + 10, size.widthPx - 260))}px` }}
        >
          {describeTimelineAt(whole, timeAt(hoverPx), originMs)}
        </p>
      )}
    </div>
  );
}
