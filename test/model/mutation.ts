import type { SupervisorContext } from '../../machines/context.ts';
import type { SupervisorEvent } from '../../machines/events.ts';
import type { Step } from '../../machines/requests.ts';
import { supervisorMachine } from '../../machines/supervisor.ts';
import { supervisorSetup } from '../../machines/supervisor-actions.ts';
import { supervisorGround } from '../../machines/supervisor-ground.ts';
import type { Machine } from './guard-tally.ts';
import type { InvariantId } from './invariant.ts';

/** A machine with one fault sown into it, and the invariant that must find it. */
export interface Mutant {
  readonly name: string;
  readonly killedBy: InvariantId;
  readonly machine: () => Machine;
}

/** Ways to make the shipped machine wrong. Each gives a new machine and leaves the shipped one as it is. */

export type Situation = { readonly context: SupervisorContext; readonly event: SupervisorEvent };

/** The machine with other guards: each decides by the situation alone. */
export function withGuards(guards: Record<string, (situation: Situation) => boolean>): Machine {
  return supervisorMachine.provide({ guards: guards as never }) as Machine;
}

export function withDelays(delays: Record<string, (situation: Situation) => number>): Machine {
  return supervisorMachine.provide({ delays: delays as never }) as Machine;
}

/** The machine with other books: each named action records what `decide` says instead. */
export function withSteps(
  decisions: Record<string, (situation: Situation) => Step>,
  machine: Machine = supervisorMachine,
): Machine {
  const actions = Object.entries(decisions).map(([name, decide]) => [name, recording(decide)]);
  return machine.provide({ actions: Object.fromEntries(actions) as never }) as Machine;
}

/** The machine with actions that only change the context. */
export function withChanges(
  changes: Record<string, (situation: Situation, params: unknown) => Partial<SupervisorContext>>,
): Machine {
  const actions = Object.entries(changes).map(([name, change]) => [
    name,
    supervisorGround.assign(((situation: Situation, params: unknown) => change(situation, params)) as never),
  ]);
  return supervisorMachine.provide({ actions: Object.fromEntries(actions) as never }) as Machine;
}

/** The machine with actions that do nothing. */
export function withoutActions(...names: readonly string[]): Machine {
  return withChanges(Object.fromEntries(names.map((name) => [name, () => ({})])));
}

/** The machine with one place of its chart changed: `null` takes it out. */
export function withChart(path: string, replacement: unknown): Machine {
  const config = copyOf(supervisorMachine.config) as Tree;
  const keys = path.split('/');
  const last = keys.pop()!;
  const parent = keys.reduce<Tree>((tree, key) => {
    const inner = tree[key];
    if (typeof inner !== 'object' || inner === null) throw new Error(`no such place in the chart: ${path}`);
    return inner as Tree;
  }, config);
  if (replacement === null) {
    if (!(last in parent)) throw new Error(`no such place in the chart: ${path}`);
    delete parent[last];
  } else {
    parent[last] = replacement;
  }
  return supervisorSetup.createMachine(config as never) as unknown as Machine;
}

type Tree = Record<string, unknown>;

/** A copy of plain objects and arrays; functions are shared. */
function copyOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(copyOf);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]));
}

/** The way in which the shipped actions record a step: the context, then its effects. */
function recording(decide: (situation: Situation) => Step) {
  return supervisorGround.enqueueActions(({ context, event, enqueue }) => {
    const { context: patch, effects } = decide({ context, event });
    enqueue.assign(patch);
    for (const effect of effects) enqueue.sendTo('requestLedger', effect);
  });
}

/** A step of the books for one kind of event; nothing for others. */
export function onEvent<T extends SupervisorEvent['type']>(
  type: T,
  decide: (context: SupervisorContext, event: Extract<SupervisorEvent, { type: T }>) => Step,
): (situation: Situation) => Step {
  return ({ context, event }) =>
    event.type === type
      ? decide(context, event as Extract<SupervisorEvent, { type: T }>)
      : { context: {}, effects: [] };
}
