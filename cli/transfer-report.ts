import { isLiveTerminal } from './live-terminal.ts';
import { createTransferBar } from './transfer-bar.ts';
import { createTransferLines } from './transfer-lines.ts';
import { pacedBySteps, type TransferReport } from './transfer-state.ts';

/** Pace of the JSON lines while a step goes on, in ms. */
const JSON_EVERY_MS = 500;

/** A bar on a terminal, plain lines elsewhere, both on standard error; in JSON mode objects on standard output. */
export function createTransferReport(
  { json }: { readonly json: boolean },
  stdout: Pick<NodeJS.WriteStream, 'write'> = process.stdout,
  stderr: NodeJS.WriteStream = process.stderr,
): TransferReport {
  const nowMs = () => performance.now();
  const note = (text: string) => void stderr.write(`${text}\n`);
  if (json) return createTransferObjects(nowMs, (line) => void stdout.write(`${line}\n`), note);
  return isLiveTerminal(stderr) ? createTransferBar(stderr) : createTransferLines(nowMs, note);
}

/** One object a line: at each change of the step, and now and then between. */
export function createTransferObjects(
  nowMs: () => number,
  write: (line: string) => void,
  note: (text: string) => void,
): TransferReport {
  const isDue = pacedBySteps(nowMs, JSON_EVERY_MS);
  return {
    show: (state) => {
      if (isDue(state)) write(JSON.stringify({ type: 'progress', ...state }));
    },
    note,
    settle: () => undefined,
  };
}
