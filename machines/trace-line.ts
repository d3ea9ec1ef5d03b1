import type { Limits } from '../policies/limits.ts';
import { rollHash, TRACE_HASH_START } from '../policies/trace-hash.ts';
import type { SupervisorContext } from './context.ts';

/** Version of the line format: an integer of its own, not the package's version. A reader refuses newer ones. */
export const TRACE_FORMAT = 1;

/** Longest line that a trace may have, in characters: a frame with a full queue has less. */
export const TRACE_LINE_CHARS_MAX = 4_194_304;

/** The first line: what was recorded, and by what. */
export interface TraceHeader {
  readonly kind: 'header';
  readonly format: number;
  readonly machine: 'supervisor';
  /** Version of the package that recorded. */
  readonly library: string;
  /** Hash of the chart's structure, and of the tables that the policies judge by. */
  readonly chart: string;
  readonly policies: string;
  readonly clock: 'monotonic' | 'virtual';
  readonly limits: Limits;
  readonly jitterSeed: number;
}

/** Where the steps that follow begin: the state and the whole context, but for the limits, which the header holds. */
export interface TraceFrame {
  readonly kind: 'frame';
  /** Ordinal of the step that comes next. */
  readonly i: number;
  readonly state: unknown;
  readonly context: Omit<SupervisorContext, 'limits' | 'resourceLimits'>;
  /** Hash of the line before; a ring that dropped older lines begins with a frame whose `after` is unknown here. */
  readonly after: string;
}

/** One event, and what came of it. */
export interface TraceStep {
  readonly i: number;
  /** When it was recorded, in ms of the supervisor's clock; absent where the event tells its own time. */
  readonly t?: number;
  readonly e: { readonly type: string };
  /** The state after it; absent where it did not change. */
  readonly s?: unknown;
  /** The parts of the context that it changed. */
  readonly d: Readonly<Record<string, unknown>>;
  /** The effects that it intended, in order; absent where there were none. */
  readonly x?: readonly string[];
}

/** Steps were lost here: a sink was too slow. A frame follows. */
export interface TraceGap {
  readonly kind: 'gap';
  readonly lost: number;
}

/** The recording was ended in order: nothing is missing behind. */
export interface TraceEnd {
  readonly kind: 'end';
  /** Steps recorded before. */
  readonly steps: number;
}

export type TraceRecord = TraceHeader | TraceFrame | TraceStep | TraceGap | TraceEnd;

/** Writes records as lines, each with the hash of all lines since the frame before it. */
export function createTraceEncoder() {
  let hash = TRACE_HASH_START;
  return {
    hash: () => hash,
    /** Takes back the lines since `earlier`: they were not written. */
    rewind: (earlier: string): void => {
      hash = earlier;
    },
    encode: (record: TraceRecord): string => {
      const body = JSON.stringify(record);
      hash = rollHash('kind' in record && record.kind === 'frame' ? TRACE_HASH_START : hash, body);
      return `${body.slice(0, -1)},"h":"${hash}"}`;
    },
  };
}

export type LineFault =
  | 'compressed'
  | 'too_long'
  | 'truncated'
  | 'not_json'
  | 'hash_mismatch'
  | 'not_a_record';

/** Takes a line apart: its record as it was hashed, and its hash. Total, whatever the line is. */
export function splitLine(
  line: string,
):
  | { readonly ok: true; readonly body: string; readonly hash: string; readonly value: unknown }
  | { readonly ok: false; readonly why: LineFault } {
  if (line.length > TRACE_LINE_CHARS_MAX) return { ok: false, why: 'too_long' };
  if (line.startsWith(GZIP_MAGIC)) return { ok: false, why: 'compressed' };
  const tail = HASH_TAIL.exec(line);
  if (tail === null) return { ok: false, why: line.startsWith('{') ? 'truncated' : 'not_json' };
  const body = `${line.slice(0, tail.index)}}`;
  try {
    return { ok: true, body, hash: tail[1] ?? '', value: JSON.parse(body) };
  } catch {
    return { ok: false, why: 'not_json' };
  }
}

/** The first byte of a gzip file; no line of JSON begins with it. */
const GZIP_MAGIC = '\u001f';

const HASH_TAIL = /,"h":"([0-9a-f]{16})"\}$/;
