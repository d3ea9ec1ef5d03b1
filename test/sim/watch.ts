import type { SupervisorContext } from '../../machines/context.ts';
import type { SupervisorSnapshot } from '../../machines/pure-stepper.ts';
import type { Judge } from './judge.ts';
import type { Sightings } from './sightings.ts';
import type { World } from './world.ts';

export interface Watch {
  /** Told of every snapshot of the actor. */
  readonly look: (snapshot: SupervisorSnapshot) => void;
  /** Told of every command just before it is given. */
  readonly onCommand: (command: 'start' | 'stop' | 'drain') => void;
  /** Told after every event of the world. */
  readonly afterEvent: () => void;
  readonly restarts: () => number;
}

/** Holds every step of the chart against the invariants, by an account of its own. */
export function createWatch(
  world: Pick<World, 'nowMs' | 'suspendedMs'>,
  judge: Judge,
  { saw }: Sightings,
  initial: SupervisorSnapshot,
): Watch {
  let before = initial;
  let place = placeOf(initial);
  let deadline: Deadline | null = null;
  let lastCommandAtMs = -1;
  let openAtDrain: number | null = null;
  let restartTimesMs: number[] = [];
  let enteredAtMs = 0;
  let restarts = 0;

  const judgeBooks = ({ admission, running, queue, limits }: SupervisorContext): void => {
    const holds =
      admission.inFlight === running.length &&
      admission.queued === queue.length &&
      running.length <= limits.maxInFlight &&
      queue.length <= limits.queueBound;
    judge.check('SI1', holds, () => JSON.stringify({ admission, running, queue }));
  };

  const judgeArrival = (after: SupervisorContext): void => {
    if (after.lastArrival === before.context.lastArrival || after.lastArrival?.disposition !== 'admitted')
      return;
    const { context } = before;
    judge.check('SI4', isOpen(context, after.nowMs), () => JSON.stringify({ ...context, limits: undefined }));
  };

  /** Once an event has had all its consequences: nothing of it is left undone. */
  const judgeRest = ({ queue, running, readersHeld, limits }: SupervisorContext): void => {
    const idle = isOpen(before.context, world.nowMs()) && running.length < limits.maxInFlight;
    judge.check(
      'SI18',
      !idle || queue.length === 0,
      () => `${queue.length} wait while ${running.length} run`,
    );
    judge.check(
      'SI1',
      readersHeld <= running.length,
      () => `${readersHeld} readers hold ${running.length} requests`,
    );
  };

  const judgeDrain = (after: SupervisorContext): void => {
    const was = before.context.lifecycle.phase;
    const is = after.lifecycle.phase;
    if (was !== 'draining' && is === 'draining') {
      // A request whose own end leads to the drain is booked out before it begins.
      const bookedOut = before.context.running.length - after.running.length;
      judge.check('SI8', bookedOut <= 1, () => `${bookedOut} left the books as the drain began`);
      openAtDrain = after.running.length + before.context.queue.length;
      if (openAtDrain > 1 && before.context.queue.length > 0) saw('drain with everything at once');
      if (was === 'starting' && lastCommandAtMs === world.nowMs()) saw('stop during a start');
    }
    if (was === 'draining' && is !== 'draining') {
      const { finished, aborted, abandoned, shed } = before.context.drain;
      const sum = finished + aborted + abandoned + shed;
      judge.check(
        'SI8',
        sum === openAtDrain,
        () => `${openAtDrain} open, ${JSON.stringify(before.context.drain)}`,
      );
      if (abandoned > 0) saw('abandoned by a drain');
    }
  };

  const judgeRestarts = (after: SupervisorContext): void => {
    if (after.afterDrain !== 'backingOff' || before.context.afterDrain === 'backingOff') return;
    const { restartsMax, restartPeriodMs } = after.limits;
    const nowMs = world.nowMs();
    restartTimesMs = [...restartTimesMs.filter((atMs) => nowMs - atMs < restartPeriodMs), nowMs];
    judge.check(
      'SI10',
      restartTimesMs.length <= restartsMax,
      () => `restarts at ${restartTimesMs.join(', ')} ms`,
    );
  };

  const move = (to: string, after: SupervisorContext): void => {
    const nowMs = world.nowMs();
    if (place === 'draining.settling' && to === 'draining.aborting' && lastCommandAtMs !== nowMs) {
      saw('drain deadline fired');
    }
    const { releaseMsMax } = after.limits;
    if (place === 'draining.releasing' && nowMs - enteredAtMs >= releaseMsMax) saw('release timeout');
    if (place === 'ready.suspect' && to === 'ready.healthy') saw('suspect cleared');
    if (place === 'stopped.backingOff' && to.startsWith('starting') && lastCommandAtMs !== nowMs) {
      restarts += 1;
      saw('restart');
    }
    if (to === 'stopped.failed' || to === 'stopped.backingOff')
      saw(`down ${after.fault ?? 'internal_error'}`);
    place = to;
    enteredAtMs = nowMs;
    const forMs = longestStay(to, after);
    deadline = forMs === null ? null : { atMs: nowMs + forMs, suspendedMs: world.suspendedMs() };
  };

  return {
    look: (snapshot) => {
      const { context } = snapshot;
      judgeBooks(context);
      judgeArrival(context);
      judgeDrain(context);
      judgeRestarts(context);
      if (context.readersHeld > 0) saw('reader held');
      if (context.pressure !== 'nominal') saw(`pressure ${context.pressure}`);
      const to = placeOf(snapshot);
      if (to !== place) move(to, context);
      before = snapshot;
    },
    onCommand: (command) => {
      lastCommandAtMs = world.nowMs();
      const { phase } = before.context.lifecycle;
      if (command === 'start' && phase === 'draining') saw('start while draining');
      // What a command of the host forgets: the restarts of the run that it ends or begins anew.
      if (command === 'start' && (phase === 'ready' || phase === 'starting')) return;
      if (restartTimesMs.length > 0) saw('commands forgot restarts');
      restartTimesMs = [];
    },
    afterEvent: () => {
      judgeRest(before.context);
      if (deadline === null) return;
      const lateMs = world.nowMs() - deadline.atMs - (world.suspendedMs() - deadline.suspendedMs);
      judge.check('SI11', lateMs <= 0, () => `${place} is ${lateMs} ms over its deadline`);
    },
    restarts: () => restarts,
  };
}

