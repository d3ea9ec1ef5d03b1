import type { Cause } from '../../model/views.ts';
import { useStore } from '../store/store.ts';

/** What led to an event; earlier events are links to their moment. */
export function CauseList({ causes }: { readonly causes: readonly Cause[] }) {
  const { moment } = useStore();
  return (
    <ul class="plain-list" data-testid="causes">
      {causes.map(({ index, text }) => (
        <li key={`${index} ${text}`}>
          {index === null ? (
            text
          ) : (
            <button
              type="button"
              class="link"
              data-testid="cause"
              data-index={index}
              onClick={() => moment.select(index)}
            >
              {text}
            </button>
          )}
        </li>
      ))}
    </ul>
  );
}
