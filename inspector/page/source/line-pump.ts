export interface LinePump {
  /** Takes lines; resolves once they are all fed. Lines are fed in the order they came. */
  push(lines: readonly string[]): Promise<void>;
}

export interface PumpParts {
  feed(line: string): void;
  nowMs(): number;
  /** Gives the page a turn: to paint, to scroll, to answer a key. */
  yieldTurn(): Promise<void>;
  /** Told after each slice. */
  onSlice(): void;
}

/** Feeds lines in slices of some ms, so that a hundred thousand of them never hold the page up. */
export function createLinePump({ feed, nowMs, yieldTurn, onSlice }: PumpParts): LinePump {
  let before = Promise.resolve();
  let sliceEndsMs = 0;

  async function feedAll(lines: readonly string[]): Promise<void> {
    for (const line of lines) {
      if (nowMs() >= sliceEndsMs) {
        onSlice();
        await yieldTurn();
        sliceEndsMs = nowMs() + SLICE_MS;
      }
      feed(line);
    }
    if (lines.length > 0) onSlice();
  }

  return {
    push(lines) {
      before = before.then(() => feedAll(lines));
      return before;
    },
  };
}

/** Half a frame: the other half is for painting. */
const SLICE_MS = 8;
