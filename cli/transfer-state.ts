import type { AcquisitionStep, Reason } from '../index.ts';

/** How far one file is. */
export interface TransferState {
  readonly name: string;
  readonly step: AcquisitionStep | 'measuring';
  readonly doneBytes: number;
  readonly totalBytes: number;
  /** Share of the work done, 0 to 1. */
  readonly ratio: number;
  readonly bytesPerSecond: number | null;
  readonly remainingMs: number | null;
  readonly mirror: number;
  readonly attempt: number;
  /** Why the latest attempt failed. */
  readonly reason: Reason | null;
}

/** Tells how one file after the other comes along. */
export interface TransferReport {
  show(state: TransferState): void;
  /** Says something beside the progress. */
  note(text: string): void;
  /** The file is through, well or not. Leaves the terminal as it was. */
  settle(): void;
}

/** Whether there is something to tell: another file, step or attempt, or `everyMs` have passed. */
export function pacedBySteps(nowMs: () => number, everyMs: number): (state: TransferState) => boolean {
  let told = '';
  let toldAtMs = Number.NEGATIVE_INFINITY;
  return ({ name, step, attempt }) => {
    const seen = `${name} ${step} ${attempt}`;
    if (seen === told && nowMs() - toldAtMs < everyMs) return false;
    told = seen;
    toldAtMs = nowMs();
    return true;
  };
}
