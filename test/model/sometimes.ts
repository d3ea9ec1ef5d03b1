import type { AnyStateNode } from 'xstate';
import type { GuardTally, Machine } from './guard-tally.ts';
import { type Edge, isRun } from './invariant.ts';

/** Things that must happen at some time in an exploration; one that never does proves nothing. */
export const SOMETIMES: { readonly [name: string]: (edge: Edge) => boolean } = {
  'a request is admitted': ({ step, move }) => move.cause.kind === 'submit' && step.effects.some(isRun),
  'a request is refused because the queue is full': ({ step }) =>
    step.told.lastArrival?.verdict.reason === 'queue_full',
  'a queued request is run': ({ step, move }) => move.cause.kind === 'settlement' && step.effects.some(isRun),
  'a queued request expires': ({ step }) => concludes(step.effects, 'queue_wait_exceeded'),
  'a queued request is cancelled': ({ step }) => concludes(step.effects, 'cancelled_by_caller'),
  'the queue is shed': ({ step }) => concludes(step.effects, 'lifecycle_draining'),
  'a request is abandoned': ({ step }) => concludes(step.effects, 'abandoned_by_runtime'),
  'a drain is ended by its deadline': ({ move }) =>
    move.cause.kind === 'timer' && move.cause.id.includes('drainDeadline'),
  'an abort is ended by its deadline': ({ move }) =>
    move.cause.kind === 'timer' && move.cause.id.includes('abortDeadline'),
  'a release outlasts its deadline': ({ move }) =>
    move.cause.kind === 'timer' && move.cause.id.includes('releaseDeadline'),
  'a start meets what an earlier one still holds': ({ after }) =>
    after.machine.phase === 'starting' && after.environment.runtimes.some(({ overdue }) => overdue),
  'a load is left behind': ({ after }) => after.environment.spawns.length > 0,
  'a stop comes in the middle of a load': ({ before, move }) =>
    isCommand(move, 'stop') && before.machine.leaves[0] === 'starting.loading',
  'a stop comes while backing off': ({ before, move }) =>
    isCommand(move, 'stop') && before.machine.leaves[0] === 'stopped.backingOff',
  'a start that came while draining is made': ({ before, after }) =>
    before.machine.phase === 'draining' && after.machine.phase === 'starting',
  'a restart is made': ({ before, move }) =>
    move.cause.kind === 'timer' && before.machine.leaves[0] === 'stopped.backingOff',
  'the restart intensity is exceeded': ({ step }) => step.told.fault === 'restart_intensity_exceeded',
  'restarts are forgotten': ({ move }) => move.cause.kind === 'leap',
  'a suspect runtime is cleared': ({ before, after }) =>
    before.machine.leaves.includes('ready.health.suspect') &&
    after.machine.leaves.includes('ready.health.healthy'),
  'a suspect runtime is given up': ({ before, after }) =>
    before.machine.leaves.includes('ready.health.suspect') && after.machine.phase === 'draining',
  'a runtime that fell silent too often is given up': ({ before, after, step }) =>
    before.machine.leaves.includes('ready.health.healthy') &&
    after.machine.phase === 'draining' &&
    step.told.fault === 'runtime_unresponsive',
  'a port dies': ({ move }) => move.cause.kind === 'crash',
  'a running request tells how far it is': ({ move }) => move.cause.kind === 'advance',
  'a stale completion comes': ({ move }) => move.cause.kind === 'stale',
};

function concludes(effects: Edge['step']['effects'], reason: string): boolean {
  return effects.some(
    (effect) =>
      effect.kind === 'order' &&
      effect.command.type === 'request.conclude' &&
      effect.command.reason === reason,
  );
}

const isCommand = ({ cause }: Edge['move'], command: string) =>
  cause.kind === 'command' && cause.command === command;

/** What happened of what must happen at some time. */
export interface Coverage {
  readonly sometimes: ReadonlyMap<string, boolean>;
  readonly leaves: ReadonlyMap<string, boolean>;
  readonly guards: GuardTally['counts'];
}

export function createCoverage(machine: Machine, guards: GuardTally['counts']) {
  const sometimes = new Map(Object.keys(SOMETIMES).map((name) => [name, false]));
  const leaves = new Map(leavesOfChart(machine.root as AnyStateNode).map((leaf) => [leaf, false]));
  /** What was not seen yet: it shrinks fast, and then costs nothing. */
  let awaited = Object.entries(SOMETIMES);
  return {
    note: (edge: Edge) => {
      for (const [name, happens] of awaited) {
        if (!happens(edge)) continue;
        sometimes.set(name, true);
        awaited = awaited.filter(([other]) => other !== name);
      }
    },
    noteLeaf: (leaf: string) => leaves.set(leaf, true),
    coverage: (): Coverage => ({ sometimes, leaves, guards }),
  };
}

/** What never happened, in words. */
export function missedBy({ sometimes, leaves, guards }: Coverage): string[] {
  return [
    ...[...sometimes].filter(([, happened]) => !happened).map(([name]) => `never: ${name}`),
    ...[...leaves].filter(([, happened]) => !happened).map(([leaf]) => `never entered: ${leaf}`),
    ...[...guards].flatMap(([name, { yes, no }]) => [
      ...(yes === 0 ? [`guard never true: ${name}`] : []),
      ...(no === 0 ? [`guard never false: ${name}`] : []),
    ]),
  ];
}

/** States one can rest in: a leaf with an unguarded way out is passed through within a step. */
function leavesOfChart(node: AnyStateNode): string[] {
  const inner = Object.values(node.states);
  if (inner.length > 0) return inner.flatMap(leavesOfChart);
  const passes = (node.always ?? []).some(({ guard }) => guard === undefined);
  return passes ? [] : [node.path.join('.')];
}
