import type { Supervisor } from '../index.ts';

export const EXIT_INTERRUPTED = 130;

export interface Interrupt {
  readonly happened: () => boolean;
  readonly ignore: () => void;
}

/** Ctrl-C once: drain and leave in order. Twice: leave at once. */
export function drainOnInterrupt(supervisor: Supervisor, say: (text: string) => void): Interrupt {
  return onInterrupt(() => {
    say('draining; press Ctrl-C again to leave at once');
    void supervisor.drain({ deadlineMs: 5000 }).catch(() => undefined);
  });
}

/** Calls `act` at the first Ctrl-C, and leaves at once at the second. */
export function onInterrupt(act: () => void): Interrupt {
  let times = 0;
  const hear = () => {
    times += 1;
    if (times > 1) process.exit(EXIT_INTERRUPTED);
    act();
  };
  process.on('SIGINT', hear);
  process.on('SIGTERM', hear);
  return {
    happened: () => times > 0,
    ignore: () => {
      process.off('SIGINT', hear);
      process.off('SIGTERM', hear);
    },
  };
}

/** Waits for Ctrl-C, or the end that a system asks for, and holds the process until then. */
export function untilInterrupted(): Promise<void> {
  return new Promise((resolve) => {
    const hold = setInterval(() => undefined, HOLD_MS);
    const interrupt = onInterrupt(() => {
      clearInterval(hold);
      interrupt.ignore();
      resolve();
    });
  });
}

/** A listener of a signal holds no process; a timer does, however seldom it fires. */
const HOLD_MS = 2 ** 30;
