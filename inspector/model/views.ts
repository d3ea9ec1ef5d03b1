import type { SupervisorContext } from '../../machines/context.ts';
import type { Outcome } from '../../machines/events.ts';
import type { TraceHeader, TraceStep } from '../../machines/trace-line.ts';
import type { Reason } from '../../policies/reasons.ts';
import type { ChartName } from '../charts/chart.ts';

/**
 * What the page shows, as plain data made from a trace. Nothing here knows of a document or of a machine: a trace of
 * an older chart can be shown too.
 *
 * Steps are named by their index: 0 for the first that the log ever held. Times are in ms of the trace's clock.
 */

/** The context as a trace holds it. */
export type TracedContext = Omit<SupervisorContext, 'limits' | 'resourceLimits'>;

/** State and context before and after one step. */
export interface Moment {
  readonly index: number;
  readonly atMs: number;
  readonly step: TraceStep;
  readonly before: Standing;
  readonly after: Standing;
}

export interface Standing {
  /** The state as XState writes it: `'idle'`, `{ ready: { pressure: 'nominal', health: 'healthy' } }`. */
  readonly state: unknown;
  readonly context: TracedContext;
}

/** The steps of one trace, as they come. Bounded: of a long run the oldest are dropped. */
export interface TraceLog {
  /** Null before the first line. */
  readonly header: TraceHeader | null;
  /** Index of the oldest step that is still held. */
  readonly firstIndex: number;
  /** Index behind the latest step: `endIndex - firstIndex` are held. */
  readonly endIndex: number;
  /** Steps that were lost while recording. */
  readonly lost: number;
  /** Whether the trace was ended in order. */
  readonly isComplete: boolean;
  /** Where the trace begins: what stood before the first step that is held. Null before the first frame. */
  readonly start: Standing | null;
  stepAt(index: number): TraceStep;
  /** When the step happened. */
  timeAt(index: number): number;
  /** State and context at a step, folded from the nearest kept standing: some microseconds. */
  momentAt(index: number): Moment;
  /** Index of the latest step at or before a time; `firstIndex` where all are later. */
  indexAtTime(atMs: number): number;
}

/** How a trace cannot be read: by line, from 1, and what to do about it. */
export interface TraceProblem {
  readonly line: number;
  readonly message: string;
}

/** What an event is, for filters and colours. */
export type EventKind = 'command' | 'fact' | 'sample' | 'timer' | 'progress' | 'internal';

export type Tone = 'plain' | 'good' | 'warning' | 'bad';

/** One line of the list of events. */
export interface EventRow {
  readonly index: number;
  readonly atMs: number;
  readonly type: string;
  readonly kind: EventKind;
  readonly tone: Tone;
  /** What came of it, in words: `refused: queue_full, depth 16 of 16`. */
  readonly summary: string;
  readonly requestId: string | null;
  readonly reason: Reason | null;
  /** The state it led to, in one word; null where it did not change. */
  readonly enters: string | null;
}

export interface EventFilter {
  /** Kinds that are shown. */
  readonly kinds: ReadonlySet<EventKind>;
  /** Words that a row must all hold, in type, summary, request or state; letter case does not count. */
  readonly text: string;
  /** Only events of this request; null for all. */
  readonly requestId: string | null;
}

/** Everything about one step. */
export interface EventDetails {
  readonly row: EventRow;
  readonly verdicts: readonly VerdictText[];
  readonly differences: readonly ContextChange[];
  /** What the machine intended, in words. */
  readonly effects: readonly string[];
  readonly causes: readonly Cause[];
  readonly transitions: readonly TakenTransition[];
}

/** A decision with the facts that it was made from. */
export interface VerdictText {
  /** What was asked: `gate`, `restart`, `probe`, `dispatch`. */
  readonly subject: string;
  readonly ok: boolean;
  readonly reason: Reason;
  /** `refused: queue_full` */
  readonly text: string;
  /** `queue 16 of 16`, `in flight 2 of 2`, `sample 340 ms old` */
  readonly facts: readonly string[];
}

export interface ContextChange {
  /** JSON pointer: `/admission/inFlight`. */
  readonly pointer: string;
  /** Undefined where it was not there. */
  readonly before: unknown;
  readonly after: unknown;
}

