import { EVENT_KINDS } from '../store/filtering.ts';
import { useStore } from '../store/store.ts';
import { Icon } from './icon.tsx';

/** What the list of events shows: kinds as chips, words, one request. */
export function EventFilterBar() {
  const { filtering } = useStore();
  const { kinds, text, requestId } = filtering.filter.value;
  return (
    <search class="filter-bar" aria-label="Events">
      <label class="search">
        <Icon name="search" />
        <input
          type="search"
          placeholder="Search"
          aria-label="Search events (/)"
          data-testid="search"
          value={text}
          spellcheck={false}
          onInput={(event) => filtering.search(event.currentTarget.value)}
        />
      </label>
      <fieldset class="chips" aria-label="Kinds of events">
        {EVENT_KINDS.map((kind) => (
          <button
            key={kind}
            type="button"
            class="chip"
            data-testid={`kind-${kind}`}
            data-kind={kind}
            aria-pressed={kinds.has(kind)}
            onClick={() => filtering.toggleKind(kind)}
          >
            <span class="kind-dot" data-kind={kind} aria-hidden="true" />
            {kind}
          </button>
        ))}
      </fieldset>
      {requestId !== null && (
        <button
          type="button"
          class="chip chip-request"
          data-testid="request-filter"
          aria-label={`Only request ${requestId}; press to show all`}
          onClick={() => filtering.onlyRequest(null)}
        >
          {requestId}
          <Icon name="close" />
        </button>
      )}
      {/* Said aloud only where somebody filters: a live trace counts on and on. */}
      <span
        class="filter-count"
        aria-live={filtering.isFiltered.value ? 'polite' : 'off'}
        data-testid="filter-count"
      >
        {filtering.rows.value.length}
      </span>
      {filtering.isFiltered.value && (
        <button type="button" class="link" data-testid="clear-filter" onClick={filtering.clear}>
          show all
        </button>
      )}
    </search>
  );
}
