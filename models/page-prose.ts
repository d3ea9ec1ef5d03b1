import type { PageProse } from './page-entries.ts';

const begins = (opening: string, rest: string): PageProse => ({ opening, rest });

/** Plain text to continue. An opening is what a prompt must say; everything after it is written by the model. */
export const PROSE: readonly PageProse[] = [
  begins(
    'Once upon a time',
    ' there was a model that answered everybody at once, until one day it answered nobody.',
  ),
  begins('A machine that never says no', ' will sooner or later say nothing.'),
  begins('The cheapest work is', ' the work that was refused before it began.'),
  begins('Every wait needs an end,', ' and the end must be armed before the wait begins.'),
  begins('Trust is good,', ' but a digest of thirty-two bytes is better.'),
  begins('Late answers are', ' often worse than none, because somebody paid for them and nobody reads them.'),
  begins('To stop well is harder', ' than to start well, and it is practised less.'),
  begins('What cannot be replayed', ' can only be guessed at.'),
  begins('Memory is a budget,', ' not a wish, and the operating system is a strict accountant.'),
  begins(
    'In the morning the operator',
    ' opened the trace, read eleven lines, and knew exactly why the gate had closed at three in the night.',
  ),
];
