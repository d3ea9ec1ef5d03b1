import { formatBytes, formatTimeLeft } from './format.ts';
import { pacedBySteps, type TransferReport, type TransferState } from './transfer-state.ts';

/** Pace of the lines while a step goes on, in ms. */
const LINE_EVERY_MS = 5000;

/** One plain line at each change of the step, and one every few seconds between. */
export function createTransferLines(nowMs: () => number, write: (line: string) => void): TransferReport {
  const isDue = pacedBySteps(nowMs, LINE_EVERY_MS);
  return {
    show: (state) => {
      if (isDue(state)) write(`${state.name}  ${transferText(state)}`);
    },
    note: write,
    settle: () => undefined,
  };
}

/** `downloading  42 %  1.2 GB of 2.9 GB  35.1 MB/s  0:48 left`, as far as each is known. */
export function transferText(state: TransferState): string {
  const { step, doneBytes, totalBytes, ratio, attempt, mirror, reason } = state;
  const again = [
    ...(attempt > 1 ? [`attempt ${attempt}`] : []),
    ...(mirror > 0 ? [`mirror ${mirror}`] : []),
    ...(step === 'waiting' && reason !== null ? [reason] : []),
  ];
  const parts = [STEP_WORDS[step], ...(again.length === 0 ? [] : [`(${again.join(', ')})`])];
  if (isMoving(state) || step === 'verifying') {
    if (totalBytes > 0) parts.push(`${Math.floor(ratio * 100)} %`);
    parts.push(`${formatBytes(doneBytes)}${totalBytes > 0 ? ` of ${formatBytes(totalBytes)}` : ''}`);
    parts.push(...rateParts(state));
  }
  return parts.join('  ');
}

/** Whether bytes come from a source in this step: the first of them while it is still being asked. */
export function isMoving({ step, doneBytes }: TransferState): boolean {
  return step === 'streaming' || step === 'measuring' || (step === 'probing' && doneBytes > 0);
}

export function rateParts({ bytesPerSecond, remainingMs }: TransferState): string[] {
  return [
    ...(bytesPerSecond === null ? [] : [`${formatBytes(bytesPerSecond)}/s`]),
    ...(remainingMs === null ? [] : [`${formatTimeLeft(remainingMs)} left`]),
  ];
}

export const STEP_WORDS: { readonly [S in TransferState['step']]: string } = {
  planning: 'planning',
  locking: 'taking the lock',
  probing: 'asking the source',
  streaming: 'downloading',
  verifying: 'verifying',
  publishing: 'storing',
  recorded: 'stored',
  waiting: 'waiting to try again',
  rejected: 'rejected',
  failed: 'failed',
  measuring: 'measuring',
};
