import type { ChartName } from '../../charts/chart.ts';
import type { InspectorModel } from '../../model/inspector-model.ts';
import type { TakenTransition } from '../../model/views.ts';

export interface LastTaken {
  readonly index: number;
  readonly taken: TakenTransition;
}

/** How far back a transition is looked for. */
const STEPS_BACK_MAX = 1000;

/**
 * Finds the latest transition of a chart that led to a state, at or before a step. Remembers the latest answer, so that
 * following a live trace looks at each step once.
 */
export function createLastTaken() {
  let known: { model: InspectorModel; chart: ChartName; index: number; last: LastTaken | null } | null = null;

  return (model: InspectorModel, chart: ChartName, index: number): LastTaken | null => {
    const isOnward = known !== null && known.model === model && known.chart === chart && index >= known.index;
    const floor = isOnward && known !== null ? known.index + 1 : model.log.firstIndex;
    const last = find(Math.max(floor, index - STEPS_BACK_MAX)) ?? (isOnward ? (known?.last ?? null) : null);
    known = { model, chart, index, last };
    return last;

    function find(from: number): LastTaken | null {
      for (let at = index; at >= from; at -= 1) {
        const taken = model.takenAt(at).findLast((one) => one.chart === chart && one.to !== null);
        if (taken !== undefined) return { index: at, taken };
      }
      return null;
    }
  };
}
