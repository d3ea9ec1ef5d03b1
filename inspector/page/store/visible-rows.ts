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

/** Where to scroll so that a row is in sight; the same where it is already. */
export function scrollToRow(scrollPx: number, heightPx: number, rowPx: number, row: number): number {
  const topPx = row * rowPx;
  if (topPx < scrollPx) return topPx;
  return topPx + rowPx > scrollPx + heightPx ? topPx + rowPx - heightPx : scrollPx;
}

const ROWS_BEYOND = 8;
