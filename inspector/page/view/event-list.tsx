import { placeOf } from '../store/filtering.ts';
import { useStore } from '../store/store.ts';
import { EventListRow } from './event-list-row.tsx';
import { VirtualList } from './virtual-list.tsx';

const ROW_PX = 24;

/** All events that pass the filter; the one that the page shows is chosen. */
export function EventList() {
  const { filtering, moment, log } = useStore();
  const rows = filtering.rows.value;
  const shown = moment.shown.value;
  const place = shown === null ? -1 : placeOf(rows, shown);
  const isListed = shown !== null && rows[place] === shown;
  const isTravelling = moment.selected.value !== null;
  const model = log.model.value;
  const originMs = moment.originMs.value;

  function onKeyDown(event: KeyboardEvent, rowsPerPage: number) {
    const by = { ArrowDown: 1, ArrowUp: -1, PageDown: rowsPerPage, PageUp: -rowsPerPage }[event.key];
    if (by === undefined || rows.length === 0) return;
    event.preventDefault();
    event.stopPropagation();
    // Between two rows, the way up begins at the row above.
    const from = isListed || by > 0 ? place - (isListed || by < 0 ? 0 : 1) : place;
    moment.select(rows[Math.max(0, Math.min(rows.length - 1, from + by))] ?? null);
  }

  if (rows.length === 0)
    return (
      <p class="nothing">{filtering.isFiltered.value ? 'No event passes the filter.' : 'No event so far.'}</p>
    );
  return (
    <VirtualList
      label="Events"
      testId="events"
      count={rows.length}
      rowPx={ROW_PX}
      shownRow={isTravelling ? Math.min(place, rows.length - 1) : null}
      isFollowing={!isTravelling}
      activeId={isListed ? `event-${shown}` : null}
      onKeyDown={onKeyDown}
      renderRow={(row) => {
        const index = rows[row] ?? 0;
        return (
          <EventListRow
            key={index}
            row={model.rowAt(index)}
            place={row}
            count={rows.length}
            originMs={originMs}
            isShown={index === shown}
            isLater={shown !== null && index > shown}
            onChoose={moment.select}
          />
        );
      }}
    />
  );
}
