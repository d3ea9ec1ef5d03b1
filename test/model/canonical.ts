import { EMPTY_DRAIN, type RunningRequest, type SupervisorContext } from '../../machines/context.ts';
import type { SupervisorSnapshot } from '../../machines/pure-stepper.ts';
import { LEAP_MS, PRESENT_GENERATION, PRESENT_MS, PROGRESS } from './told-events.ts';

/** How names of a snapshot became those of its canonical form. */
export interface Renaming {
  /** From a request's name to its canonical one: `r1` for the first that runs, and so on down the queue. */
  readonly requests: ReadonlyMap<string, string>;
  /** Added to every generation. */
  readonly generations: number;
  /** Taken from every time. */
  readonly ms: number;
}

export interface Canonical {
  readonly snapshot: SupervisorSnapshot;
  readonly renaming: Renaming;
}

/**
 * The same snapshot as far as behaviour goes: time stands at zero, the present generation has a fixed number,
 * requests are named by where they stand, and what is only told to the host is left out. Two snapshots with one
 * canonical form take the same steps but for names.
 */
export function toCanonical(snapshot: SupervisorSnapshot): Canonical {
  const { context } = snapshot;
  const ms = context.nowMs >= LEAP_MS ? Math.floor(context.nowMs / LEAP_MS) * LEAP_MS : 0;
  const generations = PRESENT_GENERATION - context.generation;
  const running = [...context.running].sort(byBehaviour);
  const requests = new Map<string, string>();
  for (const { requestId } of [...running, ...context.queue]) {
    if (!requests.has(requestId)) requests.set(requestId, `r${requests.size + 1}`);
  }
  const named = <T extends { readonly requestId: string }>(request: T): T => ({
    ...request,
    requestId: requests.get(request.requestId),
  });
  const canonical: SupervisorContext = {
    ...context,
    ...BLANK,
    generation: PRESENT_GENERATION,
    running: running.map((request) => ({
      ...withoutProgress(named(request)),
      generation: request.generation + generations,
    })),
    queue: context.queue.map((queued) => ({ ...named(queued), expiresAtMs: queued.expiresAtMs - ms })),
    queueWakeAtMs: context.queueWakeAtMs === null ? null : context.queueWakeAtMs - ms,
    observation: context.observation && { ...context.observation, atMs: context.observation.atMs - ms },
    // Outside of that state it is only told.
    acquisition: isAcquiring(snapshot) ? context.acquisition && PROGRESS : null,
    fault: context.fault && 'internal_error',
    drainDeadlineMs: drainPatience(context),
    restarts: context.restarts
      .filter((atMs) => context.nowMs - atMs < context.limits.restartPeriodMs)
      .map(() => PRESENT_MS),
    restartDelayMs: context.afterDrain === 'backingOff' ? context.restartDelayMs : 0,
  };
  return {
    snapshot: { ...snapshot, context: canonical } as SupervisorSnapshot,
    renaming: { requests, generations, ms },
  };
}

function withoutProgress({ requestId, generation, aborting }: RunningRequest): RunningRequest {
  return { requestId, generation, aborting };
}

/** What the machine tells of and never decides by. */
const BLANK = {
  nowMs: PRESENT_MS,
  sinceMs: PRESENT_MS,
  progress: null,
  lastArrival: null,
  lastDispatch: null,
  lastRestart: null,
  readersHeld: 0,
  drain: EMPTY_DRAIN,
  jitterSeed: 1,
} as const;

function isAcquiring({ value }: SupervisorSnapshot): boolean {
  return typeof value === 'object' && 'starting' in value && value.starting === 'acquiring';
}

/** A drain that was told to be longer than the limit is remembered as such; all others are alike once they began. */
function drainPatience({ drainDeadlineMs, limits }: SupervisorContext): number {
  return drainDeadlineMs > limits.drainMsMax ? drainDeadlineMs : 0;
}

/** The books ask of a running request its generation and whether it is being aborted, never its place. */
function byBehaviour(a: RunningRequest, b: RunningRequest): number {
  return a.generation - b.generation || Number(a.aborting) - Number(b.aborting);
}

/** Text that two snapshots share if, and only if, they behave alike. */
export function textOfCanonical({ value, context, children, status }: SupervisorSnapshot): string {
  const { limits: _limits, resourceLimits: _resourceLimits, ...rest } = context;
  return JSON.stringify([status, value, rest, Object.keys(children).sort()]);
}
