import {
  TRACE_FORMAT,
  type TraceFrame,
  type TraceHeader,
  type TraceRecord,
  type TraceStep,
} from '../../machines/trace-line.ts';
import { areSoundChanges, isAmount, isRecord, isSoundContext, isSoundState } from './context-shape.ts';
import { isSoundEvent } from './told-event.ts';

/** Why a line that has the right hash is no record that can be shown. */
export type RecordFault = 'not_a_record' | 'format_newer' | 'machine_other';

/**
 * A record of a trace, checked so far that nothing which is made from it can fail: names, shapes, and numbers that
 * are in reach. Total, whatever the value is.
 */
export function readRecord(value: unknown): TraceRecord | RecordFault {
  if (!isRecord(value) || !isTame(value, 0)) return 'not_a_record';
  switch (value['kind']) {
    case 'header':
      return readHeader(value);
    case 'frame':
      return isFrame(value) ? (value as unknown as TraceFrame) : 'not_a_record';
    case 'gap':
      return isCount(value['lost']) ? { kind: 'gap', lost: value['lost'] } : 'not_a_record';
    case 'end':
      return { kind: 'end', steps: isCount(value['steps']) ? value['steps'] : 0 };
    case undefined:
      return isStep(value) ? (value as unknown as TraceStep) : 'not_a_record';
    default:
      return 'not_a_record';
  }
}

/** Deepest nesting that a record may have; a frame has 5. */
const DEPTH_MAX = 16;

/** Nothing in it is nested beyond reason, or named so that it would touch more than itself. */
function isTame(value: object, depth: number): boolean {
  if (depth > DEPTH_MAX) return false;
  for (const key of Object.keys(value)) {
    if (key === '__proto__') return false;
    const inner: unknown = (value as Record<string, unknown>)[key];
    if (typeof inner === 'object' && inner !== null && !isTame(inner, depth + 1)) return false;
    if (typeof inner === 'number' && !Number.isFinite(inner)) return false;
  }
  return true;
}

function readHeader(value: Record<string, unknown>): TraceHeader | RecordFault {
  const { format, machine, library, chart, policies, clock, limits, jitterSeed } = value;
  if (!Number.isSafeInteger(format)) return 'not_a_record';
  if ((format as number) > TRACE_FORMAT) return 'format_newer';
  if (machine !== 'supervisor') return 'machine_other';
  const isSound =
    [library, chart, policies].every((text) => typeof text === 'string' && text.length <= 100) &&
    (clock === 'monotonic' || clock === 'virtual') &&
    isRecord(limits) &&
    Object.values(limits).every(isAmount) &&
    isAmount(jitterSeed);
  return isSound ? (value as unknown as TraceHeader) : 'not_a_record';
}

function isFrame({ i, state, context, after }: Record<string, unknown>): boolean {
  return isCount(i) && isSoundState(state) && isSoundContext(context) && typeof after === 'string';
}

function isStep(value: Record<string, unknown>): boolean {
  const { i, t, e, s, d, x } = value;
  return (
    isCount(i) &&
    (t === undefined || isAmount(t)) &&
    isSoundEvent(e) &&
    (!('atMs' in e) || isAmount(e.atMs)) &&
    (s === undefined || isSoundState(s)) &&
    areSoundChanges(d, e) &&
    (x === undefined || (Array.isArray(x) && x.every(isEffect)))
  );
}

const EFFECT_CHARS_MAX = 300;

function isEffect(effect: unknown): boolean {
  return typeof effect === 'string' && effect.length <= EFFECT_CHARS_MAX;
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0;
}
