import type { Reason } from '../../policies/reasons.ts';
import type { Bounds } from './bounds.ts';
import type { LivePort, OpenRequest, PortName, World } from './environment.ts';
import { PATIENT_DRAIN_MS, PRESENT_GENERATION, type ToldEvent, type ToldEvents } from './told-events.ts';

/** Something that may happen next. */
export interface Move {
  readonly cause: Cause;
  /** What the machine hears of it; null where it hears nothing. */
  readonly event: ToldEvent | null;
}

export type Cause =
  | { readonly kind: 'command'; readonly command: 'start' | 'stop' | 'drain' }
  | { readonly kind: 'submit'; readonly requestId: string }
  | { readonly kind: 'cancel'; readonly requestId: string }
  | { readonly kind: 'answer'; readonly port: LivePort['port']; readonly said: 'yes' | 'no' }
  | { readonly kind: 'word'; readonly port: LivePort['port'] }
  | { readonly kind: 'leap' }
  | { readonly kind: 'crash'; readonly port: LivePort['port'] }
  | { readonly kind: 'timer'; readonly id: string }
  | { readonly kind: 'advance'; readonly requestId: string }
  | { readonly kind: 'settlement'; readonly requestId: string; readonly speaksAgainst: boolean }
  /** A completion that nobody waits for any more. */
  | { readonly kind: 'stale' }
  /** A load that nobody waits for ends, and what it made is disposed of. */
  | { readonly kind: 'spawnEnds'; readonly place: number }
  /** A release that outlasted its deadline ends after all. */
  | { readonly kind: 'disposal'; readonly place: number };

/**
 * Everything that may happen in a world, in a fixed order: a move is found again by its place in it. What is stale
 * comes last, and may be left out where it was asked already.
 */
