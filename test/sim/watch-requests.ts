import { REQUEST_PROGRESS_MS } from '../../actors/request-progress.ts';
import type { RequestProgress } from '../../machines/events.ts';
import type { SupervisorSnapshot } from '../../machines/pure-stepper.ts';
import type { Judge } from './judge.ts';
import type { Sightings } from './sightings.ts';
import type { World } from './world.ts';

export interface RequestWatch {
  /** Told of every snapshot of the actor. */
  readonly look: (snapshot: SupervisorSnapshot) => void;
}

interface Told {
  readonly progress: RequestProgress;
  readonly atMs: number;
  /** It was told sooner than it may while it goes on: its outcome has to come next. */
  readonly isLast: boolean;
}

/** Holds what running requests tell of themselves against the invariants. */
export function createRequestWatch(
  world: Pick<World, 'nowMs'>,
  judge: Judge,
  { saw }: Sightings,
): RequestWatch {
  let told = new Map<string, Told>();

  const hear = (was: Told | undefined, is: RequestProgress): Told => {
    const atMs = world.nowMs();
    const goesOn = is.step === was?.progress.step;
    const holds = was === undefined || (!was.isLast && follows(was.progress, is));
    judge.check('SI23', holds, () => `${JSON.stringify(was)}, then ${JSON.stringify(is)} at ${atMs}`);
    saw(goesOn ? `told ${is.step} again` : `told ${is.step}`);
    return { progress: is, atMs, isLast: goesOn && atMs - was!.atMs < REQUEST_PROGRESS_MS };
  };

  return {
    look: ({ context }) => {
      const now = new Map<string, Told>();
      for (const { requestId, progress } of context.running) {
        if (progress === undefined) continue;
        const was = told.get(requestId);
        now.set(requestId, was?.progress === progress ? was : hear(was, progress));
      }
      told = now;
    },
  };
}

/** Prompting comes once and first, aborting comes last, and tokens only grow. */
function follows(was: RequestProgress, is: RequestProgress): boolean {
  const isForward = is.step === was.step || (is.step !== 'prompting' && was.step !== 'aborting');
  return isForward && is.outputTokens >= was.outputTokens && is.promptTokens >= was.promptTokens;
}
