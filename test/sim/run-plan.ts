import type { InspectionEvent } from 'xstate';
import type { Supervisor } from '../../host/supervisor.ts';
import { replay } from '../../machines/replay.ts';
import { DEFAULT_LIMITS, type Limits } from '../../policies/limits.ts';
import { rollHash, TRACE_HASH_START } from '../../policies/trace-hash.ts';
import { createSupervisor } from '../../supervisor.ts';
import { answerTo } from './answer.ts';
import { createChance } from './chance.ts';
import { converge } from './converge.ts';
import { createFaultBook } from './faults.ts';
import { createHost, type Host } from './host.ts';
import { createJudge, type InvariantId, type Violation } from './judge.ts';
import { createFileModel, createRemoteModel, type SimulatedModel } from './model.ts';
import type { Act, Plan } from './plan.ts';
import { createSimulatedMachine } from './probe.ts';
import { listenForNoise } from './quiet.ts';
import { createSimulatedRuntime } from './runtime.ts';
import { createSightings, type Sighting } from './sightings.ts';
import { createWatch } from './watch.ts';
import { createDownloadWatch } from './watch-download.ts';
import { createRequestWatch } from './watch-requests.ts';
import { createWorld, type World } from './world.ts';

export interface RunOptions {
  /** Watches everything that can be watched, with observers that throw. Nothing must come out differently. */
  readonly watched?: boolean;
  /** Promise turns after each event, to show that there are enough of them. */
  readonly turns?: number;
  /** Plants a defect between the supervisor and its host: for tests of the simulator itself. */
  readonly plant?: (supervisor: Supervisor) => Supervisor;
  /** The same between the supervisor and where its model comes from. */
  readonly plantModel?: (model: SimulatedModel) => SimulatedModel;
}

export interface RunReport {
  readonly seed: number;
  readonly simulatedHours: number;
  readonly events: number;
  readonly requests: number;
  readonly restarts: number;
  /** Of everything that happened, and of every step of the machine. */
  readonly hash: string;
  readonly violation: Violation | null;
  readonly checks: Readonly<Partial<Record<InvariantId, number>>>;
  readonly sightings: readonly Sighting[];
  /** What the flight recorder holds at the end. */
  readonly trace: string;
}

/** Runs a whole supervisor through a plan: chaos first, then no more faults, and it has to come to rest and work. */
export async function runPlan(plan: Plan, options: RunOptions = {}): Promise<RunReport> {
  const noise = listenForNoise();
  try {
    const stage = createStage(plan, options);
    const { world, host, supervisor, judge, faults, runtime } = stage;
    const isDone = (): boolean => {
      stage.watch.afterEvent();
      stage.judgePlaces();
      const heard = noise.heard();
      judge.check('SI12', heard === null, () => heard ?? '');
      return judge.violation() !== null;
    };

    const endMs = () => plan.hours * HOUR_MS + world.suspendedMs();
    playActs(world, host, plan.acts, endMs);
    while (world.nowMs() < endMs() && !isDone()) await world.run(endMs(), isDone);
    faults.heal();
    runtime.heal();
    await converge({ ...stage, isDone });

    const trace = supervisor.trace();
    if (ABANDONED.test(trace)) stage.sightings.saw('abandoned before a drain');
    const replayed = replay(trace);
    judge.check('SI13', replayed.kind === 'ok', () => JSON.stringify(replayed));
    const [events, simulatedHours] = [world.events(), world.nowMs() / HOUR_MS];
    await close(supervisor, world);
    judge.check('SI12', noise.heard() === null, () => noise.heard() ?? '');
    return {
      seed: plan.seed,
      simulatedHours,
      events,
      requests: host.requests(),
      restarts: stage.watch.restarts(),
      // The last line's own hash holds every step before it, those that the ring dropped too.
      hash: rollHash(stage.hash(), `${events} ${trace.slice(-20)}`),
      violation: judge.violation(),
      checks: judge.checks(),
      sightings: stage.sightings.seen(),
      trace,
    };
  } finally {
    noise.end();
  }
}

const HOUR_MS = 3_600_000;

/** A running request that did not obey its abort: its caller has an outcome already, so only the machine is told. */
const ABANDONED = /"type":"request\.settled"[^\n]*"reason":"abandoned_by_runtime"/;

