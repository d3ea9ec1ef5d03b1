import { DEFAULT_LIMITS, type Limits } from '../../policies/limits.ts';
import { LONG_WAIT_MS, type SampleKind } from './told-events.ts';

/** How far an exploration goes. Starts and requests are not counted: their names are reused, so any number passes. */
export interface Bounds {
  readonly name: string;
  readonly maxInFlight: number;
  readonly queueBound: number;
  readonly restartsMax: number;
  /** What the observers may say. */
  readonly samples: readonly SampleKind[];
  /** Ports that die instead of answering, in one run from `stopped`. */
  readonly crashesMax: number;
  /** Releases that may outlast their deadline before one of them has ended after all. */
  readonly overdueMax: number;
  /** Whether a host may ask for a drain that is longer than the limit. */
  readonly patientDrains: boolean;
  /** Exploration ends here, complete or not. */
  readonly statesMax: number;
}

/** Small, and hostile enough to kill every mutant. */
export const SMALL: Bounds = {
  name: 'small',
  maxInFlight: 2,
  queueBound: 2,
  restartsMax: 1,
  samples: ['calm', 'short'],
  crashesMax: 1,
  overdueMax: 1,
  patientDrains: true,
  statesMax: 40_000,
};

/** Each change is checked so far, and completely. */
export const CI: Bounds = {
  name: 'ci',
  maxInFlight: 2,
  queueBound: 2,
  restartsMax: 2,
  samples: ['calm', 'elevated', 'short', 'malformed'],
  crashesMax: 1,
  overdueMax: 2,
  patientDrains: true,
  statesMax: 200_000,
};

/** Each night goes so far. */
export const NIGHTLY: Bounds = {
  ...CI,
  name: 'nightly',
  maxInFlight: 3,
  queueBound: 4,
  restartsMax: 3,
  samples: ['calm', 'elevated', 'short', 'malformed', 'stale'],
  crashesMax: 2,
  overdueMax: 4,
  statesMax: 2_500_000,
};

export function limitsOf(bounds: Bounds): Limits {
  return {
    ...DEFAULT_LIMITS,
    maxInFlight: bounds.maxInFlight,
    queueBound: bounds.queueBound,
    queueMsMax: LONG_WAIT_MS,
    restartsMax: bounds.restartsMax,
    // One silence more than one shows the row.
    silencesMax: 2,
    // The jitter of a restart would tell apart what behaves alike.
    backoffJitterRatio: 0,
  };
}
