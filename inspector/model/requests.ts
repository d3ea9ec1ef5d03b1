import type { RunningRequest } from '../../machines/context.ts';
import type { Outcome, RequestProgress } from '../../machines/events.ts';
import type { Reason } from '../../policies/reasons.ts';
import { readEffect } from './effect-words.ts';
import { countUpTo, indexOf, latestUpTo } from './place-in-order.ts';
import { progressOf } from './running-progress.ts';
import { toldEvent } from './told-event.ts';
import type { LogFollower } from './trace-log.ts';
import type { Moment, RequestBar, RequestRow, Standing } from './views.ts';

interface Point {
  readonly index: number;
  readonly atMs: number;
}

interface ProgressPoint extends Point, RequestProgress {}

/** The life of one request, as far as it was told. */
interface RequestLife {
  readonly requestId: string;
  readonly arrived: Point;
  /** Why it was not let in at once; null where it was. */
  readonly refusal: Reason | null;
  readonly isRefused: boolean;
  admitted: Point | null;
  aborting: Point | null;
  ended: (Point & { readonly outcome: Outcome | null; readonly reason: Reason | null }) | null;
  readonly points: ProgressPoint[];
  /** How it is shown from its end on, made when it was asked for: most of a long log are over. */
  shown: { readonly row: RequestRow; readonly bar: RequestBar } | null;
}

/** Follows every request from its arrival to its end. */
export function createRequestIndex() {
  let lives: RequestLife[] = [];
  /** Those that wait or run. */
  const open = new Map<string, RequestLife>();

  const arrive = (
    requestId: string,
    arrived: Point,
    refusal: Reason | null,
    isRefused: boolean,
  ): RequestLife => {
    const life: RequestLife = {
      requestId,
      arrived,
      refusal,
      isRefused,
      admitted: null,
      aborting: null,
      ended: null,
      points: [],
      shown: null,
    };
    lives.push(life);
    if (!isRefused) open.set(requestId, life);
    return life;
  };

  const end = (requestId: string, point: Point, outcome: Outcome | null, reason: Reason | null): void => {
    const life = open.get(requestId);
    if (life === undefined) return;
    life.ended = { ...point, outcome, reason };
    open.delete(requestId);
  };

  const run = (running: readonly RunningRequest[], point: Point): void => {
    for (const request of running) {
      const life = open.get(request.requestId) ?? arrive(request.requestId, point, null, false);
      life.admitted ??= point;
      if (request.aborting) life.aborting ??= point;
      const progress = progressOf(request);
      const known = life.points.at(-1);
      const isNew =
        progress !== null &&
        (known?.step !== progress.step ||
          known.promptTokens !== progress.promptTokens ||
          known.outputTokens !== progress.outputTokens);
      if (progress !== null && isNew) life.points.push({ ...point, ...progress });
    }
  };

  const stepRequests = ({ index, atMs, step, before, after }: Moment): void => {
    const point = { index, atMs };
    const told = toldEvent(step.e);
    const { lastArrival } = after.context;
    if (told?.type === 'request.submit' && lastArrival?.requestId === told.requestId) {
      const { verdict, disposition } = lastArrival;
      arrive(told.requestId, point, verdict.ok ? null : verdict.reason, disposition === 'refused');
    }
    if (told?.type === 'request.settled' && before.context.running !== after.context.running) {
      end(told.requestId, point, told.outcome, told.reason);
    }
    for (const effect of step.x ?? []) {
      const { verb, id, rest } = readEffect(effect);
      if (verb === 'conclude') end(id, point, rest[0] as Outcome, rest[1] as Reason);
    }
    if (before.context.running !== after.context.running) run(after.context.running, point);
  };

  const follower: LogFollower = {
    begin: ({ context }: Standing, index, atMs) => {
      const point = { index, atMs };
      const here = new Set([...context.running, ...context.queue].map(({ requestId }) => requestId));
      for (const requestId of [...open.keys()]) if (!here.has(requestId)) end(requestId, point, null, null);
      for (const { requestId } of context.queue) {
        if (!open.has(requestId)) arrive(requestId, point, null, false);
      }
      run(context.running, point);
    },
    step: stepRequests,
    drop: (firstIndex) => {
      lives = lives.filter(({ ended, isRefused, arrived }) =>
        isRefused ? arrived.index >= firstIndex : ended === null || ended.index >= firstIndex,
      );
    },
    forget: () => {
      lives = [];
      open.clear();
    },
  };

  const until = (index: number): readonly RequestLife[] =>
    lives.slice(
      0,
      countUpTo(lives, index, ({ arrived }) => arrived.index),
    );

  return {
    follower,
    /** Requests that had come by a step, the latest first. */
    rowsAt: (index: number): readonly RequestRow[] =>
      until(index)
        .map((life) => shownAt(life, index).row)
        .reverse(),
    /** Those of them that were let in, in the order of their arrival. */
    barsAt: (index: number): readonly RequestBar[] =>
      until(index)
        .filter(({ isRefused }) => !isRefused)
        .map((life) => shownAt(life, index).bar),
  };
}

