import type { Reason } from '../policies/reasons.ts';
import type { RequestFacts } from '../policies/request.ts';
import type { ResourceObservation } from '../policies/resources.ts';
import type { RuntimeFacts } from '../policies/runtime-adapter.ts';
import type { Verdict } from '../policies/verdict.ts';
import type { AcquisitionProgress } from './acquisition-context.ts';

/** What one request comes to. Exactly one of them, once. */
export type Outcome = 'completed' | 'cancelled' | 'expired' | 'failed' | 'denied';

/** Where a running request is: the states of its chart, but for the last. */
export const REQUEST_STEPS = ['prompting', 'decoding', 'held', 'aborting'] as const;
export type RequestStep = (typeof REQUEST_STEPS)[number];

/** How far a running request is. */
export interface RequestProgress {
  readonly step: RequestStep;
  /** Length of the prompt; 0 while it is not known. */
  readonly promptTokens: number;
  readonly outputTokens: number;
}

/** A sample as it travels: stamped when it was taken; its age is told at the moment of a decision. */
export type ObservedResources = Omit<ResourceObservation, 'ageMs'> & { readonly atMs: number };

/** Every event carries the time it happened, in ms of the supervisor's monotonic clock. */
export interface At {
  readonly atMs: number;
}

/** A completion also says for which start it was begun: a stale one changes nothing. */
export interface OfGeneration extends At {
  readonly generation: number;
}

/** Commands: imperative, from the host. */
export type SupervisorCommand =
  | ({ readonly type: 'supervisor.start' } & At)
  /** `deadlineMs` null: the limit `drainMsMax`. */
  | ({ readonly type: 'supervisor.drain'; readonly deadlineMs: number | null } & At)
  | ({ readonly type: 'supervisor.stop' } & At)
  | ({
      readonly type: 'request.submit';
      readonly requestId: string;
      readonly facts: RequestFacts;
      /** Whether the caller wants to wait when every slot is taken. */
      readonly wait: boolean;
    } & At)
  | ({ readonly type: 'request.cancel'; readonly requestId: string } & At);

/** Facts: past tense, from the ports. */
export type SupervisorFact =
  | ({ readonly type: 'start.progressed'; readonly phase: StartPhase; readonly ratio: number } & OfGeneration)
  | ({
      readonly type: 'acquisition.progressed';
      readonly progress: AcquisitionProgress;
    } & OfGeneration)
  | ({ readonly type: 'start.refused'; readonly reason: Reason } & OfGeneration)
  | ({ readonly type: 'model.acquired' } & OfGeneration)
  | ({ readonly type: 'model.loaded'; readonly facts: RuntimeFacts } & OfGeneration)
  | ({ readonly type: 'runtime.probed'; readonly verdict: Verdict } & OfGeneration)
  | ({ readonly type: 'runtime.released' } & OfGeneration)
  | ({ readonly type: 'resources.sampled'; readonly sample: ObservedResources } & At)
  | ({ readonly type: 'backpressure.changed'; readonly readersHeld: number } & At)
  | ({ readonly type: 'request.progressed'; readonly requestId: string } & RequestProgress & OfGeneration)
  | ({
      readonly type: 'request.settled';
      readonly requestId: string;
      readonly outcome: Outcome;
      readonly reason: Reason;
    } & OfGeneration);

/** What the chart tells itself after a delay. */
export type SupervisorTimer =
  | { readonly type: 'start.stalled'; readonly phase: StartPhase }
  | { readonly type: 'queue.waited' };

export type StartPhase = 'acquiring' | 'loading';

export type SupervisorEvent = SupervisorCommand | SupervisorFact | SupervisorTimer;

/** Effects that the machine hands to the request ledger. */
export type LedgerCommand =
  | { readonly type: 'request.run'; readonly requestId: string; readonly generation: number }
  | {
      readonly type: 'request.abort';
      readonly requestId: string;
      readonly outcome: Outcome;
      readonly reason: Reason;
    }
  | {
      readonly type: 'request.conclude';
      readonly requestId: string;
      readonly outcome: Outcome;
      readonly reason: Reason;
    };
