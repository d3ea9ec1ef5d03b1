import type { Limits } from '../../policies/limits.ts';
import { outlivesStarts, type World } from './environment.ts';
import type { Effect, MachineStep } from './machine-steps.ts';
import type { Move } from './moves.ts';
import { PRESENT_GENERATION } from './told-events.ts';
import type { Complaint } from './world-step.ts';

/** One step of the exploration: what was, what happened, what came of it. */
export interface Edge {
  readonly before: World;
  readonly move: Move;
  readonly step: MachineStep;
  readonly after: World;
  readonly complaints: readonly Complaint[];
  readonly limits: Limits;
}

/** A sentence about every step; it says so when it does not hold. */
export interface Invariant {
  readonly id: InvariantId;
  readonly sentence: string;
  readonly holds: (edge: Edge) => boolean;
}

/** As `SPEC.md` tells them. */
export type InvariantId =
  | 'IV1'
  | 'IV2'
  | 'IV3'
  | 'IV4'
  | 'IV5'
  | 'IV6'
  | 'IV7'
  | 'IV8'
  | 'IV15'
  | 'IV17'
  | 'IV18'
  | 'IV21'
  | 'IV22'
  | 'IV23'
  | 'IV24'
  | 'IV25'
  | 'IV26';

/** Whether an order to run goes out in this step. */
export const isRun = (effect: Effect) => effect.kind === 'order' && effect.command.type === 'request.run';

/** Proved, loaded, probed: all of the present start. */
export function isServing({ environment }: World): boolean {
  const { verified, probed, runtimes } = environment;
  return (
    verified &&
    probed &&
    runtimes.some(({ generation, overdue }) => generation === PRESENT_GENERATION && !overdue)
  );
}

/** Whether the ports live that live as long as the chart. Without them nothing can be served, ever. */
export function isWhole({ environment }: World): boolean {
  return environment.ports.filter(outlivesStarts).length === 2;
}
