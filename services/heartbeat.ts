import type { CancelSignal } from '../policies/runtime-adapter.ts';

/** Signs of life of a runtime: a health check that finds every place taken waits for one. */
export interface Heartbeat {
  /** Something was evaluated, or a place came free. */
  beat(): void;
  /** Resolves true at the next beat, false when the signal is aborted first. */
  next(signal: CancelSignal): Promise<boolean>;
}

export function createHeartbeat(): Heartbeat {
  const listening = new Set<(alive: boolean) => void>();
  return {
    beat() {
      // Called for every token: nobody listening must cost nothing.
      if (listening.size === 0) return;
      for (const tell of [...listening]) tell(true);
    },
    next(signal) {
      if (signal.aborted) return Promise.resolve(false);
      return new Promise((resolve) => {
        const tell = (alive: boolean): void => {
          listening.delete(tell);
          signal.removeEventListener('abort', onAbort);
          resolve(alive);
        };
        const onAbort = (): void => tell(false);
        listening.add(tell);
        signal.addEventListener('abort', onAbort, { once: true });
      });
    },
  };
}
