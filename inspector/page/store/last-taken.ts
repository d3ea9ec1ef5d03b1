import type { TraceStep } from '../../../machines/trace-line.ts';
import type { ChartName } from '../../charts/chart.ts';
import type { InspectorModel } from '../../model/inspector-model.ts';
import type { TakenTransition } from '../../model/views.ts';

export interface LastTaken {
  readonly index: number;
  readonly taken: TakenTransition;
}

/** How many steps are asked for their transitions, of those that could have taken one. */
const ASKED_MAX = 50;

/**
 * Finds the latest transition of a chart that led to a state, at or before a step. Remembers the latest answer, so that
 * following a live trace looks at each step once.
 */
export function createLastTaken() {
  let known: { model: InspectorModel; chart: ChartName; index: number; last: LastTaken | null } | null = null;

  return (model: InspectorModel, chart: ChartName, index: number): LastTaken | null => {
    const isOnward = known !== null && known.model === model && known.chart === chart && index >= known.index;
    const floor = isOnward && known !== null ? known.index + 1 : model.log.firstIndex;
    const last = find(floor) ?? (isOnward ? (known?.last ?? null) : null);
    known = { model, chart, index, last };
    return last;

    function find(from: number): LastTaken | null {
      for (let at = index, asked = 0; at >= from && asked < ASKED_MAX; at -= 1) {
        if (!couldTake(model.log.stepAt(at), chart)) continue;
        asked += 1;
        const taken = model.takenAt(at).findLast((one) => one.chart === chart && one.to !== null);
        if (taken !== undefined) return { index: at, taken };
      }
      return null;
    }
  };
}

/** Told by the step alone: to ask for its transitions costs far more. */
function couldTake({ s: state, d: changes }: TraceStep, chart: ChartName): boolean {
  switch (chart) {
    case 'supervisor':
      return state !== undefined;
    case 'acquisition':
      return state !== undefined || 'acquisition' in changes;
    case 'request':
      return 'running' in changes;
  }
}
