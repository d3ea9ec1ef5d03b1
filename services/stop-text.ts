/** Looks for stop texts in text that comes in pieces, and holds back what could still become one. */
export interface StopScanner {
  /** Takes the next piece; answers what may be handed on now, and the stop text that came, if one did. */
  push(piece: string): StopScan;
  /** What is still held back, when no more pieces come. */
  flush(): string;
}

export interface StopScan {
  /** Text before the stop text, or text that cannot be part of one. */
  readonly text: string;
  /** The stop text that was completed first (of two that end together, the longer), or null. */
  readonly stop: string | null;
}

/**
 * A stop text that is empty, or that begins or ends within a character (half a surrogate pair), never matches.
 * The answer does not depend on how the text was cut into pieces.
 */
export function createStopScanner(stops: readonly string[]): StopScanner {
  const wanted = stops.filter(isWholeText);
  let held = '';

  return {
    push(piece) {
      if (wanted.length === 0) return { text: piece, stop: null };
      const text = held + piece;
      const hit = firstHit(text, wanted);
      if (hit !== null) {
        held = '';
        return { text: text.slice(0, hit.start), stop: hit.stop };
      }
      const safeUnits = text.length - possibleStartUnits(text, wanted);
      held = text.slice(safeUnits);
      return { text: text.slice(0, safeUnits), stop: null };
    },
    flush() {
      const rest = held;
      held = '';
      return rest;
    },
  };
}

interface Hit {
  readonly stop: string;
  readonly start: number;
}

function firstHit(text: string, stops: readonly string[]): Hit | null {
  let best: Hit | null = null;
  for (const stop of stops) {
    const start = text.indexOf(stop);
    if (start < 0) continue;
    if (best === null || endOf({ stop, start }) < endOf(best)) best = { stop, start };
    else if (endOf({ stop, start }) === endOf(best) && start < best.start) best = { stop, start };
  }
  return best;
}

const endOf = ({ stop, start }: Hit): number => start + stop.length;

/** Length of the longest end of `text` that is the beginning of a stop text. */
function possibleStartUnits(text: string, stops: readonly string[]): number {
  let longest = 0;
  for (const stop of stops) {
    let from = text.indexOf(stop[0]!, Math.max(0, text.length - (stop.length - 1)));
    while (from >= 0 && text.length - from > longest) {
      if (stop.startsWith(text.slice(from))) longest = text.length - from;
      else from = text.indexOf(stop[0]!, from + 1);
    }
  }
  return longest;
}

function isWholeText(stop: string): boolean {
  if (stop === '') return false;
  const first = stop.charCodeAt(0);
  const last = stop.charCodeAt(stop.length - 1);
  return !(first >= 0xdc00 && first <= 0xdfff) && !(last >= 0xd800 && last <= 0xdbff);
}