function shownAt(life: RequestLife, index: number) {
  const isOver = life.isRefused || by(life.ended, index) !== null;
  if (isOver && life.shown !== null) return life.shown;
  const shown = { row: rowOf(life, index), bar: barOf(life, index) };
  if (isOver) life.shown = shown;
  return shown;
}

function barOf(life: RequestLife, index: number): RequestBar {
  return {
    index: life.arrived.index,
    requestId: life.requestId,
    outcome: by(life.ended, index)?.outcome ?? null,
    ...timesOf(life, index),
  };
}

/** What had happened by a step. */
function by<T extends Point>(point: T | null | undefined, index: number): T | null {
  return point !== null && point !== undefined && point.index <= index ? point : null;
}

function timesOf(life: RequestLife, index: number) {
  return {
    arrivedAtMs: life.arrived.atMs,
    admittedAtMs: by(life.admitted, index)?.atMs ?? null,
    firstTokenAtMs: by(firstTokenOf(life), index)?.atMs ?? null,
    endedAtMs: by(life.ended, index)?.atMs ?? (life.isRefused ? life.arrived.atMs : null),
  };
}

function firstTokenOf({ points }: RequestLife): ProgressPoint | undefined {
  return points.find(({ outputTokens }) => outputTokens > 0);
}

function rowOf(life: RequestLife, index: number): RequestRow {
  const times = timesOf(life, index);
  const { arrivedAtMs, admittedAtMs, firstTokenAtMs } = times;
  const ended = by(life.ended, index);
  const latest = latestUpTo(life.points, index, indexOf) ?? null;
  return {
    index: life.arrived.index,
    requestId: life.requestId,
    ...times,
    stage: stageOf(life, index, latest),
    promptTokens: latest?.promptTokens ?? 0,
    outputTokens: latest?.outputTokens ?? 0,
    waitedMs: admittedAtMs === null ? null : admittedAtMs - arrivedAtMs,
    firstTokenMs: admittedAtMs === null || firstTokenAtMs === null ? null : firstTokenAtMs - admittedAtMs,
    tokensPerSecond: rateOf(firstTokenOf(life), latest),
    outcome: life.isRefused ? 'refused' : (ended?.outcome ?? null),
    reason: ended !== null ? ended.reason : admittedAtMs === null ? life.refusal : null,
  };
}

/** Without word of its progress a running request is where its chart begins. */
function stageOf(life: RequestLife, index: number, latest: ProgressPoint | null): RequestRow['stage'] {
  if (life.isRefused || by(life.ended, index) !== null) return 'ended';
  if (by(life.admitted, index) === null) return 'queued';
  if (by(life.aborting, index) !== null) return 'aborting';
  return latest?.step ?? 'prompting';
}

/** From the first token to the latest. */
function rateOf(first: ProgressPoint | undefined, latest: ProgressPoint | null): number | null {
  if (first === undefined || latest === null || latest.atMs <= first.atMs) return null;
  return ((latest.outputTokens - first.outputTokens) / (latest.atMs - first.atMs)) * 1000;
}
