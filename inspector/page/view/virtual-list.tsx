import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useRef, useState } from 'preact/hooks';
import { scrollToRow, visibleRows } from '../store/visible-rows.ts';

interface VirtualListProps {
  readonly label: string;
  readonly testId: string;
  readonly count: number;
  /** Height of every row. */
  readonly rowPx: number;
  /** Which row must be in sight; null leaves the list where it is. */
  readonly shownRow: number | null;
  /** Whether the list goes along with what comes: until somebody scrolls up, and again from the end on. */
  readonly isFollowing: boolean;
  readonly activeId: string | null;
  readonly onKeyDown: (event: KeyboardEvent, rowsPerPage: number) => void;
  readonly renderRow: (row: number) => ComponentChildren;
}

/** A list box of any length: only the rows in sight are in the document. */
export function VirtualList(props: VirtualListProps) {
  const { count, rowPx, shownRow, isFollowing } = props;
  const box = useRef<HTMLDivElement>(null);
  const isAtEnd = useRef(true);
  const [sight, setSight] = useState({ scrollPx: 0, heightPx: 0 });

  function look() {
    const element = box.current;
    if (element === null) return;
    const { scrollTop, clientHeight, scrollHeight } = element;
    isAtEnd.current = scrollTop + clientHeight >= scrollHeight - rowPx;
    setSight((before) =>
      before.scrollPx === scrollTop && before.heightPx === clientHeight
        ? before
        : { scrollPx: scrollTop, heightPx: clientHeight },
    );
  }

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    const observer = new ResizeObserver(look);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null) return;
    if (isFollowing && isAtEnd.current) element.scrollTop = count * rowPx;
    look();
  }, [count, isFollowing]);

  useLayoutEffect(() => {
    const element = box.current;
    if (element === null || shownRow === null) return;
    element.scrollTop = scrollToRow(element.scrollTop, element.clientHeight, rowPx, shownRow);
    look();
  }, [shownRow]);

  const { first, end } = visibleRows(sight.scrollPx, sight.heightPx, rowPx, count);
  const rows: ComponentChildren[] = [];
  for (let row = first; row < end; row += 1) rows.push(props.renderRow(row));
  return (
    <div
      ref={box}
      class="virtual-list"
      role="listbox"
      aria-label={props.label}
      aria-activedescendant={props.activeId ?? undefined}
      data-testid={props.testId}
      tabIndex={0}
      onScroll={look}
      onKeyDown={(event) => props.onKeyDown(event, Math.max(1, Math.floor(sight.heightPx / rowPx) - 1))}
    >
      <div class="virtual-space" role="presentation" style={{ height: `${count * rowPx}px` }}>
        <div class="virtual-rows" role="presentation" style={{ transform: `translateY(${first * rowPx}px)` }}>
          {rows}
        </div>
      </div>
    </div>
  );
}
