/** The part of an XState actor that is read here; XState's own types are not needed for it. */
export interface InspectedActor {
  readonly id: string;
  readonly logic: unknown;
  readonly system: {
    inspect(observer: { next: (event: { type: string; actorRef: unknown }) => void }): {
      unsubscribe(): void;
    };
  };
  readonly _parent?: InspectedActor;
  getSnapshot(): unknown;
}

/** Where an actor stands. A session is a place: the next actor of the same id takes its session over. */
export interface Place {
  readonly kind: 'supervisor' | 'acquisition' | 'request' | 'port';
  readonly name: string;
  readonly session: string;
  readonly rootSession: string;
  /** Null for a root. */
  readonly parentSession: string | null;
}

/** Ports have names of the charts, which are one level deep. */
const PORT = /^[a-zA-Z]{1,32}$/;
const DEPTH_MAX = 8;

/**
 * The place of an actor by the ids from its root to it; null for an actor that is none of the supervisor's: a host's
 * own actors, in whose machine the supervisor may run, are nobody's business.
 *
 * @param supervisors Actors that are known to be supervisors, whatever their id and parent.
 */
export function placeOf(
  actor: unknown,
  prefix: string,
  supervisors: { has(actor: object): boolean },
): Place | null {
  const below: string[] = [];
  let root = actor as InspectedActor | null | undefined;
  while (typeof root === 'object' && root !== null && below.length <= DEPTH_MAX) {
    const name = supervisors.has(root) ? 'supervisor' : rootNameOf(root);
    if (name !== null) return describePlace(prefix, name, below);
    if (!PORT.test(root.id)) return null;
    below.unshift(root.id);
    root = root._parent;
  }
  return null;
}

/** Whether it is an actor of the chart of that name. */
export function isActorOf(
  chart: 'supervisor' | 'acquisition' | 'request',
  actor: object,
): actor is InspectedActor {
  const { logic } = actor as { logic?: { config?: { id?: unknown } } };
  return logic?.config?.id === chart;
}

/** The actors under the one that a snapshot is of. */
export function childrenOf(snapshot: unknown): readonly InspectedActor[] {
  const { children } = (snapshot ?? {}) as { children?: Record<string, InspectedActor | undefined> };
  return Object.values(children ?? {}).filter((child) => child !== undefined);
}

const ROOT = /^(supervisor|acquisition|request:r\d{1,15})$/;

/** The name of an actor that the supervisor made as a root of its own, of the chart that the name says. */
function rootNameOf(actor: InspectedActor): string | null {
  const { id, _parent } = actor;
  if (_parent !== undefined || !ROOT.test(id)) return null;
  return isActorOf(kindOf(id), actor) ? id : null;
}

function describePlace(prefix: string, root: string, below: readonly string[]): Place {
  const path = [prefix, root, ...below];
  const rootSession = `${prefix}/${root}`;
  return {
    kind: below.length === 0 ? kindOf(root) : 'port',
    name: path.at(-1) ?? root,
    session: path.join('/'),
    rootSession,
    parentSession: below.length === 0 ? null : path.slice(0, -1).join('/'),
  };
}

function kindOf(root: string): 'supervisor' | 'acquisition' | 'request' {
  if (root === 'supervisor' || root === 'acquisition') return root;
  return 'request';
}
