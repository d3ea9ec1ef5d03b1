import { splitLine, type TraceFrame, type TraceHeader, type TraceStep } from '../../machines/trace-line.ts';
import { rollHash, TRACE_HASH_START } from '../../policies/trace-hash.ts';
import { PROBLEM_WORDS, type ProblemKind } from './problem-words.ts';
import { readRecord } from './read-record.ts';
import { sameTree } from './same-tree.ts';
import { createStepStore } from './step-store.ts';
import type { Moment, Standing, TraceLog, TraceProblem } from './views.ts';

/** Follows a log as it grows: an index that is built from its steps. */
export interface LogFollower {
  /** The trace begins here, or goes on here after lines were lost: this stands before step `index`. */
  begin(standing: Standing, index: number, atMs: number): void;
  step(moment: Moment): void;
  /** Steps before this index are not held any more. */
  drop(firstIndex: number): void;
  /** Another trace begins: nothing of what came before counts. */
  forget(): void;
}

export interface TraceLogOptions {
  /** Most steps that are held; the oldest are dropped, some thousand at once. At least 128. Default: 200,000. */
  readonly stepsMax?: number;
  readonly followers?: readonly LogFollower[];
}

/** A log with what only those need that write it out again. */
export interface SeamedLog extends TraceLog {
  /** Whether lines were lost before the step at an index, so that it does not follow from the one before. */
  isSeam(index: number): boolean;
}

/**
 * The steps of a trace, read line by line. Each line is held against the hash of those before it; a frame begins the
 * hash anew. What cannot be read is told and left out up to the next frame; what came before stands.
 *
 * A second header with a frame may follow: live lines come from another encoder than the kept ones before them. They
 * go on where the steps are numbered on and the header is the same; else a new trace begins, and the old is dropped.
 */
export function createTraceLog({ stepsMax = 200_000, followers = [] }: TraceLogOptions = {}) {
  const store = createStepStore(Math.max(128, stepsMax));
  let header: TraceHeader | null = null;
  /** A header whose frame has not come yet. */
  let nextHeader: TraceHeader | null = null;
  let line = 0;
  let version = 0;
  let hash = TRACE_HASH_START;
  /** Ordinal of the step that comes next; null before the first frame. */
  let nextStep: number | null = null;
  let lost = 0;
  let gapTold = false;
  let ended = false;
  /** Nothing can be folded before the next frame; why was told already. */
  let waitsForFrame = false;

  const problem = (kind: ProblemKind): TraceProblem => ({ line, message: PROBLEM_WORDS[kind] });
  /** What follows does not stand on what came before. */
  const breakOff = (kind: ProblemKind): TraceProblem => {
    waitsForFrame = true;
    return problem(kind);
  };

  const begin = (standing: Standing, step: number): void => {
    store.standAt(standing);
    nextStep = step;
    for (const follower of followers) follower.begin(standing, store.endIndex(), standing.context.nowMs);
  };

  const readFrame = ({ i, state, context }: TraceFrame): TraceProblem | null => {
    const standing: Standing = { state, context };
    if (nextHeader !== null) {
      const goesOn = header !== null && nextStep !== null && i >= nextStep && sameTree(header, nextHeader);
      header = nextHeader;
      nextHeader = null;
      ended = false;
      if (!goesOn) {
        store.clear();
        for (const follower of followers) follower.forget();
        lost = 0;
        nextStep = null;
      }
    }
    if (header === null) return breakOff('no_header');
    if (nextStep !== null && i < nextStep) return breakOff('out_of_order');
    if (nextStep !== null && !gapTold) lost += i - nextStep;
    const follows = nextStep === i && !gapTold && !waitsForFrame && sameTree(store.latest(), standing);
    gapTold = false;
    waitsForFrame = false;
    if (!follows) begin(standing, i);
    return null;
  };

  const readStep = (step: TraceStep): TraceProblem | null => {
    if (nextStep === null || nextHeader !== null || gapTold) return breakOff('no_frame');
    if (step.i !== nextStep) return breakOff(step.i > nextStep ? 'step_missing' : 'out_of_order');
    const moment = store.append(step, timeOf(step));
    nextStep += 1;
    for (const follower of followers) follower.step(moment);
    if (store.trim()) for (const follower of followers) follower.drop(store.firstIndex());
    return null;
  };

  const read = (text: string): TraceProblem | null => {
    const split = splitLine(text);
    if (!split.ok) return breakOff(split.why);
    const kind = (split.value as { readonly kind?: unknown } | null)?.kind;
    const beginsAnew = kind === 'frame' || kind === 'header';
    if (waitsForFrame && !beginsAnew) return null;
    hash = rollHash(beginsAnew ? TRACE_HASH_START : hash, split.body);
    if (hash !== split.hash) return breakOff('hash_mismatch');
    if (header === null && nextHeader === null && kind !== 'header') return breakOff('no_header');
    const record = readRecord(split.value);
    if (typeof record === 'string') return breakOff(record);
    if (ended && kind !== 'header' && nextHeader === null) return breakOff('after_end');
    version += 1;
    if (!('kind' in record)) return readStep(record);
    switch (record.kind) {
      case 'header':
        nextHeader = record;
        if (nextStep === null) header = record;
        return null;
      case 'frame':
        return readFrame(record);
      case 'gap':
        lost += record.lost;
        gapTold = true;
        return null;
      case 'end':
        ended = true;
        return null;
    }
  };

  const log: SeamedLog = {
    get header() {
      return header;
    },
    get firstIndex() {
      return store.firstIndex();
    },
    get endIndex() {
      return store.endIndex();
    },
    get lost() {
      return lost;
    },
    get isComplete() {
      return ended;
    },
    get start() {
      return store.start();
    },
    isSeam: store.isSeam,
    stepAt: store.stepAt,
    timeAt: store.timeAt,
    momentAt: store.momentAt,
    indexAtTime: store.indexAtTime,
  };

  return {
    log,
    get version() {
      return version;
    },
    /** Takes the next line, with or without its end. A line that cannot be read is told, once for all that follow from it. */
    feed(text: string): TraceProblem | null {
      line += 1;
      const bare = text.trimEnd();
      if (bare === '') return null;
      try {
        return read(bare);
      } catch {
        // A record with the right hash whose inside nobody foresaw.
        return breakOff('not_a_record');
      }
    },
    /** Forgets everything, but that indices go on rising. */
    reset(): void {
      store.clear();
      for (const follower of followers) follower.forget();
      header = nextHeader = nextStep = null;
      hash = TRACE_HASH_START;
      line = lost = 0;
      version += 1;
      gapTold = ended = waitsForFrame = false;
    },
  };
}

function timeOf({ t, e }: TraceStep): number | null {
  if (t !== undefined) return t;
  return 'atMs' in e && typeof e.atMs === 'number' ? e.atMs : null;
}
