import { batch, computed, signal } from '@preact/signals';
import type { Chart, ChartName } from '../../charts/chart.ts';
import { createInspectorModel, type InspectorModel } from '../../model/inspector-model.ts';
import type { TraceLog, TraceProblem } from '../../model/views.ts';
import { turnEnds } from './turn.ts';

/** Problems that are kept: of a file that is no trace, every line is one. */
const PROBLEMS_MAX = 100;

/** Least time between two renders while a file is read: reading goes first. */
const READING_RENDER_MS = 150;

/** How long to wait after a render, as a multiple of what it cost: the rest of the time is for reading and for people. */
const RENDER_SHARE = 3;
const READING_RENDER_SHARE = 12;

/** A render that is done within this is shown at each frame. */
const FRAME_MS = 10;

export type Log = ReturnType<typeof createLog>;

/**
 * The trace that is shown, as signals. Lines are fed to it at any pace; what came is told once per frame at most.
 */
export function createLog(charts: Readonly<Record<ChartName, Chart>>) {
  let current = createInspectorModel(charts);
  let next: InspectorModel | null = null;
  let isScheduled = false;
  let publishedAtMs = 0;
  let renderMs = 0;
  let found: TraceProblem[] = [];
  let foundCount = 0;
  let isClosed = false;
  const rebasers: ((by: number) => void)[] = [];

  const model = signal(current);
  const version = signal(0);
  const isReading = signal(false);
  const problems = signal<readonly TraceProblem[]>([]);
  const problemCount = signal(0);

  function ofLog<T>(read: (log: TraceLog) => T) {
    return computed(() => {
      // The log itself tells nobody that it changed.
      void version.value;
      return read(model.value.log);
    });
  }

  function problemsShown(): readonly TraceProblem[] {
    const before = problems.peek();
    return before.length === found.length && before[0] === found[0] ? before : [...found];
  }

  function publish() {
    isScheduled = false;
    // What was shown stands until there is something to show instead: a stream that begins anew empties no page.
    const isShowable = isClosed || foundCount > 0 || current.log.endIndex > current.log.firstIndex;
    if (!isShowable && model.peek() !== current) return;
    publishedAtMs = performance.now();
    void turnEnds().then(() => {
      renderMs = performance.now() - publishedAtMs;
    });
    batch(() => {
      const by = shiftBetween(model.peek().log, current.log);
      model.value = current;
      if (by !== 0) for (const rebase of rebasers) rebase(by);
      version.value += 1;
      problemCount.value = foundCount;
      problems.value = problemsShown();
    });
  }

  function schedule() {
    if (isScheduled) return;
    isScheduled = true;
    const restMs = isReading.peek()
      ? Math.max(READING_RENDER_MS, renderMs * READING_RENDER_SHARE)
      : renderMs * RENDER_SHARE;
    const waitMs = renderMs < FRAME_MS && !isReading.peek() ? 0 : publishedAtMs + restMs - performance.now();
    if (waitMs > 0) setTimeout(() => requestAnimationFrame(publish), waitMs);
    else requestAnimationFrame(publish);
  }

  function takeNew() {
    if (next === null) return;
    current = next;
    next = null;
    found = [];
    foundCount = 0;
  }

  return {
    model,
    version,
    isReading,
    problems,
    problemCount,
    header: ofLog(({ header }) => header),
    firstIndex: ofLog(({ firstIndex }) => firstIndex),
    endIndex: ofLog(({ endIndex }) => endIndex),
    lost: ofLog(({ lost }) => lost),
    /** The next line begins another trace; the one before stands until that line comes. */
    startAnew() {
      isClosed = false;
      next = createInspectorModel(charts);
    },
    feed(line: string) {
      if (line.trim() === '') return;
      takeNew();
      const problem = current.feed(line);
      if (problem === null) return;
      foundCount += 1;
      if (found.length < PROBLEMS_MAX) found.push(problem);
    },
    /** Nothing more comes: the trace that was begun anew stands, also without a line. */
    close() {
      isClosed = true;
      takeNew();
    },
    schedule,
    publish,
    /** Told by how much the same steps moved, where a server told its trace anew and had dropped older ones since. */
    onRebase(rebase: (by: number) => void) {
      rebasers.push(rebase);
    },
  };
}

/** Where a step went from one log of a supervisor to another one: steps keep their own ordinals. */
function shiftBetween(from: TraceLog, to: TraceLog): number {
  if (from === to || from.endIndex === from.firstIndex || to.endIndex === to.firstIndex) return 0;
  return from.stepAt(from.firstIndex).i - from.firstIndex - (to.stepAt(to.firstIndex).i - to.firstIndex);
}
