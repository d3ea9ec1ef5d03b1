import type { LineFault } from './trace-line.ts';

/** What a replay found. */
export type ReplayResult = ReplayOk | ReplayCorrupt | ReplayIncompatible | ReplayDiverged;

/** Every step came out as it was recorded. */
export interface ReplayOk {
  readonly kind: 'ok';
  readonly steps: number;
  /** Whether the recording was ended in order; else lines may be missing behind. */
  readonly complete: boolean;
  /** Steps that the recorder says were lost. */
  readonly lost: number;
  readonly finalState: unknown;
  /** What is other now than when it was recorded, without a step coming out differently. */
  readonly changes: readonly TraceChange[];
}

/** The trace is damaged. Lines before `line` came out as recorded. */
export interface ReplayCorrupt {
  readonly kind: 'corrupt';
  /** From 1. */
  readonly line: number;
  readonly why: CorruptReason;
  readonly steps: number;
}

/** The trace is whole, but not for this version of the supervisor. */
export interface ReplayIncompatible {
  readonly kind: 'incompatible';
  readonly line: number;
  readonly change: IncompatibleChange;
}

/** The machine of today does something else than was recorded. */
export interface ReplayDiverged {
  readonly kind: 'diverged';
  /** Ordinal of the step, and its line from 1. */
  readonly step: number;
  readonly line: number;
  /** When it was recorded, in ms of the recorded supervisor's clock; null where no time was told yet. */
  readonly atMs: number | null;
  readonly event: { readonly type: string };
  readonly cause: DivergenceCause;
  readonly expected: StepOutcome;
  readonly actual: StepOutcome;
  /** Where the contexts differ after the step. */
  readonly context: readonly ContextDifference[];
  /** Decisions that the step made, as recorded and as made now, with the facts they were made from. */
  readonly decisions: readonly {
    readonly name: string;
    readonly expected: unknown;
    readonly actual: unknown;
  }[];
  /** The steps before, oldest first: at most ten. */
  readonly before: readonly {
    readonly step: number;
    readonly event: { readonly type: string };
    readonly state: unknown;
  }[];
  readonly changes: readonly TraceChange[];
}

export interface StepOutcome {
  readonly state: unknown;
  readonly effects: readonly string[];
}

export interface ContextDifference {
  /** JSON pointer. */
  readonly pointer: string;
  readonly expected: unknown;
  readonly actual: unknown;
}

export type DivergenceCause =
  /** A decision came out otherwise, or a transition was taken that was not, or the reverse. */
  | 'guard_flipped'
  /** The transition leads elsewhere. */
  | 'target_moved'
  /** The same state is reached by other effects. */
  | 'effect_changed'
  /** State and effects agree; what is remembered does not. */
  | 'context_changed'
  /** The machine does not know the event. */
  | 'unknown_event';

export type CorruptReason =
  | LineFault
  | 'unreadable'
  | 'empty'
  | 'no_header'
  | 'no_frame'
  | 'second_header'
  | 'out_of_order'
  | 'after_end';

export type IncompatibleChange = 'format_newer' | 'format_older' | 'machine_other' | 'limits_other';

/** `chart`: the machine's structure; `policies`: the tables it judges by; `library`: the package's version. */
export type TraceChange = 'chart' | 'policies' | 'library';
