import type { AnyStateMachine, AnyStateNode } from 'xstate';

/** One way out of a state, as a reader would name it. */
export interface ChartEdge {
  readonly from: AnyStateNode;
  readonly to: AnyStateNode;
  /** What takes it: an event, a guard, a delay, or a port that died. Empty where nothing is asked. */
  readonly cause: string;
  readonly kind: 'event' | 'always' | 'delay' | 'error';
}

export function statesOf(node: AnyStateNode): AnyStateNode[] {
  return [node, ...childrenOf(node).flatMap(statesOf)];
}

export function childrenOf(node: AnyStateNode): AnyStateNode[] {
  return Object.values(node.states);
}

/** Every transition that leads to another state. The machine itself is read, not its JSON form, which loses names. */
export function edgesOf(machine: AnyStateMachine): ChartEdge[] {
  return statesOf(machine.root).flatMap((from) => [
    ...[...from.transitions.values()].flat().flatMap((transition) => edgesOfTransition(from, transition)),
    ...(from.always ?? []).flatMap((transition) => edgesOfTransition(from, transition)),
  ]);
}

type Transition = NonNullable<AnyStateNode['always']>[number];

function edgesOfTransition(from: AnyStateNode, transition: Transition): ChartEdge[] {
  const targets = (transition.target ?? []) as AnyStateNode[];
  const { kind, cause } = causeOf(transition);
  return targets.filter((to) => to !== from).map((to) => ({ from, to, kind, cause }));
}

/** Guards that say an event is of now: all completions have one. */
const PRESENCE = new Set(['isCurrent', 'isOfAttempt']);

function causeOf({ eventType, guard }: Transition): Pick<ChartEdge, 'kind' | 'cause'> {
  const guardName = typeof guard === 'string' && !PRESENCE.has(guard) ? inWords(guard) : '';
  const type = String(eventType);
  if (type === '') return { kind: 'always', cause: guardName };
  if (type.startsWith('xstate.error.actor.')) return { kind: 'error', cause: 'a port died' };
  if (type.startsWith('xstate.after.')) return { kind: 'delay', cause: inWords(type.split('.')[2] ?? '') };
  return { kind: 'event', cause: guardName === '' ? type : guardName };
}

/** `isObserved` → `observed`, `nothingInFlight` → `nothing in flight`. */
function inWords(name: string): string {
  const words = name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.replace(/^is /, '');
}
