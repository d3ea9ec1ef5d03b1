/** Work that pauses now and then, and comes to a result. Whoever drives it decides what happens in a pause. */
export type Turns<T> = Generator<undefined, T, undefined>;

/** So many entries of an array are looked at between two pauses: a millisecond or two. */
export const TURN_ENTRIES = 8_192;

/** Drives it to its result at one go. */
export function finish<T>(turns: Turns<T>): T {
  for (;;) {
    const turn = turns.next();
    if (turn.done === true) return turn.value;
  }
}
