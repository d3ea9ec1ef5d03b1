import { createIntegerGenerator } from '../../models/integer-generator.ts';

/** Chance of one purpose: the same seed and purpose give the same draws, whatever others draw. */
export interface Chance {
  /** A whole number from `min` to `max`, both included. */
  readonly between: (min: number, max: number) => number;
  readonly pick: <T>(list: readonly T[]) => T;
  /** True in this share of draws, 0 to 1. */
  readonly happens: (share: number) => boolean;
  /** Another chance, of its own purpose. */
  readonly of: (purpose: string) => Chance;
}

export function createChance(seed: number, purpose = ''): Chance {
  const next = createIntegerGenerator(mix(seed, purpose));
  const share = (): number => next() / 2 ** 32;
  return {
    between: (min, max) => min + Math.floor(share() * (max - min + 1)),
    pick: (list) => list[Math.floor(share() * list.length)]!,
    happens: (likely) => share() < likely,
    of: (inner) => createChance(seed, `${purpose}/${inner}`),
  };
}

function mix(seed: number, purpose: string): number {
  let mixed = seed >>> 0;
  for (let i = 0; i < purpose.length; i += 1)
    mixed = Math.imul(mixed ^ purpose.charCodeAt(i), 0x9e3779b1) >>> 0;
  return mixed;
}
