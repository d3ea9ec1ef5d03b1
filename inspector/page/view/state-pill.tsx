import { formatMs } from '../../model/format.ts';
import { toneOfState, wordsOfState } from '../store/state-words.ts';
import { useStore } from '../store/store.ts';

/** The state of the supervisor, and since when it is in it. */
export function StatePill() {
  const { standing, moment } = useStore();
  if (standing.value === null) return null;
  const { state, context } = standing.value.after;
  const [first, ...rest] = wordsOfState(state);
  return (
    <div
      class="state-pill"
      data-testid="state-pill"
      data-state={JSON.stringify(state)}
      data-tone={toneOfState([first ?? '', ...rest])}
      title="State of the supervisor, and time in its public state"
    >
      <span class="state-dot" aria-hidden="true" />
      <strong>{first}</strong>
      {rest.map((word) => (
        <span key={word} class="state-part">
          {word}
        </span>
      ))}
      <span class="state-time" data-testid="time-in-state">
        {formatMs(Math.max(0, moment.nowMs.value - context.sinceMs))}
      </span>
    </div>
  );
}
