import type { ChartTransition } from '../charts/chart.ts';
import { acquisitionOf } from './acquisition-step.ts';
import type { ChartPlaces } from './chart-places.ts';
import { requestMovesOf } from './request-moves.ts';
import { supervisorPathOf } from './supervisor-path.ts';
import type { Moment, TakenTransition } from './views.ts';

/** The charts of the inspector, made ready to be walked. */
export interface AllPlaces {
  readonly supervisor: ChartPlaces;
  readonly acquisition: ChartPlaces;
  readonly request: ChartPlaces;
}

/**
 * The transitions that a step took. Those of the supervisor are found exactly; of the other charts a trace tells
 * only where they are, so theirs are the ones that lead from there to here.
 */
export function takenTransitionsOf(moment: Moment, places: AllPlaces): readonly TakenTransition[] {
  return [
    ...supervisorPathOf(places.supervisor, moment).map((transition) =>
      takenOf(places.supervisor, transition),
    ),
    ...acquisitionMove(moment, places.acquisition).map((transition) =>
      takenOf(places.acquisition, transition),
    ),
    ...requestMovesOf(moment, places.request).map((transition) => takenOf(places.request, transition)),
  ];
}

function takenOf(
  { chart }: ChartPlaces,
  { id, arrow, event, guard, from, to }: ChartTransition,
): TakenTransition {
  return { chart: chart.name, transition: id, arrow, event, guard, from, to };
}

/** Of the acquisition chart only its outermost states are told. */
function acquisitionMove({ before, after }: Moment, { chart }: ChartPlaces): readonly ChartTransition[] {
  const from = acquisitionOf(before)?.step;
  const to = acquisitionOf(after)?.step;
  if (from === undefined || to === undefined || from === to) return [];
  const found = chart.transitions.find(
    (transition) => outermost(transition.from) === from && outermost(transition.to ?? '') === to,
  );
  // A deadline of the whole, or a fault of the disk, leaves the machine from wherever it is.
  const ofMachine = chart.transitions.find((transition) => transition.from === '' && transition.to === to);
  const taken = found ?? ofMachine;
  return taken === undefined ? [] : [taken];
}

const outermost = (id: string): string => id.split('.', 1)[0] ?? id;
