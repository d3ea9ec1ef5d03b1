import { randomInt } from 'node:crypto';

/** An integer from 0 to 2^32 - 1 that nobody foresees: the seed of what must differ between two hosts. */
export function randomSeed(): number {
  return randomInt(2 ** 32);
}
