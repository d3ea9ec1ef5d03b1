import type { AcquisitionProgress } from '../../machines/acquisition-context.ts';
import { isActive } from './state-words.ts';
import type { Standing } from './views.ts';

/** Steps of the acquisition chart that are its ends. */
export const ACQUISITION_ENDS: ReadonlySet<string> = new Set(['recorded', 'rejected', 'failed']);

/**
 * The acquisition that is under way, or that came to its end; null where there is none. One that was broken off by a
 * stop is none any more.
 */
export function acquisitionOf({ state, context }: Standing): AcquisitionProgress | null {
  const { acquisition } = context;
  if (acquisition === null) return null;
  return ACQUISITION_ENDS.has(acquisition.step) || isActive(state, 'starting.acquiring') ? acquisition : null;
}
