import type { Place } from './actor-place.ts';
import { describeDefinition } from './describe-definition.ts';
import { readKnownEvent } from './known-event.ts';

/** The version of `@statelyai/inspect` whose message shapes these are. */
const VERSION = '0.7.2';

/** An actor is here. `snapshot` null: it was only just made. */
export function writeActorMessage(place: Place, logic: unknown, snapshot: unknown, atMs: number): string {
  return JSON.stringify({
    type: '@xstate.actor',
    name: place.name,
    ...(place.parentSession !== null && { parentId: place.parentSession }),
    definition: JSON.stringify(definitionOf(place, logic)),
    snapshot: snapshot === null ? { status: 'active' } : describeSnapshot(place, snapshot),
    ...whose(place, atMs),
  });
}

/** An event was sent to an actor; null where it is of no known form. */
export function writeEventMessage(
  place: Place,
  source: Place | null,
  event: unknown,
  atMs: number,
): string | null {
  const known = readKnownEvent(event, place.kind);
  if (known === null) return null;
  return JSON.stringify({
    type: '@xstate.event',
    event: known,
    ...(source !== null && { sourceId: source.session }),
    ...whose(place, atMs),
  });
}

/** An actor took an event; the vendor's own word for an event that is not told is an empty type. */
export function writeSnapshotMessage(place: Place, event: unknown, snapshot: unknown, atMs: number): string {
  return JSON.stringify({
    type: '@xstate.snapshot',
    event: readKnownEvent(event, place.kind) ?? { type: '' },
    snapshot: describeSnapshot(place, snapshot),
    ...whose(place, atMs),
  });
}

const whose = ({ session, rootSession }: Place, atMs: number) => ({
  sessionId: session,
  rootId: rootSession,
  createdAt: String(atMs),
  id: null,
  _version: VERSION,
});

function definitionOf({ kind, name }: Place, logic: unknown): object {
  const { config } = (logic ?? {}) as { config?: unknown };
  return kind === 'port' ? { id: name } : describeDefinition(config);
}

const STATUSES: readonly unknown[] = ['active', 'done', 'error', 'stopped'];

/** Of the requests, of a download and of the ports the state alone: their contexts, outputs and errors stay here. */
function describeSnapshot({ kind }: Place, snapshot: unknown): object {
  const { status, value, context } = (snapshot ?? {}) as {
    status?: unknown;
    value?: unknown;
    context?: unknown;
  };
  const lived = { status: STATUSES.includes(status) ? status : 'active' };
  switch (kind) {
    case 'port':
      return lived;
    case 'request':
    case 'acquisition':
      return { ...lived, value };
    case 'supervisor':
      return { ...lived, value, context: withoutLimits(context) };
  }
}

/** The limits never change, and are longer than all the rest. */
function withoutLimits(context: unknown): object {
  const {
    limits: _limits,
    resourceLimits: _resourceLimits,
    ...rest
  } = (context ?? {}) as Record<string, unknown>;
  return rest;
}
