import type { LedgerCommand } from '../../machines/events.ts';
import {
  type Environment,
  type Held,
  type LivePort,
  type OpenRequest,
  olderBy,
  outlivesStarts,
  type PortName,
  type World,
} from './environment.ts';
import type { Effect, MachineStep } from './machine-steps.ts';
import type { Move } from './moves.ts';
import { PRESENT_GENERATION } from './told-events.ts';

/** What the ledger of the world has to complain of: things that no invariant of a single state can see. */
export type Complaint =
  | 'port_entered_twice'
  | 'loaded_unproved_file'
  | 'ran_a_stranger'
  | 'ran_twice'
  | 'ran_unheard'
  | 'ran_for_another_start'
  | 'aborted_a_stranger'
  | 'concluded_a_stranger'
  | 'arrival_not_answered'
  | 'request_lost'
  | 'request_invented';

/** The world after a move, by what the machine did, and what the ledger has to complain of. */
export interface WorldStep {
  readonly world: World;
  readonly complaints: readonly Complaint[];
}

const NONE: readonly Complaint[] = [];

/** A move that the machine does not hear: something outside comes to its end. */
export function stepUnheard({ machine, environment }: World, { cause }: Move): WorldStep {
  const without = (held: readonly Held[], place: number) => held.filter((_, index) => index !== place);
  const next =
    cause.kind === 'spawnEnds'
      ? { ...environment, spawns: without(environment.spawns, cause.place) }
      : cause.kind === 'disposal'
        ? { ...environment, runtimes: without(environment.runtimes, cause.place) }
        : environment;
  return { world: { machine, environment: next }, complaints: NONE };
}

/** A move that the machine hears. */
export function stepHeard(world: World, { cause }: Move, step: MachineStep): WorldStep {
  // A completion that changes nothing leaves the world as it is; if it changes something, an invariant says so.
  if (step.after === step.before && step.effects.length === 0 && cause.kind !== 'settlement') {
    if (cause.kind === 'stale' || cause.kind === 'word') return { world, complaints: NONE };
  }
  const draft = new Draft(world.environment);
  draft.consume(cause, step);
  for (const effect of step.effects) draft.apply(effect);
  draft.rename(step);
  draft.follow(cause, step);
  return { world: { machine: step.after, environment: draft.environment() }, complaints: draft.complaints };
}

/** An environment while it is being changed. */
class Draft {
  readonly complaints: Complaint[] = [];
  #ports: LivePort[];
  #timers: Environment['timers'][number][];
  #spawns: readonly Held[];
  #runtimes: readonly Held[];
  #requests: OpenRequest[];
  #verified: boolean;
  #probed: boolean;
  #restarts: number;
  #wasReady: boolean;
  #wish: Environment['wish'];
  #crashes: number;

  constructor(before: Environment) {
    this.#ports = [...before.ports];
    this.#timers = [...before.timers];
    this.#spawns = before.spawns;
    this.#runtimes = before.runtimes;
    this.#requests = [...before.requests];
    this.#verified = before.verified;
    this.#probed = before.probed;
    this.#restarts = before.restarts;
    this.#wasReady = before.wasReady;
    this.#wish = before.wish;
    this.#crashes = before.crashes;
  }

  /** What the cause itself takes from the world, or adds to it. */
  consume(cause: Move['cause'], { before, told }: MachineStep): void {
    switch (cause.kind) {
      case 'command':
        if (cause.command === 'start' && (before.phase === 'stopped' || before.phase === 'draining')) {
          this.#restarts = 0;
          this.#wasReady = false;
        }
        this.#wish = cause.command === 'start' ? 'start' : 'stop';
        return;
      case 'submit': {
        const arrival = told.lastArrival;
        if (arrival?.requestId !== cause.requestId) return void this.complaints.push('arrival_not_answered');
        if (arrival.disposition !== 'refused') {
          this.#requests.push({ requestId: cause.requestId, stage: 'waiting' });
        }
        return;
      }
      case 'answer':
        this.#consumeAnswer(cause.port, cause.said === 'yes');
        return;
      case 'leap':
        this.#restarts = 0;
        return;
      case 'crash':
        this.#ports = this.#ports.filter(({ port }) => port !== cause.port);
        this.#crashes += 1;
        this.#wish = null;
        if (cause.port === 'releaseRuntime') this.#markOverdue();
        return;
      case 'timer':
        this.#timers = this.#timers.filter(({ id }) => id !== cause.id);
        if (cause.id.includes('releaseDeadline')) this.#markOverdue();
        return;
      case 'settlement':
        this.#requests = this.#requests.filter(({ requestId }) => requestId !== cause.requestId);
        return;
      case 'cancel':
      case 'advance':
      case 'word':
      case 'stale':
      case 'spawnEnds':
      case 'disposal':
        return;
    }
  }

