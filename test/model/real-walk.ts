import type { SupervisorEvent } from '../../machines/events.ts';
import {
  createPureStepper,
  type IntendedAction,
  type SupervisorSnapshot,
} from '../../machines/pure-stepper.ts';
import { type Bounds, limitsOf } from './bounds.ts';
import { type Renaming, toCanonical } from './canonical.ts';
import { firstWorld, JITTER_SEED } from './checker.ts';
import type { World } from './environment.ts';
import type { Machine } from './guard-tally.ts';
import { createMachineSteps } from './machine-steps.ts';
import { type Move, movesOf } from './moves.ts';
import { createToldEvents, type ToldEvent } from './told-events.ts';
import { stepHeard, stepUnheard } from './world-step.ts';

/** One step of a walk: as the exploration has it, and as it goes in a real run. */
export interface WalkedStep {
  readonly move: Move;
  /** The canonical world after it. */
  readonly world: World;
  /** Null where the machine hears nothing of it. */
  readonly real: RealStep | null;
}

export interface RealStep {
  readonly event: ToldEvent;
  readonly before: SupervisorSnapshot;
  readonly after: SupervisorSnapshot;
  readonly actions: readonly IntendedAction[];
}

/**
 * Walks through the worlds of an exploration and, in step with them, through a real run: there generations count up,
 * a request keeps its name, and time goes on. `choose` gives the place of the next move; null ends the walk.
 *
 * @returns The snapshot that the real run began with.
 */
export function walk(
  bounds: Bounds,
  machine: Machine,
  choose: (moves: readonly Move[]) => number | null,
  onStep: (step: WalkedStep) => void,
): SupervisorSnapshot {
  const input = { limits: limitsOf(bounds), jitterSeed: JITTER_SEED };
  const told = createToldEvents();
  const steps = createMachineSteps(machine);
  const stepper = createPureStepper(machine);
  const toReal = createRealNames();
  const first = stepper.initial(input);
  let world = firstWorld(steps.initial(input));
  let before = first;

  for (;;) {
    const moves = movesOf(world, bounds, told);
    const place = choose(moves);
    if (place === null) return first;
    const move = moves[place]!;
    if (move.event === null) {
      world = stepUnheard(world, move).world;
      onStep({ move, world, real: null });
      continue;
    }
    const event = toReal(move.event, toCanonical(before).renaming);
    const after = stepper.step(before, event as SupervisorEvent);
    const real: RealStep = { event, before, after, actions: stepper.effects() };
    world = stepHeard(world, move, steps.step(world.machine, move.event)).world;
    onStep({ move, world, real });
    before = after;
  }
}

/** Gives events their real names: the inverse of what the canonical form did, and new names to newcomers. */
function createRealNames() {
  let requests = 0;
  return (event: ToldEvent, { requests: renamed, generations, ms }: Renaming): ToldEvent => {
    const real: Record<string, unknown> = { ...event };
    if ('requestId' in event) {
      const known = [...renamed].find(([, canonical]) => canonical === event.requestId)?.[0];
      if (known === undefined) requests += 1;
      real['requestId'] = known ?? `r${requests}`;
    }
    if ('generation' in event) real['generation'] = event.generation - generations;
    if ('atMs' in event) real['atMs'] = event.atMs + ms;
    if ('sample' in event) real['sample'] = { ...event.sample, atMs: event.sample.atMs + ms };
    return real as unknown as ToldEvent;
  };
}
