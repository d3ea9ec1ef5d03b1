import { TURN_ENTRIES, type Turns } from './gguf-turns.ts';

/** Steps along the table that an honest vocabulary takes at most, for each token; it takes one or two. */
const STEPS_PER_TOKEN = 16;
const STEPS_MIN = 4_096;
const LENGTH_BYTES = 8;

/**
 * Whether two of the tokens have the same text. `places` tells where each begins: its length as a uint64, then its
 * bytes. An empty one counts as no token: the runtime gives each a name of its own.
 *
 * A table of places rather than a set of strings: half a million of those would be most of the cost of a header. A
 * vocabulary that was made to collide in the table is answered `true`: its steps are counted, and end.
 */
export function* hasRepeatedToken(view: DataView, places: Uint32Array): Turns<boolean> {
  const size = 2 ** Math.ceil(Math.log2(places.length * 2 + 2));
  const table = new Uint32Array(size);
  let steps = STEPS_MIN + STEPS_PER_TOKEN * places.length;
  for (const [token, place] of places.entries()) {
    if (token % TURN_ENTRIES === TURN_ENTRIES - 1) yield;
    const lengthBytes = view.getUint32(place, true);
    if (lengthBytes === 0) continue;
    let slot = hashOf(view, place + LENGTH_BYTES, lengthBytes) & (size - 1);
    // No token begins at byte 0: that is the magic's place, and marks a free slot.
    for (let other = table[slot]!; other !== 0; other = table[slot]!) {
      if (isSameToken(view, place, other, lengthBytes)) return true;
      steps -= 1;
      if (steps < 0) return true;
      slot = (slot + 1) & (size - 1);
    }
    table[slot] = place;
  }
  return false;
}

function isSameToken(view: DataView, a: number, b: number, lengthBytes: number): boolean {
  if (view.getUint32(b, true) !== lengthBytes) return false;
  for (let at = LENGTH_BYTES; at < LENGTH_BYTES + lengthBytes; at += 1) {
    if (view.getUint8(a + at) !== view.getUint8(b + at)) return false;
  }
  return true;
}

/** FNV-1a, its high bits folded into the low ones that the table takes. */
function hashOf(view: DataView, from: number, lengthBytes: number): number {
  let hash = 0x811c9dc5;
  for (let at = from; at < from + lengthBytes; at += 1)
    hash = Math.imul(hash ^ view.getUint8(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return (hash ^ (hash >>> 13)) >>> 0;
}
