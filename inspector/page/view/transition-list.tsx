import type { TakenTransition } from '../../model/views.ts';
import { useStore } from '../store/store.ts';

/** The transitions that an event took, in all charts, each with its cause. */
export function TransitionList({ transitions }: { readonly transitions: readonly TakenTransition[] }) {
  return (
    <ul class="plain-list" data-testid="transitions">
      {transitions.map((taken) => (
        <Taken key={`${taken.chart} ${taken.transition}`} taken={taken} />
      ))}
    </ul>
  );
}

function Taken({ taken: { chart, transition, from, to, guard } }: { readonly taken: TakenTransition }) {
  const { drawings } = useStore();
  const label = drawings[chart].transitions.find(({ id }) => id === transition)?.label ?? guard;
  return (
    <li>
      <span class="mono">{from === '' ? chart : from}</span>
      {to === null ? (
        ' stays'
      ) : (
        <>
          <span class="arrow"> → </span>
          <span class="mono">{to}</span>
        </>
      )}
      {guard !== null && <span class="quiet">, because {label}</span>}
    </li>
  );
}
