import type { Supervisor } from '../index.ts';

export const EXIT_INTERRUPTED = 130;

/** Ctrl-C once: drain and leave in order. Twice: leave at once. */
export function drainOnInterrupt(supervisor: Supervisor, say: (text: string) => void) {
  let times = 0;
  const onInterrupt = () => {
    times += 1;
    if (times > 1) process.exit(EXIT_INTERRUPTED);
    say('draining; press Ctrl-C again to leave at once');
    void supervisor.drain({ deadlineMs: 5000 }).catch(() => undefined);
  };
  process.on('SIGINT', onInterrupt);
  process.on('SIGTERM', onInterrupt);
  return {
    happened: () => times > 0,
    ignore: () => {
      process.off('SIGINT', onInterrupt);
      process.off('SIGTERM', onInterrupt);
    },
  };
}
