/** A question and the sentences it is answered with, word for word. */
export interface PageAnswer {
  readonly question: string;
  readonly answer: string;
  /** Text that follows the answer for ever: such an answer ends only where somebody ends it. */
  readonly refrain?: string;
}

/** Plain text: a prompt that says the opening is continued with the rest. */
export interface PageProse {
  readonly opening: string;
  readonly rest: string;
}

/** Everything the embedded model knows. */
export interface Page {
  readonly answers: readonly PageAnswer[];
  readonly prose: readonly PageProse[];
  /** What is said to any question that is not on the page. Its first word stands nowhere else. */
  readonly defaultAnswer: string;
}
