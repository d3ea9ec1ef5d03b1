import type { LineFault } from '../../machines/trace-line.ts';
import type { RecordFault } from './read-record.ts';

export type ProblemKind =
  | LineFault
  | RecordFault
  | 'no_header'
  | 'no_frame'
  | 'step_missing'
  | 'out_of_order'
  | 'after_end';

/** What is wrong with a line, and what to do about it. */
export const PROBLEM_WORDS: { readonly [K in ProblemKind]: string } = {
  compressed: 'This file is compressed. Unpack it first, then open it again.',
  too_long: 'This line is longer than any line of a trace. Is this a trace of Llamero?',
  truncated: 'The line ends too early: the recording was cut off here. What came before it is shown.',
  not_json: 'This line is no JSON. Open a trace of Llamero: one JSON object on each line.',
  hash_mismatch:
    'This line does not follow from the one before: it was changed, or lines are missing. What follows is left out up to the next frame. Export the trace again if you can.',
  not_a_record:
    'This line is no record of a trace, or was changed by hand. What follows is left out up to the next frame. Export the trace again if you can.',
  format_newer: 'The trace has a newer format than this page reads. Open it with a newer version of Llamero.',
  machine_other: 'The trace is of another machine. This page shows the supervisor of Llamero.',
  no_header: 'The trace does not begin with a header: its first lines are missing. Export it again, whole.',
  no_frame: 'There is no frame to begin from: lines are missing. Export the trace again, whole.',
  step_missing:
    'Steps are missing before this line. What follows is left out up to the next frame. Export the trace again if you can.',
  out_of_order: 'The lines are not in their order. Open the trace as it was recorded.',
  after_end: 'There are lines behind the end of the trace. They are left out.',
};