/** What led to a step: an earlier step, or the outside. */
export interface Cause {
  /** Step that began it; null where it came from the host, or is not held any more. */
  readonly index: number | null;
  readonly text: string;
}

/** A transition that a step took, found in the chart by states, event and guard. */
export interface TakenTransition {
  readonly chart: ChartName;
  /** Of the chart's transitions. */
  readonly transition: string;
  readonly arrow: string | null;
  readonly event: string;
  readonly guard: string | null;
  readonly from: string;
  readonly to: string | null;
}

/** Which states of a chart are active, each with the time it was entered. */
export type ActiveStates = ReadonlyMap<string, number>;

/** Charts as they stand at a step. Acquisition and request are null while there is none. */
export interface ActiveCharts {
  readonly supervisor: ActiveStates;
  readonly acquisition: ActiveStates | null;
  /** Of each running request. */
  readonly requests: ReadonlyMap<string, ActiveStates>;
}

export interface Timeline {
  readonly fromMs: number;
  readonly toMs: number;
  /** The public states, each until the next. */
  readonly phases: readonly Span[];
  readonly requests: readonly RequestBar[];
  readonly downloads: readonly Span[];
  readonly restarts: readonly Mark[];
}

/** `toMs` null: it goes on. */
export interface Span {
  readonly index: number;
  readonly label: string;
  readonly fromMs: number;
  readonly toMs: number | null;
  readonly tone: Tone;
}

export interface Mark {
  readonly index: number;
  readonly label: string;
  readonly atMs: number;
  readonly tone: Tone;
}

/** One request; its times are null until it came that far. */
export interface RequestBar extends RequestTimes {
  readonly index: number;
  readonly requestId: string;
  readonly outcome: Outcome | null;
}

export interface RequestTimes {
  readonly arrivedAtMs: number;
  readonly admittedAtMs: number | null;
  readonly firstTokenAtMs: number | null;
  readonly endedAtMs: number | null;
}

/** One line of the table of requests. */
export interface RequestRow extends RequestTimes {
  readonly index: number;
  readonly requestId: string;
  readonly stage: 'queued' | 'prompting' | 'decoding' | 'held' | 'aborting' | 'ended';
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** From arrival to slot; null while it waits or where it was refused. */
  readonly waitedMs: number | null;
  /** From slot to first token. */
  readonly firstTokenMs: number | null;
  readonly tokensPerSecond: number | null;
  /** `refused` for an arrival that was not let in. */
  readonly outcome: Outcome | 'refused' | null;
  readonly reason: Reason | null;
}

/** An actor that is alive, with those below it. */
export interface ActorNode {
  readonly id: string;
  /** The state of its chart, or what it is for. */
  readonly detail: string;
  readonly children: readonly ActorNode[];
}

/** A number against its limits. */
export interface Gauge {
  readonly id: 'inFlight' | 'queue' | 'sequences' | 'tokens' | 'memory' | 'process' | 'vram' | 'cpu' | 'loop';
  readonly label: string;
  /** Null where it is not known. */
  readonly value: number | null;
  /** `of` is the end of the scale. */
  readonly of: number | null;
  readonly soft: number | null;
  readonly hard: number | null;
  readonly unit: 'count' | 'tokensPerSecond' | 'bytes' | 'ratio' | 'ms';
  readonly tone: Tone;
}

/** The download of the model, where there is one. */
export interface DownloadGauge {
  readonly step: string;
  readonly receivedBytes: number;
  readonly totalBytes: number;
  readonly ratio: number;
  readonly bytesPerSecond: number | null;
  readonly remainingMs: number | null;
  readonly attempt: number;
  readonly reason: Reason | null;
}

/** Columns of equal length, for curves: one entry for each step that changed one of them. */
export interface GaugeSeries {
  readonly atMs: readonly number[];
  readonly inFlight: readonly (number | null)[];
  readonly queue: readonly (number | null)[];
  readonly tokensPerSecond: readonly (number | null)[];
  readonly memoryBytes: readonly (number | null)[];
  readonly vramBytes: readonly (number | null)[];
  readonly cpuRatio: readonly (number | null)[];
  /** `nominal`, `elevated`, `critical` as 0, 1, 2. */
  readonly pressure: readonly (number | null)[];
}
