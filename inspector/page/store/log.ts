import { batch, computed, signal } from '@preact/signals';
import type { Chart, ChartName } from '../../charts/chart.ts';
import { createInspectorModel, type InspectorModel } from '../../model/inspector-model.ts';
import type { TraceProblem } from '../../model/views.ts';

/** Problems that are kept: of a file that is no trace, every line is one. */
const PROBLEMS_MAX = 100;

/** Least time between two renders while a file is read: reading goes first. */
const READING_RENDER_MS = 120;

export type Log = ReturnType<typeof createLog>;

/**
 * The trace that is shown, as signals. Lines are fed to it at any pace; what came is told once per frame at most.
 */
export function createLog(charts: Readonly<Record<ChartName, Chart>>) {
  let current = createInspectorModel(charts);
  let next: InspectorModel | null = null;
  let isScheduled = false;
  let publishedAtMs = 0;
  let found: TraceProblem[] = [];
  let foundCount = 0;

  const model = signal(current);
  const version = signal(0);
  const isReading = signal(false);
  const problems = signal<readonly TraceProblem[]>([]);
  const problemCount = signal(0);

  function publish() {
    isScheduled = false;
    publishedAtMs = performance.now();
    batch(() => {
      model.value = current;
      version.value += 1;
      problemCount.value = foundCount;
      if (problems.peek().length !== found.length) problems.value = [...found];
    });
  }

  function schedule() {
    if (isScheduled) return;
    isScheduled = true;
    const waitMs = isReading.peek() ? publishedAtMs + READING_RENDER_MS - performance.now() : 0;
    if (waitMs > 0) setTimeout(() => requestAnimationFrame(publish), waitMs);
    else requestAnimationFrame(publish);
  }

  return {
    model,
    version,
    isReading,
    problems,
    problemCount,
    header: computed(() => (version.value, model.value.log.header)),
    firstIndex: computed(() => (version.value, model.value.log.firstIndex)),
    endIndex: computed(() => (version.value, model.value.log.endIndex)),
    lost: computed(() => (version.value, model.value.log.lost)),
    /** The next line begins another trace; the one before stands until that line comes. */
    startAnew() {
      next = createInspectorModel(charts);
    },
    feed(line: string) {
      if (line.trim() === '') return;
      if (next !== null) {
        current = next;
        next = null;
        found = [];
        foundCount = 0;
      }
      const problem = current.feed(line);
      if (problem === null) return;
      foundCount += 1;
      if (found.length < PROBLEMS_MAX) found.push(problem);
    },
    schedule,
    publish,
  };
}
