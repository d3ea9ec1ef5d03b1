import type { LogFollower } from './trace-log.ts';
import type { EventFilter, EventKind, EventRow, Moment } from './views.ts';

/** What a filter looks at of one event. */
interface Sought {
  readonly kind: EventKind;
  readonly requestId: string | null;
  /** In lower case. */
  readonly text: string;
}

interface Found {
  readonly filter: EventFilter;
  readonly words: readonly string[];
  readonly firstIndex: number;
  /** Index behind the last event that was looked at. */
  readonly endIndex: number;
  readonly rows: readonly number[];
}

/**
 * Finds events. What is searched is made once for each event, and a search that was asked before goes on from where
 * it ended.
 */
export function createEventSearch(rowOf: (moment: Moment) => EventRow) {
  let firstIndex = 0;
  let sought: Sought[] = [];
  let found: Found | null = null;

  const follower: LogFollower = {
    begin: () => undefined,
    step: (moment) => {
      const row = rowOf(moment);
      sought.push({ kind: row.kind, requestId: row.requestId, text: searchText(row) });
    },
    drop: (index) => {
      sought = sought.slice(index - firstIndex);
      firstIndex = index;
    },
    forget: () => {
      firstIndex += sought.length;
      sought = [];
    },
  };

  return {
    follower,
    find: (filter: EventFilter): readonly number[] => {
      const endIndex = firstIndex + sought.length;
      const isSame = found !== null && isSameFilter(found.filter, filter);
      if (isSame && found?.firstIndex === firstIndex && found.endIndex === endIndex) return found.rows;
      const words = isSame ? (found?.words ?? []) : wordsOf(filter);
      const from = isSame ? Math.max(firstIndex, found?.endIndex ?? firstIndex) : firstIndex;
      const known = isSame ? (found?.rows ?? []) : [];
      const kept = known.filter((index) => index >= firstIndex);
      const grown: number[] = [];
      for (let index = from; index < endIndex; index += 1) {
        if (passes(sought[index - firstIndex] as Sought, filter, words)) grown.push(index);
      }
      const isUnchanged = grown.length === 0 && kept.length === known.length && isSame;
      const rows = isUnchanged ? known : [...kept, ...grown];
      found = { filter: { ...filter, kinds: new Set(filter.kinds) }, words, firstIndex, endIndex, rows };
      return rows;
    },
  };
}

function passes({ kind, requestId, text }: Sought, filter: EventFilter, words: readonly string[]): boolean {
  return (
    filter.kinds.has(kind) &&
    (filter.requestId === null || filter.requestId === requestId) &&
    words.every((word) => text.includes(word))
  );
}

function searchText({ type, summary, requestId, reason, enters }: EventRow): string {
  return `${type} ${summary} ${requestId ?? ''} ${reason ?? ''} ${enters ?? ''}`.toLowerCase();
}

function wordsOf({ text }: EventFilter): readonly string[] {
  return text
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
}

function isSameFilter(a: EventFilter, b: EventFilter): boolean {
  return (
    a.text === b.text &&
    a.requestId === b.requestId &&
    a.kinds.size === b.kinds.size &&
    [...a.kinds].every((kind) => b.kinds.has(kind))
  );
}
