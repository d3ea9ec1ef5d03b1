import type { CancelSignal } from '../../policies/runtime-adapter.ts';
import type { World } from './world.ts';

/** Waits that an abort ends: one listener for all of them, since a generation waits at every token. */
export interface Nap {
  readonly for: (ms: number) => Promise<void>;
  readonly until: (moment: Promise<void>) => Promise<void>;
}

export function createNap(world: Pick<World, 'after'>, signal: CancelSignal): Nap {
  let wake: () => void = () => undefined;
  signal.addEventListener('abort', () => wake(), { once: true });
  const rest = (begin: (wake: () => void) => void): Promise<void> =>
    signal.aborted
      ? Promise.resolve()
      : new Promise((resolve) => {
          wake = resolve;
          begin(resolve);
        });
  return {
    for: (ms) => rest((resolve) => world.after(ms, resolve)),
    until: (moment) => rest((resolve) => void moment.then(resolve)),
  };
}
