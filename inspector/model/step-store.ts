import type { TraceStep } from '../../machines/trace-line.ts';
import { foldStep } from './fold-step.ts';
import { countUpTo, itself } from './place-in-order.ts';
import type { Moment, Standing } from './views.ts';

/** Steps between two standings that are kept: a moment is folded from the nearest one before it. */
const CHUNK_STEPS = 64;

/** Share of the steps that is dropped at once: dropping one by one would move all the others each time. */
const DROPPED_SHARE = 1 / 8;

interface Chunk {
  /** What stood before its first step. */
  readonly before: Standing;
  readonly steps: TraceStep[];
  readonly timesMs: number[];
}

/** Steps in order, each with its time, and what stood before and after it. Bounded: the oldest are dropped. */
export function createStepStore(stepsMax: number) {
  let chunks: Chunk[] = [];
  let firstIndex = 0;
  let endIndex = 0;
  /** Standings that do not follow from the step before: lines were lost there, or the trace begins there. */
  let seams = new Map<number, Standing>();
  /** The latest standing, which the next step is folded from. */
  let latest: Standing | null = null;
  let latestMs = Number.NEGATIVE_INFINITY;
  /** The moment that was asked for last: the next one is often near. */
  let asked: Moment | null = null;

  const chunkOf = (index: number): Chunk => {
    const chunk = chunks[Math.floor((index - firstIndex) / CHUNK_STEPS)];
    if (chunk === undefined) throw new RangeError(`step ${index} is not held`);
    return chunk;
  };
  const placeOf = (index: number): number => (index - firstIndex) % CHUNK_STEPS;
  const held = (index: number): number => {
    if (endIndex === firstIndex) throw new RangeError('no step is held');
    const whole = Number.isFinite(index) ? Math.trunc(index) : endIndex;
    return Math.max(firstIndex, Math.min(whole, endIndex - 1));
  };

  return {
    firstIndex: () => firstIndex,
    endIndex: () => endIndex,
    held,
    latest: () => latest,
    start: (): Standing | null => chunks[0]?.before ?? latest,
    /** Whether the step at an index does not follow from the one before. */
    isSeam: (index: number) => seams.has(index),

    /** The next step begins from here. */
    standAt(standing: Standing): void {
      if (endIndex > firstIndex) seams.set(endIndex, standing);
      latest = standing;
    },

    append(step: TraceStep, toldMs: number | null): Moment {
      if (latest === null) throw new RangeError('a step came before any frame');
      const index = endIndex;
      const before = latest;
      const after = foldStep(before, step);
      // Told times may be late; on the page time does not run backwards.
      const atMs = Math.max(latestMs, toldMs ?? after.context.nowMs);
      let chunk = chunks.at(-1);
      if (chunk === undefined || chunk.steps.length === CHUNK_STEPS) {
        chunk = { before, steps: [], timesMs: [] };
        chunks.push(chunk);
      }
      chunk.steps.push(step);
      chunk.timesMs.push(atMs);
      latest = after;
      latestMs = atMs;
      endIndex += 1;
      return { index, atMs, step, before, after };
    },

    /** Drops the oldest steps where there are too many; tells whether it did. */
    trim(): boolean {
      if (endIndex - firstIndex <= stepsMax) return false;
      // The last one is not full yet, or just is: it stays.
      const piece = Math.min(
        Math.max(1, Math.floor((stepsMax * DROPPED_SHARE) / CHUNK_STEPS)),
        chunks.length - 1,
      );
      if (piece === 0) return false;
      chunks.splice(0, piece);
      firstIndex += piece * CHUNK_STEPS;
      for (const index of seams.keys()) if (index <= firstIndex) seams.delete(index);
      asked = null;
      return true;
    },

    /** Forgets every step; indices go on rising. */
    clear(): void {
      chunks = [];
      seams = new Map();
      firstIndex = endIndex;
      latest = null;
      latestMs = Number.NEGATIVE_INFINITY;
      asked = null;
    },

    stepAt: (index: number): TraceStep => chunkOf(held(index)).steps[placeOf(held(index))] as TraceStep,
    timeAt: (index: number): number => chunkOf(held(index)).timesMs[placeOf(held(index))] as number,

    momentAt(wanted: number): Moment {
      const index = held(wanted);
      if (asked?.index === index) return asked;
      const chunk = chunkOf(index);
      const place = placeOf(index);
      const isNear = asked !== null && asked.index < index && asked.index >= index - place;
      let at = isNear && asked !== null ? asked.index + 1 : index - place;
      let before = isNear && asked !== null ? asked.after : chunk.before;
      for (; ; at += 1) {
        if (at > index - place) before = seams.get(at) ?? before;
        const step = chunk.steps[placeOf(at)] as TraceStep;
        const after = foldStep(before, step);
        if (at === index) {
          asked = { index, atMs: chunk.timesMs[place] as number, step, before, after };
          return asked;
        }
        before = after;
      }
    },

    indexAtTime(atMs: number): number {
      if (endIndex === firstIndex) return firstIndex;
      const count = countUpTo(chunks, atMs, ({ timesMs }) => timesMs[0] ?? Number.POSITIVE_INFINITY);
      const chunk = chunks[count - 1];
      if (chunk === undefined) return firstIndex;
      return firstIndex + (count - 1) * CHUNK_STEPS + countUpTo(chunk.timesMs, atMs, itself) - 1;
    },
  };
}
