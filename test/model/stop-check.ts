import type { Environment, World } from './environment.ts';
import type { Effect, MachineState, MachineSteps } from './machine-steps.ts';
import { typeOfTimer } from './moves.ts';
import type { ToldEvent, ToldEvents } from './told-events.ts';

/** After `stop`, so many deadlines may pass before the supervisor rests: aborting, then releasing. */
const DEADLINES_MAX = 3;

/**
 * IV21: from every state a stop comes to rest by its deadlines alone, whatever the ports do not say and whichever
 * deadline passes first. Asked once for each state of the machine and the timers that are armed in it.
 */
export function createStopCheck(steps: MachineSteps, told: ToldEvents) {
  const asked = new Set<string>();

  const comesToRest = (machine: MachineState, timers: Environment['timers'], left: number): boolean => {
    if (machine.leaves[0] === 'stopped.idle') return timers.length === 0;
    if (machine.leaves[0] === 'stopped.failed' && machine.snapshot.context.lost) return timers.length === 0;
    if (left === 0 || timers.length === 0) return false;
    return timers.every((timer) => {
      const rest = timers.filter((other) => other !== timer);
      return follow(machine, told.timer(typeOfTimer(timer.id), timer.phase), rest, left - 1);
    });
  };
  const follow = (machine: MachineState, event: ToldEvent, timers: Environment['timers'], left: number) => {
    const { after, effects } = steps.step(machine, event);
    return comesToRest(after, effects.reduce(withEffect, timers), left);
  };

  /** Whether it holds of the world; true at once where the same was asked before. */
  return ({ machine, environment }: World): boolean => {
    const key = `${machine.ordinal}|${environment.timers.map(({ id }) => id).join()}`;
    if (asked.has(key)) return true;
    asked.add(key);
    return follow(machine, told.stop(), environment.timers, DEADLINES_MAX);
  };
}

function withEffect(timers: Environment['timers'], effect: Effect): Environment['timers'] {
  if (effect.kind === 'disarm') return timers.filter(({ id }) => id !== effect.timer);
  if (effect.kind !== 'arm') return timers;
  return [...timers.filter(({ id }) => id !== effect.timer), { id: effect.timer, phase: effect.phase }];
}
