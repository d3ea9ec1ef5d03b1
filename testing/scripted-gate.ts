import type { CancelSignal } from '../policies/runtime-adapter.ts';

/** Where scripted work waits until a test lets it go on: open at first, and no clock in it. */
export interface ScriptedGate {
  /** From now on nothing passes without a permit. */
  hold(): void;
  /** Lets `count` more pass, now or when they come. */
  step(count?: number): void;
  /** Opens it: all who wait pass, and all who come. */
  release(): void;
  /** Resolves true with a permit; false when the signal is aborted first. Null waits for nothing but a permit. */
  pass(signal: CancelSignal | null): Promise<boolean>;
  readonly waiting: number;
}

export function createScriptedGate(): ScriptedGate {
  const queue: (() => void)[] = [];
  let held = false;
  let permits = 0;

  function letPass(): void {
    while (queue.length > 0 && (!held || permits > 0)) {
      if (held) permits -= 1;
      queue.shift()?.();
    }
  }

  return {
    hold() {
      held = true;
    },
    step(count = 1) {
      permits += count;
      letPass();
    },
    release() {
      held = false;
      permits = 0;
      letPass();
    },
    async pass(signal) {
      if (signal?.aborted === true) return false;
      if (!held) return true;
      if (permits > 0 && queue.length === 0) {
        permits -= 1;
        return true;
      }
      return new Promise<boolean>((resolve) => {
        const go = (): void => {
          signal?.removeEventListener('abort', leave);
          resolve(true);
        };
        const leave = (): void => {
          queue.splice(queue.indexOf(go), 1);
          resolve(false);
        };
        queue.push(go);
        signal?.addEventListener('abort', leave, { once: true });
      });
    },
    get waiting() {
      return queue.length;
    },
  };
}