export function movesOf(
  { machine, environment }: World,
  bounds: Bounds,
  told: ToldEvents,
  withStale = true,
): readonly Move[] {
  const moves: Move[] = [];
  const add = (cause: Cause, event: ToldEvent | null) => moves.push({ cause, event });

  add({ kind: 'command', command: 'start' }, told.start());
  add({ kind: 'command', command: 'stop' }, told.stop());
  add({ kind: 'command', command: 'drain' }, told.drain(null));
  if (bounds.patientDrains) add({ kind: 'command', command: 'drain' }, told.drain(PATIENT_DRAIN_MS));

  const { requests } = environment;
  const newcomer = `r${requests.length + 1}`;
  for (const wait of ['no', 'short', 'long'] as const) {
    add({ kind: 'submit', requestId: newcomer }, told.submit(newcomer, wait));
  }
  for (const { requestId } of requests) add({ kind: 'cancel', requestId }, told.cancel(requestId));

  for (const port of environment.ports) {
    addWordsOf(port);
    const releases = port.port === 'releaseRuntime' && overdueCount() >= bounds.overdueMax;
    if (environment.crashes < bounds.crashesMax && !releases) {
      add({ kind: 'crash', port: port.port }, told.crashed(port.port));
    }
  }
  for (const { id, phase } of environment.timers) {
    if (id.includes('releaseDeadline') && overdueCount() >= bounds.overdueMax) continue;
    add({ kind: 'timer', id }, told.timer(typeOfTimer(id), phase));
  }
  for (const request of requests) addEndsOf(request);
  environment.spawns.forEach((_, place) => {
    add({ kind: 'spawnEnds', place }, null);
  });
  environment.runtimes.forEach(({ overdue }, place) => {
    if (overdue) add({ kind: 'disposal', place }, null);
  });
  if (withStale) {
    add({ kind: 'stale' }, told.cancel(newcomer));
    addStaleCompletions();
    addStaleSettlements();
  }
  return moves;

  function overdueCount(): number {
    return [...environment.spawns, ...environment.runtimes].filter(({ overdue }) => overdue).length;
  }

  function addWordsOf({ port, generation, answered }: LivePort): void {
    switch (port) {
      case 'acquireModel':
        add({ kind: 'word', port }, told.progressed('acquiring', generation));
        add({ kind: 'word', port }, told.fetched(generation));
        add({ kind: 'answer', port, said: 'yes' }, told.acquired(generation));
        for (const reason of ACQUIRE_REFUSALS) refuse(port, generation, reason);
        return;
      case 'loadModel':
        add({ kind: 'word', port }, told.progressed('loading', generation));
        add({ kind: 'answer', port, said: 'yes' }, told.loaded(generation));
        refuse(port, generation, 'runtime_load_failed');
        return;
      case 'prepareRuntime':
        // That it went well is said by silence.
        refuse(port, generation, 'runtime_unavailable');
        return;
      case 'probeRuntime':
        if (answered) return;
        add({ kind: 'answer', port, said: 'yes' }, told.probed(true, generation));
        add({ kind: 'answer', port, said: 'no' }, told.probed(false, generation));
        return;
      case 'releaseRuntime':
        // The lease waits for a load that is under way before it releases.
        if (environment.spawns.some((spawn) => spawn.generation === generation)) return;
        add({ kind: 'answer', port, said: 'yes' }, told.released(generation));
        return;
      case 'observeResources':
        for (const kind of bounds.samples) add({ kind: 'word', port }, told.sampled(kind));
        // Later than every timer: possible only where none is armed, and of interest where something is forgotten.
        if (environment.restarts > 0 && environment.timers.length === 0) add({ kind: 'leap' }, told.leap());
        return;
      case 'observeBackpressure':
      case 'requestLedger':
        return;
    }
  }

  function refuse(port: LivePort['port'], generation: number, reason: Reason): void {
    add({ kind: 'answer', port, said: 'no' }, told.refused(reason, generation));
  }

  function addEndsOf({ requestId, stage }: OpenRequest): void {
    if (stage === 'waiting') return;
    add({ kind: 'advance', requestId }, told.advanced(requestId, PRESENT_GENERATION));
    const settle = (speaksAgainst: boolean, event: ToldEvent) =>
      add({ kind: 'settlement', requestId, speaksAgainst }, event);
    if (stage === 'running') {
      settle(false, told.settled(requestId, 'completed', 'generation_completed', PRESENT_GENERATION));
      settle(true, told.settled(requestId, 'failed', 'generation_failed', PRESENT_GENERATION));
    } else {
      settle(false, told.settled(requestId, 'cancelled', 'cancelled_by_stop', PRESENT_GENERATION));
    }
    settle(true, told.settled(requestId, 'failed', 'abandoned_by_runtime', PRESENT_GENERATION));
  }

  /** Said again, said after its state was left, or said by an earlier start: there must be nobody who listens. */
  function addStaleCompletions(): void {
    const stale = (event: ToldEvent) => add({ kind: 'stale' }, event);
    const listens = (port: PortName) =>
      environment.ports.some((live) => live.port === port && !live.answered);
    for (const generation of [PRESENT_GENERATION, PRESENT_GENERATION - 1]) {
      const late = generation !== PRESENT_GENERATION;
      if (late || !listens('acquireModel')) {
        stale(told.acquired(generation));
        stale(told.fetched(generation));
        if (late || !listens('loadModel')) stale(told.progressed('acquiring', generation));
      }
      if (late || !listens('loadModel')) {
        stale(told.loaded(generation));
        if (late || !listens('acquireModel')) stale(told.progressed('loading', generation));
      }
      if (late || machine.phase !== 'starting') stale(told.refused('runtime_load_failed', generation));
      if (late || !listens('probeRuntime')) {
        stale(told.probed(true, generation));
        stale(told.probed(false, generation));
      }
      if (late || !listens('releaseRuntime')) stale(told.released(generation));
    }
  }

  /** A settlement of a request that has its outcome, and one of an earlier start for a name that runs again. */
  function addStaleSettlements(): void {
    add({ kind: 'stale' }, told.advanced(newcomer, PRESENT_GENERATION));
    add({ kind: 'stale' }, told.settled(newcomer, 'failed', 'generation_failed', PRESENT_GENERATION));
    const runs = machine.snapshot.context.running[0];
    if (runs === undefined) return;
    const { requestId } = runs;
    add({ kind: 'stale' }, told.advanced(requestId, PRESENT_GENERATION - 1));
    add(
      { kind: 'stale' },
      told.settled(requestId, 'completed', 'generation_completed', PRESENT_GENERATION - 1),
    );
    add({ kind: 'stale' }, told.settled(requestId, 'failed', 'generation_failed', PRESENT_GENERATION - 1));
  }
}

const ACQUIRE_REFUSALS = ['digest_mismatch', 'model_file_changed'] as const satisfies readonly Reason[];

/** What XState tells when a timer fires: the chart's own are told by name. */
export function typeOfTimer(id: string): string {
  if (id === 'stall') return 'start.stalled';
  return id === 'queue' ? 'queue.waited' : id;
}
