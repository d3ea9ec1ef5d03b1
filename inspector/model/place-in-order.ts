/** How many entries of a rising list are at or below a value: the place behind the last of them. */
export function countUpTo<T>(list: readonly T[], value: number, keyOf: (entry: T) => number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (keyOf(list[middle] as T) <= value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The last entry of a rising list at or below a value. */
export function latestUpTo<T>(list: readonly T[], value: number, keyOf: (entry: T) => number): T | undefined {
  return list[countUpTo(list, value, keyOf) - 1];
}

/** The entry that holds at an index, and all behind it. */
export function keepFrom<T extends { readonly index: number }>(list: readonly T[], index: number): T[] {
  return list.slice(Math.max(0, countUpTo(list, index, indexOf) - 1));
}

export const itself = (value: number): number => value;
export const indexOf = (entry: { readonly index: number }): number => entry.index;
