import type { SupervisorContext } from '../../machines/context.ts';
import type { SupervisorSnapshot } from '../../machines/pure-stepper.ts';
import { isOfTheBytes } from '../../policies/fetch-fault.ts';
import type { Judge } from './judge.ts';
import type { HeldByDownload } from './model.ts';
import type { Sightings } from './sightings.ts';
import { placeOf } from './watch.ts';
import type { World } from './world.ts';

export interface DownloadWatch {
  /** Told of every snapshot of the actor. */
  readonly look: (snapshot: SupervisorSnapshot) => void;
  /** Told of every command just before it is given. */
  readonly onCommand: (command: 'start' | 'stop' | 'drain') => void;
}

/** Holds the way of a download, and what is left of it, against the invariants. */
export function createDownloadWatch(
  world: Pick<World, 'nowMs'>,
  judge: Judge,
  { saw }: Sightings,
  initial: SupervisorSnapshot,
  held: () => HeldByDownload,
): DownloadWatch {
  let before = initial.context;
  let place = placeOf(initial);
  let enteredAtMs = 0;
  /** A release ran out of time: what a disk that hangs still holds is let go of later. */
  let isLeftBehind = false;

  const judgeProgress = ({ acquisition: is }: SupervisorContext): void => {
    const was = before.acquisition;
    if (is === null || is === was) return;
    const holds =
      was === null ||
      (is.ratio >= was.ratio && is.receivedBytes >= was.receivedBytes && is.attempt >= was.attempt);
    judge.check('SI21', holds, () => `${JSON.stringify(was)}, then ${JSON.stringify(is)}`);
    if (is.step === 'waiting' && is.reason !== null && isOfTheBytes(is.reason)) saw('mirror banned');
  };

  const judgeHeld = (to: string, { limits }: SupervisorContext): void => {
    const now = held();
    const isNothing = Object.values(now).every((count) => count === 0);
    if (isNothing) isLeftBehind = false;
    else if (place === 'draining.releasing' && world.nowMs() - enteredAtMs >= limits.releaseMsMax) {
      isLeftBehind = true;
    }
    if (!to.startsWith('stopped') && to !== 'starting.loading') return;
    judge.check('SI20', isNothing || isLeftBehind, () => `${JSON.stringify(now)} in ${to}`);
  };

  return {
    look: (snapshot) => {
      const { context } = snapshot;
      judgeProgress(context);
      const to = placeOf(snapshot);
      if (to !== place) {
        judgeHeld(to, context);
        place = to;
        enteredAtMs = world.nowMs();
      }
      before = context;
    },
    onCommand: (command) => {
      const { receivedBytes = 0, totalBytes = 0 } = before.acquisition ?? {};
      const isUnderWay = place === 'starting.acquiring' && receivedBytes > 0 && receivedBytes < totalBytes;
      if (isUnderWay && command !== 'start') saw('stop in mid-download');
    },
  };
}
