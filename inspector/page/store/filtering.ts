import { computed, signal } from '@preact/signals';
import type { EventFilter, EventKind } from '../../model/views.ts';
import type { Log } from './log.ts';
import type { MomentStore } from './moment.ts';

export const EVENT_KINDS: readonly EventKind[] = [
  'command',
  'fact',
  'timer',
  'progress',
  'sample',
  'internal',
];

/** Which events the list shows. */
export function createFiltering(log: Log, moment: MomentStore) {
  const filter = signal<EventFilter>({ kinds: new Set(EVENT_KINDS), text: '', requestId: null });

  return {
    filter,
    /** Indices of the events that pass, in order; none beyond where the page is paused. */
    rows: computed((): readonly number[] => {
      void log.version.value;
      const rows = log.model.value.filterRows(filter.value);
      const end = moment.end.value;
      if (rows.length === 0 || (rows[rows.length - 1] ?? 0) < end) return rows;
      return rows.slice(0, placeOf(rows, end));
    }),
    isFiltered: computed(
      () =>
        filter.value.text !== '' ||
        filter.value.requestId !== null ||
        filter.value.kinds.size < EVENT_KINDS.length,
    ),
    toggleKind(kind: EventKind) {
      const kinds = new Set(filter.peek().kinds);
      if (!kinds.delete(kind)) kinds.add(kind);
      filter.value = { ...filter.peek(), kinds };
    },
    search(text: string) {
      filter.value = { ...filter.peek(), text };
    },
    onlyRequest(requestId: string | null) {
      filter.value = { ...filter.peek(), requestId };
    },
    clear() {
      filter.value = { kinds: new Set(EVENT_KINDS), text: '', requestId: null };
    },
  };
}

/** Place of the first row at or behind an index. */
export function placeOf(rows: readonly number[], index: number): number {
  let low = 0;
  let high = rows.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((rows[middle] ?? 0) < index) low = middle + 1;
    else high = middle;
  }
  return low;
}
