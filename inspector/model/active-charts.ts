import type { RunningRequest } from '../../machines/context.ts';
import { acquisitionOf } from './acquisition-step.ts';
import { indexOf, keepFrom, latestUpTo } from './place-in-order.ts';
import { requestStateOf } from './request-moves.ts';
import { activeIdsOf } from './state-words.ts';
import type { LogFollower } from './trace-log.ts';
import type { ActiveCharts, ActiveStates, Moment, Standing } from './views.ts';

interface Entry<T> {
  readonly index: number;
  readonly value: T;
}

const NO_REQUESTS: ReadonlyMap<string, ActiveStates> = new Map();

/** Follows which states of the three charts are active, and since when. Only steps that changed it are kept. */
export function createActiveIndex() {
  let supervisor: Entry<ActiveStates>[] = [];
  let acquisition: Entry<ActiveStates | null>[] = [];
  let requests: Entry<ReadonlyMap<string, ActiveStates>>[] = [];
  let state: unknown;
  let running: readonly RunningRequest[] | null = null;

  const look = (standing: Standing, index: number, atMs: number): void => {
    if (standing.state !== state) {
      state = standing.state;
      supervisor.push({ index, value: entered(supervisor.at(-1)?.value, activeIdsOf(state), atMs) });
    }
    const step = acquisitionOf(standing)?.step ?? null;
    const known = acquisition.at(-1)?.value ?? null;
    if (step === null ? known !== null : known?.has(step) !== true) {
      acquisition.push({ index, value: step === null ? null : new Map([[step, atMs]]) });
    }
    if (standing.context.running !== running) {
      running = standing.context.running;
      const before = requests.at(-1)?.value ?? NO_REQUESTS;
      const value = activeRequests(before, running, atMs);
      if (value !== before) requests.push({ index, value });
    }
  };

  const follower: LogFollower = {
    begin: (standing, index, atMs) => {
      const isFirst = supervisor.length === 0;
      look(standing, index, atMs);
      // The context remembers since when the public state is; of what lies in it nothing is told.
      const { phase } = standing.context.lifecycle;
      if (isFirst)
        supervisor = supervisor.map(({ value }) => ({
          index,
          value: new Map([...value, [phase, standing.context.sinceMs]]),
        }));
    },
    step: ({ after, index, atMs }: Moment) => look(after, index, atMs),
    drop: (firstIndex) => {
      supervisor = keepFrom(supervisor, firstIndex);
      acquisition = keepFrom(acquisition, firstIndex);
      requests = keepFrom(requests, firstIndex);
    },
    forget: () => {
      supervisor = [];
      acquisition = [];
      requests = [];
      state = undefined;
      running = null;
    },
  };

  return {
    follower,
    at: (index: number): ActiveCharts => ({
      supervisor: latestUpTo(supervisor, index, indexOf)?.value ?? new Map(),
      acquisition: latestUpTo(acquisition, index, indexOf)?.value ?? null,
      requests: latestUpTo(requests, index, indexOf)?.value ?? NO_REQUESTS,
    }),
  };
}

function entered(before: ActiveStates | undefined, ids: readonly string[], atMs: number): ActiveStates {
  return new Map(ids.map((id) => [id, before?.get(id) ?? atMs]));
}

function activeRequests(
  before: ReadonlyMap<string, ActiveStates>,
  running: readonly RunningRequest[],
  atMs: number,
): ReadonlyMap<string, ActiveStates> {
  const after = new Map(
    running.map((request) => {
      const known = before.get(request.requestId);
      const ids = idsOf(requestStateOf(request));
      const isSame = known !== undefined && known.size === ids.length && ids.every((id) => known.has(id));
      return [request.requestId, isSame ? known : entered(known, ids, atMs)];
    }),
  );
  const isSame = after.size === before.size && [...after].every(([id, states]) => before.get(id) === states);
  return isSame ? before : after;
}

/** A state of the request chart with those it lies in. Where nothing is told, it is active somehow. */
function idsOf(state: string | null): readonly string[] {
  if (state === null) return ['active'];
  return state.startsWith('active.') ? ['active', state] : [state];
}
