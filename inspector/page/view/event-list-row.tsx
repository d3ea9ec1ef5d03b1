import type { EventRow } from '../../model/views.ts';
import { formatClock } from '../store/format-clock.ts';

interface EventListRowProps {
  readonly row: EventRow;
  readonly place: number;
  readonly count: number;
  readonly originMs: number;
  readonly isShown: boolean;
  /** It happened after the moment that the page shows. */
  readonly isLater: boolean;
  readonly onChoose: (index: number) => void;
}

export function EventListRow({ row, place, count, originMs, isShown, isLater, onChoose }: EventListRowProps) {
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: the list box around the rows answers the keys for all of them.
    // biome-ignore lint/a11y/useFocusableInteractive: the list box has the focus, and says which row is active.
    <div
      class="event-row"
      role="option"
      id={`event-${row.index}`}
      aria-selected={isShown}
      aria-posinset={place + 1}
      aria-setsize={count}
      data-testid="event-row"
      data-index={row.index}
      data-type={row.type}
      data-tone={row.tone}
      data-later={isLater}
      onClick={() => onChoose(row.index)}
    >
      <span class="event-time">{formatClock(row.atMs - originMs)}</span>
      <span class="kind-dot" data-kind={row.kind} title={row.kind} />
      <span class="event-type">{row.type}</span>
      <span class="event-summary">{row.summary}</span>
      {row.enters !== null && <span class="event-enters">{row.enters}</span>}
    </div>
  );
}
