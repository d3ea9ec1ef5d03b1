import type { Box, ChartDrawing } from '../../charts/chart.ts';
import type { ActiveStates } from '../../model/views.ts';

/** Below this scale the names in a chart are hard to read: then a part of it is shown, and what is active is kept in sight. */
const READABLE_SCALE = 0.68;
const SCALE_MAX = 1.15;

/** The scale at which a whole chart fits into a place. */
export function wholeScale(drawing: ChartDrawing, widthPx: number, heightPx: number): number {
  return Math.min(widthPx / drawing.width, heightPx / drawing.height, SCALE_MAX);
}

/** The scale that a chart has where nobody chose one. */
export function readableScale(drawing: ChartDrawing, widthPx: number, heightPx: number): number {
  return Math.max(wholeScale(drawing, widthPx, heightPx), READABLE_SCALE);
}

/**
 * What should be in sight: the outermost active state where it fits into so much room, else the next one inside, and
 * of several regions the first. Null where nothing is active.
 */
export function focusBox(
  drawing: ChartDrawing,
  active: ActiveStates | null,
  room: { readonly width: number; readonly height: number },
): Box | null {
  const boxes = [...(active?.keys() ?? [])].flatMap((id) => drawing.boxes[id] ?? []);
  return (
    boxes.find(({ width, height }) => width <= room.width && height <= room.height) ?? boxes.at(-1) ?? null
  );
}
