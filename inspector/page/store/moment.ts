import { batch, computed, effect, signal } from '@preact/signals';
import { createLiveClock } from './live-clock.ts';
import type { Log } from './log.ts';

export type MomentStore = ReturnType<typeof createMoment>;

/** Which step of the log the page shows: the latest, the one where it was paused, or one that was chosen. */
export function createMoment(log: Log) {
  /** Null: the latest that may be shown. */
  const selected = signal<number | null>(null);
  /** Index behind the last step when the page was paused; null while it follows. */
  const pausedEnd = signal<number | null>(null);

  /** Index behind the last step that may be shown. */
  const end = computed(() => Math.min(pausedEnd.value ?? log.endIndex.value, log.endIndex.value));
  /** Index of the step that is shown; null where there is none. */
  const shown = computed(() => {
    if (end.value <= log.firstIndex.value) return null;
    const wanted = selected.value ?? end.value - 1;
    return Math.max(log.firstIndex.value, Math.min(wanted, end.value - 1));
  });

  effect(() => {
    const { dataset } = document.documentElement;
    dataset['events'] = String(log.endIndex.value);
    dataset['index'] = shown.value === null ? '' : String(shown.value);
  });

  const shownMs = computed(() => (shown.value === null ? 0 : log.model.value.log.timeAt(shown.value)));
  const clock = createLiveClock(shownMs);

  log.onRebase((by) => {
    if (selected.peek() !== null) selected.value = Math.max(0, (selected.peek() ?? 0) + by);
    if (pausedEnd.peek() !== null) pausedEnd.value = Math.max(0, (pausedEnd.peek() ?? 0) + by);
  });

  function select(index: number | null) {
    if (index === null || end.peek() <= log.firstIndex.peek()) selected.value = null;
    else selected.value = Math.max(log.firstIndex.peek(), Math.min(Math.round(index), end.peek() - 1));
  }

  return {
    selected,
    pausedEnd,
    end,
    shown,
    /** Events that came since the pause. */
    heldBack: computed(() => (pausedEnd.value === null ? 0 : log.endIndex.value - end.value)),
    /** When the first step that is held happened: times are told from there. */
    originMs: computed(() =>
      log.endIndex.value > log.firstIndex.value ? log.model.value.log.timeAt(log.firstIndex.value) : 0,
    ),
    shownMs,
    /** The time now, where the page follows a live trace; else that of the step that is shown. */
    nowMs: computed(() =>
      selected.value === null && pausedEnd.value === null ? clock.nowMs.value : shownMs.value,
    ),
    clock,
    select,
    step(by: number) {
      if (shown.peek() !== null) select((shown.peek() ?? 0) + by);
    },
    selectTime(atMs: number) {
      if (shown.peek() !== null) select(log.model.peek().log.indexAtTime(atMs));
    },
    pause() {
      pausedEnd.value = log.endIndex.peek();
    },
    goLive() {
      batch(() => {
        selected.value = null;
        pausedEnd.value = null;
      });
    },
  };
}
