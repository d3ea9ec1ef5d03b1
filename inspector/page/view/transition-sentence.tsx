import type { ChartTransition } from '../../charts/chart.ts';
import { formatMs } from '../../model/format.ts';
import type { TakenTransition } from '../../model/views.ts';
import { useStore } from '../store/store.ts';

/** The latest transition of the chart that is shown, in one sentence. */
export function TransitionSentence() {
  const { lastTaken, moment, log, chart, drawings } = useStore();
  const last = lastTaken.value;
  return (
    <div
      class="panel-foot sentence"
      role="status"
      aria-live="polite"
      data-testid="transition-sentence"
      data-index={last?.index ?? ''}
    >
      {last === null ? <span class="quiet">No transition so far</span> : <Sentence {...last} />}
    </div>
  );

  function Sentence({ index, taken }: { readonly index: number; readonly taken: TakenTransition }) {
    const transition = drawings[chart.value].transitions.find(({ id }) => id === taken.transition);
    const isNow = index === moment.shown.value;
    return (
      <>
        <span class="sentence-mark" data-now={isNow} aria-hidden="true" />
        <span class="sentence-text">
          <TransitionText
            event={log.model.value.log.stepAt(index).e.type}
            taken={taken}
            transition={transition}
          />
        </span>
        {!isNow && (
          <button type="button" class="link sentence-ago" onClick={() => moment.select(index)}>
            {formatMs(moment.shownMs.value - log.model.value.log.timeAt(index))} before
          </button>
        )}
      </>
    );
  }
}

interface TransitionTextProps {
  /** What began it, where the transition needs no event of its own. */
  readonly event: string;
  readonly taken: TakenTransition;
  readonly transition: ChartTransition | undefined;
}

function TransitionText({ event, taken, transition }: TransitionTextProps) {
  const to = <strong>{taken.to}</strong>;
  const label = transition?.label ?? taken.guard ?? '';
  switch (transition?.kind) {
    case 'delay':
      return (
        <>
          {label} <Arrow /> {to}
        </>
      );
    default:
      return (
        <>
          <span class="mono">{taken.event || event}</span> <Arrow /> {to}
          {(taken.guard !== null || transition?.kind === 'always') && label !== '' && `, because ${label}`}
        </>
      );
  }
}

function Arrow() {
  return <span class="arrow">→</span>;
}
