import type { Page } from './page-entries.ts';
import { LONG_ANSWERS } from './page-long-answers.ts';
import { PROSE } from './page-prose.ts';
import { SHORT_ANSWERS } from './page-short-answers.ts';

/** The page that the embedded model is compiled from. */
export const PAGE: Page = {
  answers: [...SHORT_ANSWERS, ...LONG_ANSWERS],
  prose: PROSE,
  defaultAnswer: 'Sorry, that is not on my page: all I know is how a model is supervised.',
};
