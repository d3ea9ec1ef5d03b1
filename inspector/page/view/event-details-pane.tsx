import type { ComponentChildren } from 'preact';
import { formatMs } from '../../model/format.ts';
import { useStore } from '../store/store.ts';
import { CauseList } from './cause-list.tsx';
import { ContextDifference } from './context-difference.tsx';
import { ScrollRegion } from './scroll-region.tsx';
import { TransitionList } from './transition-list.tsx';
import { VerdictCard } from './verdict-card.tsx';

/** Everything about the event that the page shows. */
export function EventDetailsPane() {
  const { details, moment, filtering } = useStore();
  if (details.value === null) return <aside class="details" aria-label="Event" />;
  const { row, verdicts, differences, effects, causes, transitions } = details.value;
  return (
    <ScrollRegion class="details" label="Event">
      <article data-testid="details" data-index={row.index}>
        <header class="details-head">
          <h3>
            <span class="kind-dot" data-kind={row.kind} />
            <span class="mono">{row.type}</span>
          </h3>
          <p class="quiet">
            event {row.index + 1} · {row.kind} · {formatMs(row.atMs - moment.originMs.value)} in
            {row.requestId !== null && (
              <>
                {' · '}
                <button
                  type="button"
                  class="link mono"
                  title="Show only the events of this request"
                  onClick={() => filtering.onlyRequest(row.requestId)}
                >
                  {row.requestId}
                </button>
              </>
            )}
          </p>
          {row.summary !== '' && (
            <p class="details-summary" data-tone={row.tone}>
              {row.summary}
            </p>
          )}
        </header>
        {verdicts.map((verdict) => (
          <VerdictCard key={verdict.subject} verdict={verdict} />
        ))}
        {transitions.length > 0 && (
          <Part title="Transitions">
            <TransitionList transitions={transitions} />
          </Part>
        )}
        {causes.length > 0 && (
          <Part title="Because of">
            <CauseList causes={causes} />
          </Part>
        )}
        {effects.length > 0 && (
          <Part title="Then does">
            <ul class="plain-list" data-testid="effects">
              {effects.map((effect, place) => (
                <li key={place}>{effect}</li>
              ))}
            </ul>
          </Part>
        )}
        <Part title="Changes">
          <ContextDifference differences={differences} />
        </Part>
      </article>
    </ScrollRegion>
  );
}

function Part({ title, children }: { readonly title: string; readonly children: ComponentChildren }) {
  return (
    <section class="details-part">
      <h4>{title}</h4>
      {children}
    </section>
  );
}
