import { createActor, fromCallback } from 'xstate';
import { LIMIT_NAMES } from '../policies/limits.ts';
import { rollHash, TRACE_HASH_START } from '../policies/trace-hash.ts';
import { hashChart, hashPolicies } from './chart-hash.ts';
import { createSupervisorContext } from './context.ts';
import { explainDivergence } from './divergence.ts';
import type { SupervisorEvent } from './events.ts';
import { createPureStepper, type PureStepper, type SupervisorSnapshot } from './pure-stepper.ts';
import type {
  CorruptReason,
  IncompatibleChange,
  ReplayDiverged,
  ReplayResult,
  TraceChange,
} from './replay-result.ts';
import { supervisorMachine } from './supervisor.ts';
import { readInternalEvent, readTraceEvent } from './trace-event.ts';
import { splitLine, TRACE_FORMAT, type TraceFrame, type TraceHeader, type TraceStep } from './trace-line.ts';
import { changesOf, describeEffect, describeFrame } from './trace-step.ts';
import { TRACE_UPGRADES, type TraceUpgrades, upgradeRecord } from './trace-upgrade.ts';

export interface ReplayOptions {
  /** The machine to replay on. Default: the shipped one. */
  readonly machine?: typeof supervisorMachine;
  /** Version of the package that replays, to be held against the recorded one. */
  readonly library?: string;
  readonly upgrades?: TraceUpgrades;
  /** Called after each step that came out as recorded. */
  readonly onStep?: (step: TraceStep, snapshot: SupervisorSnapshot) => void;
}

/** Replays a whole trace: its text, or its lines. Total: whatever the lines are, it returns. */
export function replay(trace: string | Iterable<string>, options: ReplayOptions = {}): ReplayResult {
  const run = createReplay(options);
  for (const line of typeof trace === 'string' ? linesOf(trace) : trace) {
    const result = run.feed(line);
    if (result !== null) return result;
  }
  return run.end();
}

