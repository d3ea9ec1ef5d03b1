import { useRef } from 'preact/hooks';
import { useStore } from '../store/store.ts';

/** Least height of the part below, and of what stands above it. */
const LOWER_PX_MIN = 110;
const UPPER_PX_MIN = 360;
const KEY_PX = 24;

/** The edge between the parts above and below: drawn with the pointer, moved with ↑ and ↓, set back with a double click. */
export function BenchSplitter() {
  const { lowerPx } = useStore();
  const edge = useRef<HTMLHRElement>(null);

  function place(px: number) {
    const benchPx = edge.current?.parentElement?.clientHeight ?? 0;
    lowerPx.value = Math.round(Math.max(LOWER_PX_MIN, Math.min(px, benchPx - UPPER_PX_MIN)));
  }

  function heightNow(): number {
    return edge.current?.nextElementSibling?.clientHeight ?? 0;
  }

  return (
    <hr
      ref={edge}
      class="splitter"
      aria-orientation="horizontal"
      aria-label="Height of the details"
      aria-valuenow={lowerPx.value ?? 0}
      aria-valuemin={LOWER_PX_MIN}
      tabIndex={0}
      data-testid="splitter"
      onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
      onPointerMove={(event) => {
        const bench = event.currentTarget.parentElement?.getBoundingClientRect();
        if (event.buttons === 1 && bench !== undefined) place(bench.bottom - event.clientY - KEY_PX / 2);
      }}
      onDblClick={() => {
        lowerPx.value = null;
      }}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return;
        event.preventDefault();
        place(heightNow() + (event.key === 'ArrowUp' ? KEY_PX : -KEY_PX));
      }}
    />
  );
}