  #consumeAnswer(port: PortName, yes: boolean): void {
    this.#ports = this.#ports.map((live) => (live.port === port ? { ...live, answered: true } : live));
    if (port === 'acquireModel') this.#verified = yes;
    if (port === 'probeRuntime') this.#probed = yes;
    if (port === 'loadModel' && yes) {
      this.#runtimes = [...this.#runtimes, { generation: PRESENT_GENERATION, overdue: false }];
    }
    if (port === 'releaseRuntime') {
      this.#runtimes = this.#runtimes.filter(
        ({ generation, overdue }) => overdue || generation !== PRESENT_GENERATION,
      );
    }
  }

  #markOverdue(): void {
    const mark = (held: Held) => (held.generation === PRESENT_GENERATION ? { ...held, overdue: true } : held);
    this.#spawns = this.#spawns.map(mark);
    this.#runtimes = this.#runtimes.map(mark);
  }

  apply(effect: Effect): void {
    switch (effect.kind) {
      case 'enter':
        this.#enter(effect.port as PortName, effect.generation);
        return;
      case 'leave':
        this.#leave(effect.port);
        return;
      case 'arm':
        this.#timers = this.#timers.filter(({ id }) => id !== effect.timer);
        this.#timers.push({ id: effect.timer, phase: effect.phase });
        return;
      case 'disarm':
        this.#timers = this.#timers.filter(({ id }) => id !== effect.timer);
        return;
      case 'order':
        this.#order(effect.command);
        return;
    }
  }

  #enter(port: PortName, generation: number): void {
    if (this.#ports.some((live) => live.port === port)) this.complaints.push('port_entered_twice');
    if (port === 'acquireModel') this.#verified = false;
    if (port === 'acquireModel' || port === 'loadModel') this.#probed = false;
    if (port === 'loadModel' && !this.#verified) this.complaints.push('loaded_unproved_file');
    this.#ports.push({
      port,
      generation: outlivesStarts({ port }) ? PRESENT_GENERATION : generation,
      answered: false,
    });
  }

  #leave(port: string): void {
    const left = this.#ports.find((live) => live.port === port);
    this.#ports = this.#ports.filter((live) => live !== left);
    if (left?.port === 'loadModel' && !left.answered) {
      this.#spawns = [...this.#spawns, { generation: left.generation, overdue: false }];
    }
  }

  #order(command: LedgerCommand): void {
    const { requestId } = command;
    const request = this.#requests.find((open) => open.requestId === requestId);
    const become = (stage: OpenRequest['stage'] | null) => {
      this.#requests = this.#requests.flatMap((open) =>
        open.requestId !== requestId ? [open] : stage === null ? [] : [{ requestId, stage }],
      );
    };
    switch (command.type) {
      case 'request.run':
        if (!this.#ports.some(({ port }) => port === 'requestLedger')) this.complaints.push('ran_unheard');
        if (request === undefined) this.complaints.push('ran_a_stranger');
        else if (request.stage !== 'waiting') this.complaints.push('ran_twice');
        if (command.generation !== PRESENT_GENERATION) this.complaints.push('ran_for_another_start');
        become('running');
        return;
      case 'request.abort':
        if (request?.stage !== 'running') this.complaints.push('aborted_a_stranger');
        become('aborting');
        return;
      case 'request.conclude':
        if (request === undefined) this.complaints.push('concluded_a_stranger');
        become(null);
        return;
    }
  }

  /** Gives everything the names of the canonical state, and holds the ledger against the machine's own books. */
  rename({ renaming, after }: MachineStep): void {
    const { generations, requests } = renaming;
    if (generations !== 0) {
      const aged = <T extends { readonly generation: number }>(list: readonly T[]): T[] =>
        list.map((one) => ({ ...one, generation: olderBy(one.generation, generations) }));
      this.#ports = this.#ports.map((live) => (outlivesStarts(live) ? live : aged([live])[0]!));
      this.#spawns = aged(this.#spawns);
      this.#runtimes = aged(this.#runtimes);
    }
    if (requests.size !== this.#requests.length) {
      this.complaints.push(requests.size < this.#requests.length ? 'request_lost' : 'request_invented');
    }
    const { queue, running } = after.snapshot.context;
    this.#requests = this.#requests.map(({ requestId, stage }) => {
      const name = requests.get(requestId);
      const booked =
        stage === 'waiting'
          ? queue.some((queued) => queued.requestId === name)
          : running.some((one) => one.requestId === name && one.aborting === (stage === 'aborting'));
      if (!booked) this.complaints.push('request_lost');
      return { requestId: name ?? requestId, stage };
    });
  }

  /** What follows from where the machine now is. */
  follow(cause: Move['cause'], { before, after }: MachineStep): void {
    if (after.phase !== 'draining') this.#wish = null;
    if (after.phase === 'ready') this.#wasReady = true;
    if (after.phase !== 'stopped') return;
    this.#verified = false;
    this.#probed = false;
    if (!after.leaves.includes('stopped.backingOff')) {
      this.#restarts = 0;
      this.#wasReady = false;
      this.#crashes = 0;
    } else if (before.phase !== 'stopped' || cause.kind === 'timer') {
      this.#restarts += 1;
    }
  }

  environment(): Environment {
    return {
      ports: this.#ports.sort((a, b) => (a.port < b.port ? -1 : 1)),
      timers: this.#timers.sort((a, b) => (a.id < b.id ? -1 : 1)),
      spawns: this.#spawns,
      runtimes: this.#runtimes,
      requests: this.#requests.sort((a, b) => (a.requestId < b.requestId ? -1 : 1)),
      verified: this.#verified,
      probed: this.#probed,
      restarts: this.#restarts,
      wasReady: this.#wasReady,
      wish: this.#wish,
      crashes: this.#crashes,
    };
  }
}
