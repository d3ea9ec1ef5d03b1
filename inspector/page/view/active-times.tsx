import { formatMs } from '../../model/format.ts';
import type { ActiveStates } from '../../model/views.ts';
import { useStore } from '../store/store.ts';

/** The innermost states of a chart that are active, each with the time since it was entered. */
export function ActiveTimes({ states }: { readonly states: ActiveStates }) {
  const { moment } = useStore();
  const ids = [...states.keys()];
  const innermost = ids.filter((id) => !ids.some((other) => other.startsWith(`${id}.`)));
  return (
    <ul class="active-times" aria-label="Active states" data-testid="active-states">
      {innermost.map((id) => (
        <li key={id} data-state={id}>
          <strong>{id.slice(id.lastIndexOf('.') + 1)}</strong>{' '}
          <span class="quiet">{formatMs(Math.max(0, moment.nowMs.value - (states.get(id) ?? 0)))}</span>
        </li>
      ))}
    </ul>
  );
}
