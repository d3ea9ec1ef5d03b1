import { supervisorMachine } from '../../machines/supervisor.ts';
import { type Bounds, limitsOf } from './bounds.ts';
import { EMPTY_ENVIRONMENT, textOfPorts, textOfWorld, type World } from './environment.ts';
import { type Machine, tallyGuards } from './guard-tally.ts';
import type { Edge, InvariantId } from './invariant.ts';
import { brokenInvariant } from './invariants.ts';
import { createMachineSteps, type MachineStep } from './machine-steps.ts';
import { type Move, movesOf } from './moves.ts';
import { createSeenStates } from './seen-states.ts';
import { type Coverage, createCoverage } from './sometimes.ts';
import { createStopCheck } from './stop-check.ts';
import { createToldEvents } from './told-events.ts';
import { stepHeard, stepUnheard } from './world-step.ts';

export const JITTER_SEED = 1;

export interface Exploration {
  readonly bounds: Bounds;
  readonly states: number;
  readonly edges: number;
  /** States of the machine alone, whatever the world around it. */
  readonly machineStates: number;
  /** Steps from the first state to the furthest. */
  readonly depth: number;
  /** Whether there is nothing left to explore within the bounds. */
  readonly complete: boolean;
  readonly coverage: Coverage;
  readonly violation: Violation | null;
}

export interface Violation {
  readonly id: InvariantId;
  readonly sentence: string;
  /** The place of each move among the moves of its state, from the first state on. The shortest there is. */
  readonly path: readonly number[];
}

/** Called now and then while a long exploration runs. */
export type OnProgress = (states: number, edges: number, depth: number) => void;

const COMES_TO_REST =
  'Every state comes to rest after a stop by its deadlines alone, and leaves no timer behind.';

/**
 * Explores every interleaving, nearest states first, and holds each step against the invariants. It ends at the first
 * that is broken: no shorter way leads to it.
 */
export function explore(
  bounds: Bounds,
  machine: Machine = supervisorMachine,
  onProgress: OnProgress = () => undefined,
): Exploration {
  const limits = limitsOf(bounds);
  const told = createToldEvents();
  const tally = tallyGuards(machine);
  const steps = createMachineSteps(tally.machine);
  const seen = createSeenStates(bounds.statesMax);
  const { note, noteLeaf, coverage } = createCoverage(machine, tally.counts);
  const stops = createStopCheck(steps, told);
  const asked = new Set<string>();
  let edges = 0;
  let depth = 0;
  let level: Level = [];
  let next: Level = [];

  const report = (violation: Violation | null): Exploration => ({
    bounds,
    states: seen.count(),
    edges,
    machineStates: steps.states().length,
    depth,
    complete: violation === null && level.length === 0,
    coverage: coverage(),
    violation,
  });
  const visit = (world: World, parent: number, place: number): boolean => {
    const ordinal = seen.add(textOfWorld(world), parent, place);
    if (ordinal === -1) return true;
    next.push({ world, ordinal });
    for (const leaf of world.machine.leaves) noteLeaf(leaf);
    return stops(world);
  };

  /** What becomes of a stale completion is up to the machine and to who listens: it is asked once for both. */
  const asksStale = ({ machine: { ordinal }, environment }: World): boolean => {
    const text = `${ordinal}|${textOfPorts(environment)}`;
    return asked.size !== asked.add(text).size;
  };

  const first = steps.initial({ limits, jitterSeed: JITTER_SEED });
  visit(firstWorld(first), -1, 0);
  for (; next.length > 0; depth += 1) {
    [level, next] = [next, []];
    for (const { world, ordinal } of level) {
      if (seen.count() >= bounds.statesMax) return report(null);
      const moves = movesOf(world, bounds, told, asksStale(world));
      for (let place = 0; place < moves.length; place += 1) {
        const move = moves[place]!;
        edges += 1;
        if (edges % PROGRESS_EVERY === 0) onProgress(seen.count(), edges, depth);
        const pathHere = () => [...seen.pathTo(ordinal), place];
        if (move.event === null) {
          visit(stepUnheard(world, move).world, ordinal, place);
          continue;
        }
        const step = steps.step(world.machine, move.event);
        const edge: Edge = { before: world, move, step, limits, ...afterOf(world, move, step) };
        note(edge);
        const broken = brokenInvariant(edge);
        if (broken !== null) return report({ id: broken.id, sentence: broken.sentence, path: pathHere() });
        if (!visit(edge.after, ordinal, place)) {
          return report({ id: 'IV21', sentence: COMES_TO_REST, path: pathHere() });
        }
      }
    }
    level = [];
  }
  return report(null);
}

type Level = { readonly world: World; readonly ordinal: number }[];

const PROGRESS_EVERY = 1_000_000;

function afterOf(world: World, move: Move, step: MachineStep): Pick<Edge, 'after' | 'complaints'> {
  const { world: after, complaints } = stepHeard(world, move, step);
  return { after, complaints };
}

/** The world before anything happened, with the ports that the machine enters by itself. */
export function firstWorld(first: MachineStep): World {
  const before: World = { machine: first.after, environment: EMPTY_ENVIRONMENT };
  return stepHeard(before, { cause: { kind: 'stale' }, event: null }, first).world;
}
