import { useComputed, useSignal, useSignalEffect } from '@preact/signals';
import { useRef } from 'preact/hooks';
import { formatMs } from '../../model/format.ts';
import { useStore } from '../store/store.ts';
import { panWindow, revealInWindow, type TimeWindow, zoomWindow } from '../store/timeline-window.ts';
import { IconButton } from './icon-button.tsx';
import { TimelineCanvas } from './timeline-canvas.tsx';

const ZOOM_STEP = 1.5;

/** The whole run in time: phases, downloads, requests and restarts. */
export function TimelinePanel() {
  const { timeline, wholeTimeline: whole, moment } = useStore();
  const wholeWindow = useComputed((): TimeWindow => {
    if (whole.value === null) return { fromMs: 0, toMs: 1 };
    const { fromMs, toMs } = whole.value;
    return { fromMs, toMs: Math.max(toMs, fromMs + 1) };
  });
  /** Null: everything. */
  const chosen = useSignal<TimeWindow | null>(null);
  const window = useComputed(() => chosen.value ?? wholeWindow.value);

  const shownBeforeMs = useRef(0);
  useSignalEffect(() => {
    const shownMs = moment.shownMs.value;
    const current = chosen.peek();
    const beforeMs = shownBeforeMs.current;
    shownBeforeMs.current = shownMs;
    // A window that was moved away from the moment stays there while the moment goes on.
    if (
      current === null ||
      (moment.selected.value === null && (beforeMs < current.fromMs || beforeMs > current.toMs))
    )
      return;
    chosen.value = revealInWindow(current, wholeWindow.peek(), shownMs);
  });

  function zoom(factor: number, aboutMs = moment.shownMs.peek()) {
    const { fromMs, toMs } = window.peek();
    const middle = aboutMs >= fromMs && aboutMs <= toMs ? aboutMs : (fromMs + toMs) / 2;
    const next = zoomWindow(window.peek(), wholeWindow.peek(), middle, factor);
    const isWhole = next.toMs - next.fromMs >= wholeWindow.peek().toMs - wholeWindow.peek().fromMs;
    chosen.value = isWhole ? null : next;
  }

  function pan(share: number) {
    if (chosen.peek() !== null) chosen.value = panWindow(window.peek(), wholeWindow.peek(), share);
  }

  function onKeyDown(event: KeyboardEvent) {
    if (event.key === '+' || event.key === '=') zoom(1 / ZOOM_STEP);
    else if (event.key === '-') zoom(ZOOM_STEP);
    else if (event.key === '0') chosen.value = null;
    else return;
    event.preventDefault();
  }

  return (
    <section class="panel timeline" data-part="timeline" aria-label="Timeline" onKeyDown={onKeyDown}>
      <header class="panel-head">
        <h2>Timeline</h2>
        <ul class="legend" aria-label="Colours of requests">
          <li data-part="queued">queued</li>
          <li data-part="prompt">prompt</li>
          <li data-part="decode">decode</li>
        </ul>
        <span class="timeline-span quiet">{formatMs(window.value.toMs - window.value.fromMs)}</span>
        <div class="button-group">
          <IconButton
            icon="minus"
            label="Show more time (−)"
            testId="zoom-out"
            isDisabled={chosen.value === null}
            onPress={() => zoom(ZOOM_STEP)}
          />
          <IconButton
            icon="plus"
            label="Show less time (+)"
            testId="zoom-in"
            onPress={() => zoom(1 / ZOOM_STEP)}
          />
          <IconButton
            icon="fit"
            label="Show everything (0)"
            testId="zoom-fit"
            isDisabled={chosen.value === null}
            onPress={() => {
              chosen.value = null;
            }}
          />
        </div>
      </header>
      <TimelineCanvas
        timeline={timeline.value}
        whole={whole.value}
        window={window.value}
        originMs={moment.originMs.value}
        shownMs={moment.shownMs.value}
        onChoose={moment.selectTime}
        onZoom={zoom}
        onPan={pan}
      />
    </section>
  );
}
