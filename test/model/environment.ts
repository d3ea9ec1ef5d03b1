import type { StartPhase } from '../../machines/events.ts';
import type { MachineState } from './machine-steps.ts';
import { PRESENT_GENERATION } from './told-events.ts';

/**
 * The world around the machine, as plain data: what may still happen to it, and the ledger of what it has brought
 * about. It is hostile: it answers in any order, late, twice or never, and its timers keep no order either. Late and
 * repeated answers need no place here: in every world, everything may be said by everybody who has nothing to say.
 */
export interface Environment {
  /** Ports that were entered and not left. */
  readonly ports: readonly LivePort[];
  readonly timers: readonly ArmedTimer[];
  /** Loads that no port waits for any more. The lease disposes of what comes of them. */
  readonly spawns: readonly Held[];
  /** Runtimes that hold memory. */
  readonly runtimes: readonly Held[];
  /** Whether this start proved its file, and whether its runtime decoded a token. */
  readonly verified: boolean;
  readonly probed: boolean;
  /** Requests that were let in and have no outcome yet. */
  readonly requests: readonly OpenRequest[];
  /** Automatic restarts of this run that are not yet forgotten, and whether the run was ever ready. */
  readonly restarts: number;
  readonly wasReady: boolean;
  /** What the host asked for last while draining. */
  readonly wish: 'start' | 'stop' | null;
  readonly crashes: number;
}

/** One state of the exploration: the machine, and the world around it. */
export interface World {
  readonly machine: MachineState;
  readonly environment: Environment;
}

export const PORTS = [
  'acquireModel',
  'loadModel',
  'observeBackpressure',
  'observeResources',
  'prepareRuntime',
  'probeRuntime',
  'releaseRuntime',
  'requestLedger',
] as const;
export type PortName = (typeof PORTS)[number];

export interface LivePort {
  readonly port: PortName;
  readonly generation: number;
  readonly answered: boolean;
}

export interface ArmedTimer {
  readonly id: string;
  readonly phase: StartPhase | null;
}

/** The ports of the whole chart. */
export const outlivesStarts = ({ port }: Pick<LivePort, 'port'>): boolean =>
  port === 'requestLedger' || port === 'observeBackpressure';

/** `overdue`: its release was not waited for to the end. */
export interface Held {
  readonly generation: number;
  readonly overdue: boolean;
}

export interface OpenRequest {
  readonly requestId: string;
  readonly stage: 'waiting' | 'running' | 'aborting';
}

export const EMPTY_ENVIRONMENT: Environment = {
  ports: [],
  timers: [],
  spawns: [],
  runtimes: [],
  verified: false,
  probed: false,
  requests: [],
  restarts: 0,
  wasReady: false,
  wish: null,
  crashes: 0,
};

/** Older starts than this are alike. */
const OLDEST_GENERATION = PRESENT_GENERATION - 2;

export function olderBy(generation: number, generations: number): number {
  return Math.max(OLDEST_GENERATION, generation + generations);
}

/** Text that two worlds share if, and only if, the same can happen in both. Short: it is made for each edge. */
export function textOfWorld({ machine, environment }: World): string {
  let text = `${machine.ordinal}|${textOfPorts(environment)}|`;
  for (const { id, phase } of environment.timers) text += `${phase ?? id},`;
  text += '|';
  for (const held of environment.spawns) text += textOfHeld(held);
  text += '|';
  for (const held of environment.runtimes) text += textOfHeld(held);
  text += '|';
  for (const { requestId, stage } of environment.requests) text += `${requestId}${stage[0]}`;
  const { verified, probed, restarts, wasReady, wish, crashes } = environment;
  return `${text}|${+verified}${+probed}${restarts}${+wasReady}${wish?.[2] ?? '-'}${crashes}`;
}

export function textOfPorts({ ports }: Environment): string {
  let text = '';
  for (const { port, generation, answered } of ports) {
    text += `${PORTS.indexOf(port)}${generation}${answered ? '+' : '-'}`;
  }
  return text;
}

const textOfHeld = ({ generation, overdue }: Held): string => `${generation}${overdue ? '!' : '.'}`;
