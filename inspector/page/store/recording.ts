import { computed, signal } from '@preact/signals';
import type { Log } from './log.ts';

/** A part of the log, `toIndex` behind its last step. */
export interface LogRange {
  readonly fromIndex: number;
  readonly toIndex: number;
}

export type Recording = ReturnType<typeof createRecording>;

/** Marks a part of what comes, to be exported by itself. */
export function createRecording(log: Log) {
  const startedAt = signal<number | null>(null);
  const recorded = signal<LogRange | null>(null);
  log.onRebase((by) => {
    const at = startedAt.peek();
    const range = recorded.peek();
    if (at !== null) startedAt.value = Math.max(0, at + by);
    if (range !== null)
      recorded.value = {
        fromIndex: Math.max(0, range.fromIndex + by),
        toIndex: Math.max(0, range.toIndex + by),
      };
  });

  return {
    startedAt,
    recorded,
    /** Events since the recording began. */
    count: computed(() => (startedAt.value === null ? 0 : log.endIndex.value - startedAt.value)),
    start() {
      recorded.value = null;
      startedAt.value = log.endIndex.peek();
    },
    stop() {
      if (startedAt.peek() === null) return;
      const range = { fromIndex: startedAt.peek() ?? 0, toIndex: log.endIndex.peek() };
      recorded.value = range.toIndex > range.fromIndex ? range : null;
      startedAt.value = null;
    },
    forget() {
      startedAt.value = null;
      recorded.value = null;
    },
    /** What an export gives: the recorded part, else everything that is held. */
    rangeToExport: computed(
      (): LogRange => recorded.value ?? { fromIndex: log.firstIndex.value, toIndex: log.endIndex.value },
    ),
  };
}
