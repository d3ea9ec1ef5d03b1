import { computed, effect, type ReadonlySignal, signal } from '@preact/signals';

const TICK_MS = 250;

/**
 * Lets the time of the latest event go on between two events of a live trace, so that a quiet supervisor is seen to
 * stay in its state. Stands still while it is not running.
 */
export function createLiveClock(latestMs: ReadonlySignal<number>) {
  const isRunning = signal(false);
  /** Time that this page saw since the latest event came. */
  const sinceMs = signal(0);

  effect(() => {
    void latestMs.value;
    sinceMs.value = 0;
    if (!isRunning.value) return;
    const cameAtMs = performance.now();
    const timer = setInterval(() => {
      sinceMs.value = performance.now() - cameAtMs;
    }, TICK_MS);
    return () => clearInterval(timer);
  });

  return { isRunning, nowMs: computed(() => latestMs.value + sinceMs.value) };
}