/** Whether the gate may let anybody run, by an account of its own. */
function isOpen({ lifecycle, suspect, observation, limits }: SupervisorContext, nowMs: number): boolean {
  if (lifecycle.phase !== 'ready' || suspect || observation === null) return false;
  const usedRatio = 1 - observation.memoryAvailableBytes / observation.memoryTotalBytes;
  return usedRatio <= limits.memoryUsedRatioHard && nowMs - observation.atMs <= limits.observationAgeMsMax;
}

interface Deadline {
  readonly atMs: number;
  /** How long the machine had slept when it was armed. */
  readonly suspendedMs: number;
}

/** The innermost state that matters: `stopped.idle`, `starting.loading`, `ready.suspect`, … */
export function placeOf({ value }: SupervisorSnapshot): string {
  const [phase, inner] = Object.entries(value as Record<string, unknown>)[0] ?? ['', ''];
  if (typeof inner === 'string') return `${phase}.${inner}`;
  const parts = inner as Record<string, string>;
  return phase === 'ready' ? `ready.${parts['health']}` : `${phase}.${Object.entries(parts)[0]?.join('.')}`;
}

/** How long the chart may stay there, in ms; null where it waits for nobody. */
function longestStay(
  place: string,
  { limits, drainDeadlineMs, restartDelayMs }: SupervisorContext,
): number | null {
  switch (place) {
    case 'starting.acquiring':
      return limits.acquireMsMax;
    case 'starting.loading':
      return limits.loadMsMax;
    case 'starting.probing.decoding':
    case 'starting.probing.observing':
    case 'ready.suspect':
      return limits.probeMsMax;
    case 'draining.settling':
      return drainDeadlineMs;
    case 'draining.aborting':
      return limits.abortMsMax * 2;
    case 'draining.releasing':
      return limits.releaseMsMax;
    case 'stopped.backingOff':
      return restartDelayMs;
    default:
      return null;
  }
}
