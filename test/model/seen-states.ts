/** States that were seen, by 64 bits of their text, and how each was first reached. Grows by doubling. */
export interface SeenStates {
  /** The ordinal of a state that is new; -1 where it was seen. */
  readonly add: (text: string, parent: number, move: number) => number;
  readonly count: () => number;
  /** From the first state: the place of each move among the moves of its state. */
  readonly pathTo: (ordinal: number) => readonly number[];
}

export function createSeenStates(statesExpected: number): SeenStates {
  let capacity = 2 ** Math.ceil(Math.log2(Math.max(1024, statesExpected * 1.5)));
  let lows = new Uint32Array(capacity);
  let highs = new Uint32Array(capacity);
  let parents = new Int32Array(capacity);
  let moves = new Uint16Array(capacity);
  let count = 0;

  const slotOf = (low: number, high: number): number => {
    let slot = low & (capacity - 1);
    // Both words zero mark a free slot.
    while ((lows[slot] !== 0 || highs[slot] !== 0) && (lows[slot] !== low || highs[slot] !== high)) {
      slot = (slot + 1) & (capacity - 1);
    }
    return slot;
  };
  const grow = () => {
    const old = { lows, highs };
    capacity *= 2;
    lows = new Uint32Array(capacity);
    highs = new Uint32Array(capacity);
    for (let slot = 0; slot < old.lows.length; slot += 1) {
      const low = old.lows[slot]!;
      const high = old.highs[slot]!;
      if (low === 0 && high === 0) continue;
      const place = slotOf(low, high);
      lows[place] = low;
      highs[place] = high;
    }
    const wider = { parents: new Int32Array(capacity), moves: new Uint16Array(capacity) };
    wider.parents.set(parents);
    wider.moves.set(moves);
    ({ parents, moves } = wider);
  };

  return {
    add: (text, parent, move) => {
      const [low, high] = hash(text);
      const slot = slotOf(low, high);
      if (lows[slot] !== 0 || highs[slot] !== 0) return -1;
      lows[slot] = low;
      highs[slot] = high;
      parents[count] = parent;
      moves[count] = move;
      count += 1;
      if (count * 1.4 > capacity) grow();
      return count - 1;
    },
    count: () => count,
    pathTo: (ordinal) => {
      const path: number[] = [];
      for (let at = ordinal; parents[at] !== -1; at = parents[at]!) path.push(moves[at]!);
      return path.reverse();
    },
  };
}

// A test runner looks every global up anew: taken once, it costs nothing.
const { imul } = Math;

/** Two words that are not both zero. At some millions of states a chance meeting of two texts is one in millions. */
function hash(text: string): readonly [number, number] {
  let low = 0x41c6ce57;
  let high = 0x1eadbeef;
  for (let i = 0; i < text.length; i += 1) {
    const unit = text.charCodeAt(i);
    low = imul(low ^ unit, 0x5f356495);
    high = imul(high ^ unit, 0x1e3779b1);
  }
  low = imul(low ^ (low >>> 16), 0x85ebca6b) ^ imul(high ^ (high >>> 13), 0xc2b2ae35);
  high = imul(high ^ (high >>> 16), 0x85ebca6b) ^ imul(low ^ (low >>> 13), 0xc2b2ae35);
  return [low >>> 0 || 1, high >>> 0];
}
