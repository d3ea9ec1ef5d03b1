import { DRAIN_MUTANTS } from './drain-mutants.ts';
import type { Mutant } from './mutation.ts';
import { REQUEST_MUTANTS } from './request-mutants.ts';
import { START_MUTANTS } from './start-mutants.ts';

/** Every machine with one fault sown into it. */
export const MUTANTS: readonly Mutant[] = [...START_MUTANTS, ...REQUEST_MUTANTS, ...DRAIN_MUTANTS];
