/** Which rows of a long list are in sight, with some more on each side. */
export function visibleRows(
  scrollPx: number,
  heightPx: number,
  rowPx: number,
  count: number,
): { readonly first: number; readonly end: number } {
  const first = Math.max(0, Math.min(Math.floor(scrollPx / rowPx) - ROWS_BEYOND, count));
  const end = Math.min(count, Math.ceil((scrollPx + heightPx) / rowPx) + ROWS_BEYOND);
  return { first, end: Math.max(first, end) };
}

/**
 * Where to scroll so that a row is in sight: the same where it is already, no farther than needed where it is near, and
 * with the row in the middle where it is far away.
 */
export function scrollToRow(scrollPx: number, heightPx: number, rowPx: number, row: number): number {
  const topPx = row * rowPx;
  const aboveSight = scrollPx - topPx;
  const belowSight = topPx + rowPx - (scrollPx + heightPx);
  if (aboveSight <= 0 && belowSight <= 0) return scrollPx;
  if (Math.max(aboveSight, belowSight) > 2 * rowPx) return Math.max(0, topPx - (heightPx - rowPx) / 2);
  return aboveSight > 0 ? topPx : topPx + rowPx - heightPx;
}

const ROWS_BEYOND = 8;
