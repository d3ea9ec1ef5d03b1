import { type Options, type Params, SingleBar } from 'cli-progress';
import { formatBytes } from './format.ts';
import { isMoving, rateParts, STEP_WORDS } from './transfer-lines.ts';
import type { TransferReport, TransferState } from './transfer-state.ts';

const FRAMES_PER_SECOND = 10;
const BAR_COLUMNS_MAX = 32;

/** One bar for each file, one below the other. What is said meanwhile is kept until the bar has come to its end. */
export function createTransferBar(stream: NodeJS.WriteStream): TransferReport {
  let bar: SingleBar | null = null;
  let kept: string[] = [];

  return {
    show: (state) => {
      if (bar === null) {
        bar = new SingleBar({
          stream,
          fps: FRAMES_PER_SECOND,
          hideCursor: true,
          forceRedraw: true,
          // The commands end in order on Ctrl-C, and the bar with them.
          gracefulExit: false,
          format: (_options: Options, _params: Params, payload: { readonly state: TransferState }) =>
            barLine(payload.state, stream.columns ?? 80),
        });
        bar.start(1, state.ratio, { state });
      }
      bar.update(state.ratio, { state });
    },
    note: (text) => {
      if (bar === null) stream.write(`${text}\n`);
      else kept.push(text);
    },
    settle: () => {
      bar?.stop();
      bar = null;
      for (const text of kept) stream.write(`${text}\n`);
      kept = [];
    },
  };
}

/** `name [=====     ]  42 %  1.2 GB of 2.9 GB  35.1 MB/s  0:48 left`, cut to the columns there are. */
export function barLine(state: TransferState, columns: number): string {
  const { name, step, doneBytes, totalBytes, ratio } = state;
  const text = [
    `${String(Math.floor(ratio * 100)).padStart(3)} %`,
    `${formatBytes(doneBytes)} of ${formatBytes(totalBytes)}`,
    ...(isMoving(state) ? rateParts(state) : [STEP_WORDS[step]]),
  ].join('  ');
  const room = columns - 1 - name.length - text.length - 5;
  const cells = Math.min(BAR_COLUMNS_MAX, room);
  if (cells < 4) return `${name}  ${text}`.slice(0, Math.max(0, columns - 1));
  const full = Math.floor(ratio * cells);
  return `${name} [${'='.repeat(full)}${' '.repeat(cells - full)}] ${text}`;
}
