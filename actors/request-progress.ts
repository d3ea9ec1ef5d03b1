import type { RequestProgress, RequestStep } from '../machines/events.ts';

/** Shortest time between two words on a request whose step did not change, in ms. */
export const REQUEST_PROGRESS_MS = 1000;

/** What a running request has to tell of itself, no oftener than is of use. */
export interface ProgressReport {
  /** The request is at this step: told where it is another than before. */
  readonly at: (step: RequestStep) => void;
  /** It goes on in the step that it is in: told now and then. */
  readonly goesOn: () => void;
  /** The request is about to settle: told where its counts are other than was told last. */
  readonly last: () => void;
}

export interface ProgressSource {
  readonly nowMs: () => number;
  readonly counts: () => { readonly promptTokens: number; readonly outputTokens: number };
  readonly tell: (progress: RequestProgress) => void;
}

export function createProgressReport({ nowMs, counts, tell }: ProgressSource): ProgressReport {
  let told: RequestProgress | null = null;
  let toldAtMs = 0;

  const say = (step: RequestStep) => {
    const { promptTokens, outputTokens } = counts();
    told = { step, promptTokens, outputTokens };
    toldAtMs = nowMs();
    tell(told);
  };

  return {
    at: (step) => {
      if (told?.step !== step) say(step);
    },
    goesOn: () => {
      if (told !== null && nowMs() - toldAtMs >= REQUEST_PROGRESS_MS) say(told.step);
    },
    last: () => {
      if (told === null) return;
      const { promptTokens, outputTokens } = counts();
      if (told.promptTokens !== promptTokens || told.outputTokens !== outputTokens) say(told.step);
    },
  };
}
