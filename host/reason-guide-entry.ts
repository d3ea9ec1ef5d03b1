/** For people: what a reason means, and what the host can do about it. */
export interface ReasonGuide {
  readonly meaning: string;
  /** Empty where there is nothing to do. */
  readonly remedy: string;
}

export const guide = (meaning: string, remedy = ''): ReasonGuide => ({ meaning, remedy });
