import { formatMs } from '../../model/format.ts';
import { useStore } from '../store/store.ts';
import { IconButton } from './icon-button.tsx';

/** The whole log as one slider, and where in it the page stands. */
export function Scrubber() {
  const { log, moment, sources } = useStore();
  const first = log.firstIndex.value;
  const last = Math.max(first, moment.end.value - 1);
  const shown = moment.shown.value ?? first;
  const isTravelling = moment.selected.value !== null;
  const isLive = sources.isLive.value;
  const seconds = formatMs(moment.shownMs.value - moment.originMs.value);
  const place = `event ${shown + 1} of ${last + 1}, ${seconds} in`;
  return (
    <div class="scrub-bar" data-travelling={isTravelling} data-testid="scrub-bar">
      <IconButton
        icon="first"
        label="First event (Home)"
        testId="go-first"
        onPress={() => moment.select(first)}
      />
      <IconButton icon="back" label="One event back (←)" testId="go-back" onPress={() => moment.step(-1)} />
      <input
        class="scrubber"
        type="range"
        data-testid="scrubber"
        aria-label="Event that is shown"
        aria-valuetext={place}
        min={first}
        max={last}
        step={1}
        value={shown}
        style={{ '--filled': `${last === first ? 100 : ((shown - first) / (last - first)) * 100}%` }}
        onInput={(event) => moment.select(event.currentTarget.valueAsNumber)}
      />
      <IconButton icon="forth" label="One event on (→)" testId="go-forth" onPress={() => moment.step(1)} />
      <IconButton icon="last" label="Latest event (L)" testId="go-last" onPress={moment.goLive} />
      <p class="scrub-place" data-testid="moment-banner" data-travelling={isTravelling}>
        {describePlace()}
      </p>
      {(isTravelling || moment.pausedEnd.value !== null) && (
        <button
          type="button"
          class="button"
          data-tone="accent"
          data-testid="back-to-live"
          onClick={moment.goLive}
        >
          {isLive ? 'Back to live' : 'Back to the end'}
        </button>
      )}
    </div>
  );

  function describePlace() {
    if (moment.shown.value === null) return 'waiting for the first event';
    if (isTravelling) return `At ${place}`;
    if (moment.pausedEnd.value !== null) return `Paused at ${place}; ${moment.heldBack.value} more came`;
    return isLive
      ? `Live: ${last + 1 - first} events, ${seconds}`
      : `End: ${last + 1 - first} events, ${seconds}`;
  }
}
