import { readEffect, type ToldEffect } from './effect-words.ts';
import { countUpTo, itself } from './place-in-order.ts';
import type { LogFollower } from './trace-log.ts';
import type { Moment } from './views.ts';

/** Which steps began what: armed a timer, started a port, let a request run or told it to end, or took it in. */
export function createEffectIndex() {
  const stepsOf = new Map<string, number[]>();

  const add = (key: string, index: number): void => {
    const steps = stepsOf.get(key);
    if (steps === undefined) stepsOf.set(key, [index]);
    else steps.push(index);
  };

  const follower: LogFollower = {
    begin: () => undefined,
    step: ({ index, step }: Moment) => {
      if (step.e.type === 'request.submit' && 'requestId' in step.e) add(`submit ${step.e.requestId}`, index);
      for (const effect of step.x ?? []) {
        const { verb, id } = readEffect(effect);
        if (verb !== 'other' && verb !== 'disarm') add(`${verb} ${id}`, index);
      }
    },
    drop: (firstIndex) => {
      for (const [key, steps] of stepsOf) {
        const kept = steps.slice(countUpTo(steps, firstIndex - 1, itself));
        if (kept.length === 0) stepsOf.delete(key);
        else if (kept.length < steps.length) stepsOf.set(key, kept);
      }
    },
    forget: () => stepsOf.clear(),
  };

  return {
    follower,
    /** The latest step before `index` that did it; null where none is held. */
    latestBefore: (verb: ToldEffect['verb'] | 'submit', id: string, index: number): number | null => {
      const steps = stepsOf.get(`${verb} ${id}`) ?? [];
      return steps[countUpTo(steps, index - 1, itself) - 1] ?? null;
    },
  };
}

export type EffectIndex = ReturnType<typeof createEffectIndex>;
