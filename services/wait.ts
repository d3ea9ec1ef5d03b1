import type { CancelSignal } from '../policies/runtime-adapter.ts';
import type { Clock } from './clock.ts';

/** Waits for `ms`, or less where the signal is aborted meanwhile. Never rejects. */
export function waitMs(clock: Clock, ms: number, signal: CancelSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) {
      resolve();
      return;
    }
    const end = (): void => {
      clock.clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = clock.setTimeout(end, ms);
    signal.addEventListener('abort', end, { once: true });
  });
}
