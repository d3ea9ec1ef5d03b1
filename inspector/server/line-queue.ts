/** Lines between a supervisor that never waits and a viewer that may be slow. */
export interface LineQueue {
  /** Takes a line; `false` once it is closed or full. Wakes the reader in a later turn of the event loop. */
  readonly push: (line: string) => boolean;
  /** The next lines, about `bytes` of them; waits where there are none, and gives null behind the last one. */
  readonly take: (bytes: number) => Promise<readonly string[] | null>;
  /** No more lines; those that wait can still be taken. */
  readonly finish: () => void;
  /** No more lines, and those that wait are forgotten. */
  readonly discard: () => void;
}

export interface LineQueueOptions {
  readonly bytesMax: number;
  /** Told once, in a later turn, when a line found no room: nothing is held any more. */
  readonly onOverflow: () => void;
}

export function createLineQueue({ bytesMax, onOverflow }: LineQueueOptions): LineQueue {
  let lines: string[] = [];
  let bytes = 0;
  let finished = false;
  let wake: (() => void) | null = null;
  let waking = false;

  const wakeLater = () => {
    if (waking || wake === null) return;
    waking = true;
    setImmediate(() => {
      waking = false;
      wake?.();
    });
  };
  const finish = () => {
    finished = true;
    wakeLater();
  };
  const discard = () => {
    lines = [];
    bytes = 0;
    finish();
  };

  return {
    push: (line) => {
      if (finished) return false;
      const added = Buffer.byteLength(line);
      if (bytes + added > bytesMax) {
        discard();
        // Whoever writes stands in a step of the supervisor: nothing else may happen in there.
        setImmediate(onOverflow);
        return false;
      }
      lines.push(line);
      bytes += added;
      wakeLater();
      return true;
    },
    take: async (bytesWanted) => {
      while (lines.length === 0 && !finished) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        wake = null;
      }
      if (lines.length === 0) return null;
      let count = 0;
      let taken = 0;
      while (count < lines.length && taken < bytesWanted) {
        taken += Buffer.byteLength(lines[count]!);
        count += 1;
      }
      bytes -= taken;
      return lines.splice(0, count);
    },
    finish,
    discard,
  };
}
