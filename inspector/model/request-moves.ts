import type { RunningRequest } from '../../machines/context.ts';
import type { ChartTransition } from '../charts/chart.ts';
import type { ChartPlaces } from './chart-places.ts';
import { progressOf } from './running-progress.ts';
import { toldEvent } from './told-event.ts';
import type { Moment } from './views.ts';

/** Where a running request is in its chart; null where the trace does not tell. */
export function requestStateOf(running: RunningRequest): string | null {
  if (running.aborting) return 'aborting';
  const step = progressOf(running)?.step ?? null;
  return step === null || step === 'aborting' ? step : `active.${step}`;
}

/** The transitions of the request chart that a step tells of, for every request that it touches. */
export function requestMovesOf(moment: Moment, places: ChartPlaces): readonly ChartTransition[] {
  const { before, after, step } = moment;
  if (before.context.running === after.context.running) return [];
  const told = toldEvent(step.e);
  const settled = told?.type === 'request.settled' ? told : null;
  const now = new Map(after.context.running.map((request) => [request.requestId, request]));
  return before.context.running.flatMap((was) => {
    const is = now.get(was.requestId);
    if (is === was) return [];
    const from = requestStateOf(was) ?? 'active';
    if (is === undefined) {
      const isOwn = settled?.requestId === was.requestId;
      return moveOf(
        places,
        from,
        'settled',
        isOwn && settled.reason !== 'abandoned_by_runtime' ? 'event' : 'delay',
      );
    }
    const to = requestStateOf(is);
    if (to === null || to === from) return [];
    return moveOf(places, from, to, to !== 'aborting' || is.aborting ? 'event' : 'delay');
  });
}

/** The innermost transition between two states, of the kind that is wanted, else of any. */
function moveOf(
  places: ChartPlaces,
  from: string,
  to: string,
  kind: ChartTransition['kind'],
): readonly ChartTransition[] {
  const leading = places
    .outward(from)
    .flatMap((id) => places.leaving(id))
    .filter((transition) => transition.to === to);
  const taken = leading.find((transition) => transition.kind === kind) ?? leading[0];
  return taken === undefined ? [] : [taken];
}
