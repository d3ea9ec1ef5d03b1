import type { AnyStateNode } from 'xstate';
import { faultClass } from '../policies/faults.ts';
import { LIMIT_ORDER, LIMIT_RULES } from '../policies/limits.ts';
import { RUNTIME_MANAGER_REASONS } from '../policies/reasons.ts';
import { hashText } from '../policies/trace-hash.ts';
import { supervisorMachine } from './supervisor.ts';

/** Hash of the chart's structure: its states, transitions, guards, actions, delays and children, by name. */
export function hashChart(machine: { readonly root: unknown } = supervisorMachine): string {
  return hashText(JSON.stringify(describeNode(machine.root as AnyStateNode)));
}

/** Hash of the tables that the policies judge by: the reasons, their classes, and the limits. */
export function hashPolicies(): string {
  const classes = RUNTIME_MANAGER_REASONS.map((reason) => [reason, faultClass(reason)]);
  // What a limit bounds; how that is worded decides nothing.
  const bounds = Object.entries(LIMIT_RULES).map(([name, { unit, default: fallback, min, max }]) => [
    name,
    unit,
    fallback,
    min,
    max,
  ]);
  return hashText(JSON.stringify([classes, bounds, LIMIT_ORDER]));
}

function describeNode(node: AnyStateNode): unknown {
  const transitions = [...node.transitions].map(([event, list]) => [event, list.map(describeTransition)]);
  return {
    key: node.key,
    type: node.type,
    initial: node.initial.target?.map(({ id }) => id) ?? [],
    entry: node.entry.map(nameOf),
    exit: node.exit.map(nameOf),
    invoke: node.invoke.map(({ id, src }) => [id, src]),
    always: (node.always ?? []).map(describeTransition),
    transitions,
    states: Object.values(node.states).map(describeNode),
  };
}

function describeTransition(
  transition: AnyStateNode['always'] extends readonly (infer T)[] | undefined ? T : never,
) {
  const { target, guard, actions, reenter } = transition;
  return [target?.map(({ id }) => id) ?? null, nameOf(guard), actions.map(nameOf), reenter];
}

/** Names, with what parametrises them; built-in actions by their kind. */
function nameOf(part: unknown): unknown {
  if (part === undefined || part === null || typeof part === 'string') return part ?? null;
  const { type, params } = part as { type?: unknown; params?: unknown };
  return params === undefined || typeof params === 'function' ? String(type) : [String(type), params];
}
