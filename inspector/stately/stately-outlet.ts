import { childrenOf, type InspectedActor, isActorOf, type Place, placeOf } from './actor-place.ts';
import { createMessageQueue } from './message-queue.ts';
import { writeActorMessage, writeEventMessage, writeSnapshotMessage } from './stately-message.ts';

export interface StatelyOutletOptions {
  /**
   * What the session ids begin with, 1 to 64 of `A-Z a-z 0-9 _ -`: another one for each supervisor that a viewer
   * sees. Default: eight random hex digits.
   */
  readonly name?: string;
  /** Most messages that wait for `send`, 1 or more. Default: 1,000. */
  readonly messagesMax?: number;
}

export interface StatelyOutlet {
  /**
   * For `inspect` of `createSupervisor`: hears every actor from its first moment, those of the requests and of a
   * download too. One outlet is for one supervisor.
   */
  readonly observe: (event: InspectedEvent) => void;
  /**
   * Hears a supervisor that runs already, also one that a host invoked in a machine of its own: the supervisor and its
   * ports. Its requests and its downloads are actors of their own, and are heard by `observe` alone.
   * @throws {TypeError} Where the actor is no supervisor's.
   */
  readonly attach: (supervisor: { readonly actor: object }) => void;
  /** Messages that were lost: `send` was too slow for them, or threw. */
  readonly lost: () => number;
  /** Hears no more. Ends once what was waiting was handed to `send`. Never rejects; idempotent. */
  readonly close: () => Promise<void>;
}

/** The part of XState's inspection events that is read here. */
export interface InspectedEvent {
  readonly type: string;
  readonly actorRef: unknown;
}

const MESSAGES_MAX = 1_000;

/**
 * Tells a supervisor's life in the messages of `@statelyai/inspect` 0.7, for viewers that speak them.
 *
 * No message holds a prompt, an output, a path, a URL or an error: events pass the closed schema of the trace, or are
 * their name alone; of the requests, of a download and of the ports nothing is told but the state.
 *
 * Nothing in here reaches the actors: what is heard is kept by reference, and written in a later turn.
 *
 * @param send Takes one message, a JSON text. What it throws is lost with its message; where it gives a promise, the
 *   next message waits for that. A viewer that falls so far behind that the actors alone are too many is given up.
 * @throws {RangeError} An option is out of its range.
 */
export function createStatelyOutlet(
  send: (message: string) => unknown,
  options: StatelyOutletOptions = {},
): StatelyOutlet {
  const { name = crypto.randomUUID().slice(0, 8), messagesMax = MESSAGES_MAX } = options;
  if (!/^[\w-]{1,64}$/.test(name)) throw new RangeError('name: 1 to 64 of A-Z a-z 0-9 _ -');
  if (!Number.isSafeInteger(messagesMax) || messagesMax < 1) throw new RangeError('messagesMax: 1 or more');

  const attached = new Map<object, () => void>();
  const told = new WeakSet<object>();
  let latest: object | null = null;
  let open = true;

  const close = (): Promise<void> => {
    open = false;
    for (const detach of attached.values()) detach();
    attached.clear();
    return queue.drained();
  };
  const queue = createMessageQueue({ send, messagesMax, onGivenUp: () => void close() });

  const where = (actor: unknown): Place | null => placeOf(actor, name, attached);

  const tellActor = (actor: InspectedActor, place: Place, snapshot: unknown) => {
    if (told.has(actor)) return;
    told.add(actor);
    const atMs = Date.now();
    queue.push({ kind: 'actor', write: () => writeActorMessage(place, actor.logic, snapshot, atMs) });
  };

  /** Those that are here already, parents first. */
  const tellTree = (actor: InspectedActor) => {
    const place = where(actor);
    if (place === null) return;
    const snapshot = actor.getSnapshot();
    tellActor(actor, place, snapshot);
    for (const child of childrenOf(snapshot)) tellTree(child);
  };

  const hear = (event: HeardEvent) => {
    switch (event.type) {
      case '@xstate.actor': {
        const place = where(event.actorRef);
        // Its snapshot is not made yet: the first one follows by itself.
        if (place !== null) tellActor(event.actorRef, place, null);
        return;
      }
      case '@xstate.event': {
        const place = where(event.actorRef);
        if (place === null) return;
        const source = where(event.sourceRef);
        const atMs = Date.now();
        return queue.push({
          kind: 'event',
          write: () => writeEventMessage(place, source, event.event, atMs),
        });
      }
      case '@xstate.snapshot': {
        const place = where(event.actorRef);
        if (place === null) return;
        const { snapshot, event: cause } = event;
        const atMs = Date.now();
        return queue.push({
          kind: 'snapshot',
          write: () => writeSnapshotMessage(place, cause, snapshot, atMs),
        });
      }
    }
  };

  const observe = (event: InspectedEvent): void => {
    // Heard by both ways, it is told once.
    if (!open || event === latest) return;
    latest = event;
    try {
      hear(event as HeardEvent);
    } catch {
      // An observer that throws breaks the actor that it observes, for good.
    }
  };

  return {
    observe,
    attach: ({ actor }) => {
      if (!open || attached.has(actor)) return;
      if (!isActorOf('supervisor', actor)) throw new TypeError("attach: the actor is no supervisor's");
      const subscription = actor.system.inspect({ next: observe });
      attached.set(actor, () => subscription.unsubscribe());
      tellTree(actor);
    },
    lost: queue.lost,
    close,
  };
}

type HeardEvent =
  | { readonly type: '@xstate.actor'; readonly actorRef: InspectedActor }
  | {
      readonly type: '@xstate.event';
      readonly actorRef: InspectedActor;
      readonly sourceRef: unknown;
      readonly event: unknown;
    }
  | {
      readonly type: '@xstate.snapshot';
      readonly actorRef: InspectedActor;
      readonly event: unknown;
      readonly snapshot: unknown;
    };