/** Replays line by line, keeping no more than the latest steps; the first result ends it. */
export function createReplay(options: ReplayOptions = {}) {
  const { machine = supervisorMachine, upgrades = TRACE_UPGRADES, onStep } = options;
  const stepper: PureStepper = createPureStepper(machine);
  let line = 0;
  let steps = 0;
  let lost = 0;
  let next = 0;
  let hash = TRACE_HASH_START;
  let header: TraceHeader | null = null;
  /** The format that the lines are written in. */
  let format = TRACE_FORMAT;
  let snapshot: SupervisorSnapshot | null = null;
  let expectsFrame = false;
  let ended = false;
  let result: ReplayResult | null = null;
  let changes: TraceChange[] = [];
  let before: ReplayDiverged['before'][number][] = [];

  const corrupt = (why: CorruptReason): ReplayResult => ({ kind: 'corrupt', line, why, steps });
  const incompatible = (change: IncompatibleChange): ReplayResult => ({ kind: 'incompatible', line, change });

  const readHeader = (record: Partial<TraceHeader>): ReplayResult | null => {
    if (header !== null) return corrupt('second_header');
    if (!Number.isSafeInteger(record.format)) return corrupt('not_a_record');
    if (record.format! > TRACE_FORMAT) return incompatible('format_newer');
    const upgraded = upgradeRecord(record, record.format!, upgrades);
    if (upgraded === null) return incompatible('format_older');
    if (!('kind' in upgraded) || upgraded.kind !== 'header') return corrupt('not_a_record');
    if (upgraded.machine !== 'supervisor') return incompatible('machine_other');
    if (!hasEveryLimit(upgraded.limits)) return incompatible('limits_other');
    header = upgraded;
    format = record.format!;
    changes = [
      ...(upgraded.chart === hashChart(machine) ? [] : ['chart' as const]),
      ...(upgraded.policies === hashPolicies() ? [] : ['policies' as const]),
      ...(options.library === undefined || upgraded.library === options.library ? [] : ['library' as const]),
    ];
    expectsFrame = true;
    return null;
  };

  const readFrame = (frame: TraceFrame, previous: string): ReplayResult | null => {
    if (!Number.isSafeInteger(frame.i) || typeof frame.context !== 'object' || frame.context === null) {
      return corrupt('not_a_record');
    }
    if (snapshot === null || expectsFrame) {
      if (snapshot !== null && frame.i < next) return corrupt('out_of_order');
      const began = enterFrame(machine, stepper, header!, frame);
      if (began === null) return corrupt('not_a_record');
      snapshot = began;
      expectsFrame = false;
      next = frame.i;
      return null;
    }
    if (frame.i !== next) return corrupt('out_of_order');
    if (frame.after !== previous) return corrupt('hash_mismatch');
    const { state, context } = describeFrame(next, snapshot, previous);
    if (JSON.stringify([state, context]) === JSON.stringify([frame.state, frame.context])) return null;
    return explainDivergence({
      step: next,
      line,
      event: { type: 'frame' },
      atMs: snapshot.context.nowMs,
      expected: { state: frame.state, effects: [], changes: { ...frame.context } },
      actual: { state, effects: [], changes: { ...context } },
      stateBefore: state,
      isKnown: true,
      before,
      changes,
    });
  };

  const readStep = (step: TraceStep): ReplayResult | null => {
    if (snapshot === null || expectsFrame) return corrupt('no_frame');
    if (step.i !== next) return corrupt('out_of_order');
    if (typeof step.e !== 'object' || step.e === null || typeof step.d !== 'object' || step.d === null) {
      return corrupt('not_a_record');
    }
    const { type } = step.e;
    const event = readTraceEvent(step.e) ?? (readInternalEvent(step.e) as SupervisorEvent | null);
    const from = snapshot;
    const to = stepper.step(from, event ?? (UNKNOWN_EVENT as never));
    const effects = stepper.effects().map(describeEffect);
    const actual = {
      state: to.value,
      effects,
      changes: changesOf(from.context, to.context, event ?? step.e),
    };
    const expected = { state: step.s ?? from.value, effects: step.x ?? [], changes: step.d };
    const isKnown = event !== null || type === UNKNOWN_EVENT.type;
    const agrees =
      isKnown &&
      sameText(actual.state, expected.state) &&
      sameText(actual.effects, expected.effects) &&
      sameText(actual.changes, expected.changes);
    if (!agrees) {
      return explainDivergence({
        step: step.i,
        line,
        event: step.e,
        atMs:
          step.t ?? ('atMs' in step.e && typeof step.e.atMs === 'number' ? step.e.atMs : from.context.nowMs),
        expected,
        actual,
        stateBefore: from.value,
        isKnown,
        before,
        changes,
      });
    }
    snapshot = to;
    steps += 1;
    next += 1;
    before = [...before.slice(-9), { step: step.i, event: step.e, state: to.value }];
    onStep?.(step, to);
    return null;
  };

  const read = (text: string): ReplayResult | null => {
    line += 1;
    // A trace that came by mail may have the line ends of another system.
    const split = splitLine(text.endsWith('\r') ? text.slice(0, -1) : text);
    if (!split.ok) return corrupt(line === 1 && split.why === 'truncated' ? 'no_header' : split.why);
    const { value, body } = split;
    if (typeof value !== 'object' || value === null) return corrupt('not_a_record');
    const kind = (value as { kind?: unknown }).kind;
    const previous = hash;
    hash = rollHash(kind === 'frame' ? TRACE_HASH_START : hash, body);
    if (hash !== split.hash) return corrupt('hash_mismatch');
    if (ended) return corrupt('after_end');
    if (kind === 'header') return readHeader(value as TraceHeader);
    if (header === null) return corrupt('no_header');
    const record = upgradeRecord(value, format, upgrades);
    if (record === null) return corrupt('not_a_record');
    if (!('kind' in record)) return readStep(record as TraceStep);
    switch (record.kind) {
      case 'frame':
        return readFrame(record, previous);
      case 'gap':
        lost += Number.isSafeInteger(record.lost) ? record.lost : 0;
        expectsFrame = true;
        return null;
      case 'end':
        ended = true;
        return null;
      case 'header':
        return corrupt('second_header');
      default:
        return corrupt('not_a_record');
    }
  };

  return {
    /** Takes the next line; a result, once there is one, stays. */
    feed: (text: string): ReplayResult | null => {
      if (result === null) {
        try {
          result = read(text);
        } catch {
          // A record that has the right hash and the wrong inside: nobody wrote it with this library.
          result = corrupt('not_a_record');
        }
      }
      return result;
    },
    /** No more lines. */
    end: (): ReplayResult => {
      if (result !== null) return result;
      if (line === 0) return { ...(corrupt('empty') as Extract<ReplayResult, { kind: 'corrupt' }>), line: 1 };
      if (header === null) return corrupt('no_header');
      if (snapshot === null) return corrupt('no_frame');
      return { kind: 'ok', steps, complete: ended, lost, finalState: snapshot.value, changes };
    },
  };
}

/** Stands in a trace for whatever the machine's closed schema did not let in. */
const UNKNOWN_EVENT = { type: 'unknown' } as const;

/** The machine at a frame, with the children that its state would have: inert ones, a pure step starts none. */
function enterFrame(
  machine: typeof supervisorMachine,
  stepper: PureStepper,
  { limits, jitterSeed }: TraceHeader,
  frame: TraceFrame,
): SupervisorSnapshot | null {
  const input = { limits, jitterSeed };
  const initial = stepper.initial(input);
  try {
    const { resourceLimits } = createSupervisorContext(input);
    const resumed = machine.resolveState({
      value: frame.state as never,
      context: { ...initial.context, ...frame.context, limits, resourceLimits },
    });
    const invoked = resumed._nodes.flatMap((node) =>
      node.invoke.map(({ id }) => [id, createActor(INERT, { id })]),
    );
    return Object.assign(resumed, {
      children: { ...Object.fromEntries(invoked), ...initial.children },
    }) as SupervisorSnapshot;
  } catch {
    return null;
  }
}

const INERT = fromCallback(() => undefined);

function hasEveryLimit(limits: unknown): boolean {
  if (typeof limits !== 'object' || limits === null) return false;
  const names = Object.keys(limits);
  return (
    names.length === LIMIT_NAMES.length &&
    LIMIT_NAMES.every((name) => typeof (limits as never)[name] === 'number')
  );
}

const sameText = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);

function* linesOf(text: string): Iterable<string> {
  let from = 0;
  while (from < text.length) {
    const to = text.indexOf('\n', from);
    const end = to === -1 ? text.length : to;
    if (end > from) yield text.slice(from, end);
    from = end + 1;
  }
}
