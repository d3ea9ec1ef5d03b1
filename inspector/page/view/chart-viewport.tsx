import { useLayoutEffect, useRef } from 'preact/hooks';
import type { ChartName } from '../../charts/chart.ts';
import type { ActiveStates } from '../../model/views.ts';
import { focusBox, readableScale, wholeScale } from '../store/chart-view.ts';
import { useStore } from '../store/store.ts';
import { ChartPicture } from './chart-picture.tsx';
import { IconButton } from './icon-button.tsx';
import { useElementSize } from './use-element-size.ts';

const PADDING_PX = 10;
const ZOOM_STEP = 1.25;
const SCALE_MIN = 0.2;
const SCALE_MAX = 2;

interface ChartViewportProps {
  readonly name: ChartName;
  readonly states: ActiveStates | null;
}

/** A chart in its place: whole where that can be read, else as large as that, with what is active in sight. */
export function ChartViewport({ name, states }: ChartViewportProps) {
  const { drawings, chartScale } = useStore();
  const drawing = drawings[name];
  const box = useRef<HTMLDivElement>(null);
  const size = useElementSize(box);
  const room = { width: size.widthPx - 2 * PADDING_PX, height: size.heightPx - 2 * PADDING_PX };
  const scale = chartScale.value ?? readableScale(drawing, room.width, room.height);
  const activeKey = [...(states?.keys() ?? [])].join(' ');

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || size.widthPx === 0) return;
    const focus = focusBox(drawing, states, { width: room.width / scale, height: room.height / scale });
    if (focus === null) return;
    element.scrollTo({
      left: (focus.x + focus.width / 2) * scale + PADDING_PX - size.widthPx / 2,
      top: (focus.y + focus.height / 2) * scale + PADDING_PX - size.heightPx / 2,
    });
  }, [name, activeKey, scale, size]);

  function zoom(factor: number) {
    chartScale.value = Math.max(SCALE_MIN, Math.min(SCALE_MAX, scale * factor));
  }

  return (
    <div class="chart-place">
      <div ref={box} class="chart-scroll" data-testid="chart-scroll">
        <div
          class="chart-sheet"
          style={{ width: `${drawing.width * scale}px`, height: `${drawing.height * scale}px` }}
        >
          <ChartPicture name={name} states={states} />
        </div>
      </div>
      <div class="chart-zoom button-group">
        <IconButton
          icon="minus"
          label="Smaller chart"
          testId="chart-smaller"
          onPress={() => zoom(1 / ZOOM_STEP)}
        />
        <IconButton icon="plus" label="Larger chart" testId="chart-larger" onPress={() => zoom(ZOOM_STEP)} />
        <IconButton
          icon="fit"
          label={chartScale.value === null ? 'Show the whole chart' : 'Show as much as can be read'}
          testId="chart-fit"
          isPressed={chartScale.value !== null}
          onPress={() => {
            chartScale.value =
              chartScale.value === null ? wholeScale(drawing, room.width, room.height) : null;
          }}
        />
      </div>
    </div>
  );
}
