import type { DrainReport, Outcome, Reason, SupervisorStatus, Usage } from '../index.ts';

/** What the demo has to tell, as data; a report shows it on a terminal, as plain lines, or as NDJSON. */
export type DemoEvent =
  | { readonly type: 'model'; readonly name: string; readonly sizeBytes: number; readonly sha256: string }
  | { readonly type: 'step'; readonly title: string }
  | {
      readonly type: 'state';
      readonly state: SupervisorStatus['state'];
      readonly substate: string;
      readonly elapsedMs: number;
      readonly fault: Reason | null;
    }
  | { readonly type: 'asked'; readonly requestId: string; readonly prompt: string }
  | { readonly type: 'chunk'; readonly requestId: string; readonly text: string }
  | {
      readonly type: 'outcome';
      readonly requestId: string;
      readonly outcome: Outcome;
      readonly reason: Reason;
      readonly usage: Usage;
      readonly tokensPerSecond: number | null;
    }
  | { readonly type: 'verdicts'; readonly submitted: number; readonly counts: readonly VerdictCount[] }
  | {
      readonly type: 'gauge';
      readonly inFlight: number;
      readonly queueDepth: number;
      readonly tokensPerSecond: number;
      readonly processBytes: number;
    }
  | ({ readonly type: 'drained'; readonly elapsedMs: number } & DrainReport)
  | { readonly type: 'inspector'; readonly url: string }
  | { readonly type: 'note'; readonly text: string }
  /** `reason` is null where the inspector did not open: that is no matter of the supervisor. */
  | {
      readonly type: 'failed';
      readonly code: string;
      readonly reason: Reason | null;
      readonly message: string;
    }
  | { readonly type: 'done'; readonly elapsedMs: number };

export interface VerdictCount {
  readonly reason: Reason;
  readonly disposition: 'admitted' | 'queued' | 'refused';
  readonly count: number;
}

export interface Report {
  readonly tell: (event: DemoEvent) => void;
  /** Leaves the terminal as it was. */
  readonly close: () => void;
}
