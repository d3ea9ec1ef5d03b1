import type { Limits } from '../policies/limits.ts';
import type { ModelDemand } from '../policies/model-fit.ts';
import type { Reason } from '../policies/reasons.ts';
import { createTransferProgress, type TransferProgress } from '../policies/transfer-progress.ts';
import type { Verdict } from '../policies/verdict.ts';

export interface AcquisitionInput {
  /** What the policies say of the pin and of every source: a plan with one bad source is refused whole. */
  readonly plan: Verdict;
  readonly sizeBytes: number;
  /** How many sources there are, in the order of their preference; at least 1. Their URLs stay outside. */
  readonly mirrors: number;
  /** How the model is to be run; null: whether it fits is not judged. */
  readonly demand: ModelDemand | null;
  readonly limits: Limits;
  /** Where the jitter of delays starts: an integer. */
  readonly jitterSeed: number;
}

/** Everything the acquisition chart remembers: plain JSON. */
export interface AcquisitionContext extends AcquisitionInput {
  /** The latest time any event told. */
  readonly nowMs: number;
  /** Counts the questions to a source, from 1; what an earlier one brings is stale. */
  readonly attempt: number;
  readonly mirror: number;
  readonly bans: readonly (Reason | null)[];
  readonly failures: number;
  /** Whether the attempt drops what was kept. */
  readonly fromStart: boolean;
  /** Whether the attempt goes on with bytes of an earlier one. */
  readonly resumed: boolean;
  /** Whether the lock of the model is held, or was waited for long enough. */
  readonly lock: 'wanted' | 'held' | 'given_up';
  /** Whether the bytes come from a source in this run, and not from the store. */
  readonly downloading: boolean;
  readonly retryDelayMs: number;
  readonly progress: TransferProgress;
  /** Why the latest attempt failed, or all of it; null before. */
  readonly reason: Reason | null;
}

/** How an acquisition ended, and after how many questions to a source: 0 where the model was here already. */
export type AcquisitionOutput =
  | { readonly ok: true; readonly attempts: number }
  | { readonly ok: false; readonly reason: Reason; readonly attempts: number };

export const ACQUISITION_STEPS = [
  'planning',
  'locking',
  'probing',
  'streaming',
  'waiting',
  'verifying',
  'publishing',
  'recorded',
  'rejected',
  'failed',
] as const;

/** A state of the acquisition chart. */
export type AcquisitionStep = (typeof ACQUISITION_STEPS)[number];

export function createAcquisitionContext(input: AcquisitionInput): AcquisitionContext {
  return {
    ...input,
    nowMs: 0,
    attempt: 0,
    mirror: 0,
    bans: Array.from({ length: input.mirrors }, () => null),
    failures: 0,
    fromStart: false,
    resumed: false,
    lock: 'wanted',
    downloading: false,
    retryDelayMs: 0,
    progress: createTransferProgress(input.sizeBytes),
    reason: null,
  };
}

/** How far an acquisition is, as a host is told. */
export interface AcquisitionProgress {
  readonly step: AcquisitionStep;
  /** Most bytes of the file that were here at one time. */
  readonly receivedBytes: number;
  readonly totalBytes: number;
  /** Share of the whole work, 0 to 1; it never falls. */
  readonly ratio: number;
  /** Smoothed over about five seconds; null where nothing is downloaded, or it cannot be told yet. */
  readonly bytesPerSecond: number | null;
  /** Time until every byte is here, at that rate; null where it cannot be told. */
  readonly remainingMs: number | null;
  /** Which source is asked, from 0 in the order of their preference. */
  readonly mirror: number;
  /** Counts the questions to a source, from 1; 0 before the first. */
  readonly attempt: number;
  /** Why the latest attempt failed; null before, and at a good end. */
  readonly reason: Reason | null;
}

export function acquisitionProgressOf(snapshot: {
  readonly value: string | object;
  readonly context: AcquisitionContext;
}): AcquisitionProgress {
  const { value, context } = snapshot;
  const { receivedBytes, totalBytes, ratio, bytesPerSecond, remainingMs } = context.progress;
  return {
    step: (typeof value === 'string' ? value : Object.keys(value)[0]) as AcquisitionStep,
    receivedBytes,
    totalBytes,
    ratio,
    bytesPerSecond,
    remainingMs,
    mirror: context.mirror,
    attempt: context.attempt,
    reason: context.reason,
  };
}