/** Closing drains first, which takes time of the world's; of a run that broke nobody waits for more. */
async function close(supervisor: Supervisor, world: World): Promise<void> {
  const closing = supervisor[Symbol.asyncDispose]();
  await world.run(world.nowMs() + HOUR_MS);
  const turn = new Promise(setImmediate);
  await Promise.race([closing, turn]);
  // What nobody handled is told once the event loop has turned.
  await turn;
}

/** Each act is timed from the one before it: a host that slept goes on where it was. After the end it rests. */
function playActs(world: World, host: Host, acts: readonly Act[], endMs: () => number): void {
  const playFrom = (index: number, atMs: number): void => {
    const act = acts[index];
    if (act === undefined) return;
    world.after(act.atMs - atMs, () => {
      if (world.nowMs() > endMs()) return;
      host.play(act);
      playFrom(index + 1, act.atMs);
    });
  };
  playFrom(0, 0);
}

function createStage(
  plan: Plan,
  { watched = false, turns, plant = (it) => it, plantModel = (it) => it }: RunOptions,
) {
  const world = createWorld(turns);
  const judge = createJudge(world.nowMs);
  const sightings = createSightings();
  const faults = createFaultBook(world, plan.faults);
  const chance = createChance(plan.seed);
  const machine = createSimulatedMachine(world, faults);
  const limits: Limits = { ...DEFAULT_LIMITS, ...plan.limits };
  const parts = { world, faults, chance, judge, saw: sightings.saw };
  const model = plantModel(
    plan.download === null ? createFileModel(parts) : createRemoteModel(plan.download, parts),
  );
  let hash = TRACE_HASH_START;

  const runtime = createSimulatedRuntime({
    world,
    faults,
    chance: chance.of('runtime'),
    answer: answerTo,
    isFileSound: model.isSound,
    witness: {
      onSpawn: ({ modelPath, sequences }) => {
        const isProved = model.takeProof() && modelPath === model.path && sequences === limits.maxInFlight;
        judge.check('SI3', isProved, () => 'loaded without a proof of this start');
        const isPinned = plan.download === null || model.isSound();
        judge.check('SI19', isPinned, () => 'loaded bytes that are not the pinned ones');
      },
      onLoaded: (signal) => {
        if (signal.aborted) sightings.saw('late load disposed');
      },
      onGenerate: (isAlive) =>
        judge.check('SI2', isAlive, () => 'asked of a model that is being, or was, disposed'),
      onChunk: (prompt, tokens) => host.onChunk(prompt, tokens),
      onStale: () => sightings.saw('stale completion dropped'),
    },
  });

  const real = createSupervisor({
    ...model.options,
    limits: plan.limits,
    clock: world.clock,
    jitterSeed: plan.seed >>> 0,
    ports: { runtime, ...model.ports, openProbe: machine.openProbe },
    ...(watched && { inspect: throwingObserver }),
  });
  const initial = real.actor.getSnapshot();
  const watch = createWatch(world, judge, sightings, initial);
  const downloads = createDownloadWatch(world, judge, sightings, initial, model.held);
  const requests = createRequestWatch(world, judge, sightings);
  const supervisor = plant(real);
  const host = createHost({
    world,
    supervisor,
    limits,
    judge,
    sightings,
    onCommand: (command) => {
      watch.onCommand(command);
      downloads.onCommand(command);
    },
    note: (line) => {
      hash = rollHash(hash, `${world.nowMs()} ${line}`);
    },
  });
  real.actor.subscribe({
    next: (snapshot) => {
      watch.look(snapshot);
      downloads.look(snapshot);
      requests.look(snapshot);
      host.onStep();
    },
    error: (error) => judge.check('SI12', false, () => `the actor failed: ${String(error)}`),
    complete: () => undefined,
  });
  if (watched) {
    real.state$.subscribe(() => undefined);
    real.backpressure$.subscribe(() => undefined);
  }

  const judgePlaces = (): void => {
    const places = runtime.generating();
    const most = limits.maxInFlight * Math.max(1, runtime.alive());
    judge.check('SI2', places <= most, () => `${places} generations in ${most} places`);
  };
  return {
    plan,
    limits,
    world,
    judge,
    sightings,
    faults,
    model,
    machine,
    runtime,
    supervisor,
    watch,
    host,
    judgePlaces,
    hash: () => hash,
  };
}

export type Stage = ReturnType<typeof createStage>;

function throwingObserver(_event: InspectionEvent): void {
  throw new Error('of an observer');
}
