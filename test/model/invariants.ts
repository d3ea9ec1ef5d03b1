import { COMPLETION_INVARIANTS } from './completion-invariants.ts';
import { DRAIN_INVARIANTS } from './drain-invariants.ts';
import type { Edge, Invariant } from './invariant.ts';
import { REQUEST_INVARIANTS } from './request-invariants.ts';
import { START_INVARIANTS } from './start-invariants.ts';

/** All that hold of single steps, in the order in which a broken one is named. */
export const INVARIANTS: readonly Invariant[] = [
  ...COMPLETION_INVARIANTS,
  ...REQUEST_INVARIANTS,
  ...DRAIN_INVARIANTS,
  ...START_INVARIANTS,
];

/** The one that does not hold of the step; null where all do. */
export function brokenInvariant(edge: Edge): Invariant | null {
  for (const invariant of INVARIANTS) if (!invariant.holds(edge)) return invariant;
  return null;
}
