import { hashChart, hashPolicies } from '../machines/chart-hash.ts';
import type { IntendedAction, SupervisorSnapshot } from '../machines/pure-stepper.ts';
import {
  createTraceEncoder,
  TRACE_FORMAT,
  type TraceHeader,
  type TraceRecord,
  type TraceStep,
} from '../machines/trace-line.ts';
import { describeFrame, describeStep } from '../machines/trace-step.ts';
import type { Limits } from '../policies/limits.ts';
import type { Clock } from '../services/clock.ts';

/** Takes the lines of a trace as they come. `false`: it has no room, and the line is lost to it. */
export interface TraceSink {
  readonly write: (line: string) => boolean;
}

/**
 * Records every step of the supervisor machine, always, in a ring of bytes: the last of a bad day is still there when
 * somebody asks. Nothing that it does can disturb the machine: what goes wrong in here costs a line, or the record.
 */
export interface FlightRecorder {
  readonly begin: (snapshot: SupervisorSnapshot) => void;
  readonly record: (
    event: TraceStep['e'],
    before: SupervisorSnapshot,
    after: SupervisorSnapshot,
    actions: readonly IntendedAction[],
  ) => void;
  /** The ring as a trace: header, a frame, and the steps since. Empty before anything began. */
  readonly dump: () => string;
  /** Gives a sink the header, a frame of the present, and every step from now on, until the returned call. */
  readonly attach: (sink: TraceSink) => () => void;
}

export interface FlightRecorderOptions {
  readonly limits: Limits;
  readonly jitterSeed: number;
  /** Version of the package. */
  readonly library: string;
  readonly clock: Clock;
  readonly clockKind: TraceHeader['clock'];
}

/** The ring is dropped piece by piece; each piece begins with a frame, so that a replay can begin there. */
const PIECES = 8;

export function createFlightRecorder(options: FlightRecorderOptions): FlightRecorder {
  const { limits, jitterSeed, library, clock, clockKind } = options;
  const pieceBytes = Math.ceil(limits.traceBytesMax / PIECES);
  // Only when asked for: hashing the chart takes longer than making a supervisor.
  const describeRecording = (): TraceHeader => ({
    kind: 'header',
    format: TRACE_FORMAT,
    machine: 'supervisor',
    library,
    chart: hashChart(),
    policies: hashPolicies(),
    clock: clockKind,
    limits,
    jitterSeed,
  });

  let pieces: Piece[] = [];
  let latest: SupervisorSnapshot | null = null;
  let next = 1;
  const streams = new Set<Stream>();

  const openPiece = (): Piece => {
    const encoder = createTraceEncoder();
    const after = pieces.at(-1)?.encoder.hash() ?? '';
    const first = encoder.encode(describeFrame(next, latest!, after));
    const piece = { encoder, lines: [first], bytes: first.length };
    pieces = [...pieces.slice(-(PIECES - 1)), piece];
    return piece;
  };

  const keepsRing = limits.traceBytesMax > 0;

  const keep = (step: TraceStep) => {
    const last = pieces.at(-1);
    const piece = last === undefined || last.bytes >= pieceBytes ? openPiece() : last;
    const line = piece.encoder.encode(step);
    piece.lines.push(line);
    piece.bytes += line.length;
  };

  return {
    begin: (snapshot) => {
      latest = snapshot;
      pieces = [];
      if (keepsRing) openPiece();
      for (const stream of streams) stream.restart(next, snapshot);
    },

    record: (event, before, after, actions) => {
      if (!keepsRing && streams.size === 0) {
        latest = after;
        next += 1;
        return;
      }
      try {
        // The frame of a new piece is the state before the step.
        latest = before;
        const step = describeStep(next, event, clock.nowMs(), before, after, actions);
        if (keepsRing) keep(step);
        for (const stream of streams) stream.tell(step, before);
      } catch {
        // Losing a line must cost no more than a line: the next piece begins with a frame of what is.
        pieces = [];
      }
      latest = after;
      next += 1;
    },

    dump: () => {
      if (pieces.length === 0) return '';
      const lines = [
        createTraceEncoder().encode(describeRecording()),
        ...pieces.flatMap((piece) => piece.lines),
      ];
      return `${lines.join('\n')}\n`;
    },

    attach: (sink) => {
      const stream = createStream(sink, describeRecording());
      if (latest !== null) stream.restart(next, latest);
      streams.add(stream);
      return () => {
        if (streams.delete(stream)) stream.end();
      };
    },
  };
}

interface Piece {
  readonly encoder: ReturnType<typeof createTraceEncoder>;
  readonly lines: string[];
  bytes: number;
}

interface Stream {
  readonly restart: (next: number, snapshot: SupervisorSnapshot) => void;
  readonly tell: (step: TraceStep, before: SupervisorSnapshot) => void;
  readonly end: () => void;
}

/** One sink's trace, with a hash chain of its own. Where the sink had no room, a gap and a frame close the hole. */
function createStream(sink: TraceSink, header: TraceHeader): Stream {
  const encoder = createTraceEncoder();
  /** What has to be written next. */
  let due: 'header' | 'gap' | 'frame' | 'steps' = 'header';
  let steps = 0;
  let lost = 0;

  const write = (record: TraceRecord): boolean => {
    const earlier = encoder.hash();
    let taken = false;
    try {
      taken = sink.write(encoder.encode(record));
    } catch {
      // A sink that throws is one that has no room.
    }
    if (!taken) encoder.rewind(earlier);
    return taken;
  };

  /** Brings the trace to where steps can follow: whether it is there. */
  const open = (next: number, snapshot: SupervisorSnapshot): boolean => {
    if (due === 'header' && write(header)) due = lost > 0 ? 'gap' : 'frame';
    if (due === 'gap' && write({ kind: 'gap', lost })) {
      due = 'frame';
      lost = 0;
    }
    if (due === 'frame' && write(describeFrame(next, snapshot, encoder.hash()))) due = 'steps';
    return due === 'steps';
  };

  return {
    restart: (next, snapshot) => {
      if (due !== 'header') due = 'gap';
      open(next, snapshot);
    },
    tell: (step, before) => {
      if (open(step.i, before) && write(step)) {
        steps += 1;
        return;
      }
      lost += 1;
      if (due !== 'header') due = 'gap';
    },
    end: () => void write({ kind: 'end', steps }),
  };
}
