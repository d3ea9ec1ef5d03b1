import type { Outcome, RequestStep } from '../../machines/events.ts';
import type { Reason } from '../../policies/reasons.ts';

/** What a batch of runs must have met at least once: a simulator that never fills the queue proves nothing about it. */
export const EXPECTED_SIGHTINGS = [
  'outcome completed',
  'outcome cancelled',
  'outcome expired',
  'outcome failed',
  'outcome denied',

  'ended generation_completed',
  'ended cancelled_by_caller',
  'ended cancelled_by_stop',
  'ended queue_wait_exceeded',
  'ended first_token_deadline_exceeded',
  'ended stall_deadline_exceeded',
  'ended reader_deadline_exceeded',
  'ended request_deadline_exceeded',
  'ended generation_failed',
  'ended runtime_out_of_memory',
  'ended lifecycle_draining',

  'refused queue_full',
  'refused at_capacity',
  'refused lifecycle_stopped',
  'refused lifecycle_starting',
  'refused lifecycle_draining',
  'refused runtime_suspect',
  'refused memory_exceeded',
  'refused observation_stale',
  'refused observation_malformed',
  'refused submit_reentrant',

  'down store_full',
  'down store_write_failed',
  'down store_timeout',
  'down source_unreachable',
  'down source_busy',
  'down source_first_byte_timeout',
  'down source_stalled',
  'down model_file_missing',
  'down model_file_unreadable',
  'down model_file_changed',
  'down size_short',
  'down size_exceeded',
  'down digest_mismatch',
  'down acquire_timeout',
  'down runtime_unavailable',
  'down runtime_load_failed',
  'down runtime_load_timeout',
  'down runtime_out_of_memory',
  'down runtime_probe_failed',
  'down runtime_probe_timeout',
  'down runtime_unresponsive',
  'down observation_missing',
  'down restart_intensity_exceeded',
  'down internal_error',

  'restart',
  'commands forgot restarts',
  'drain deadline fired',
  'drain with everything at once',
  'start while draining',
  'stop during a start',
  'abandoned by a drain',
  'abandoned before a drain',
  'late load disposed',
  'stale completion dropped',
  'release timeout',
  'suspect cleared',
  'reader held',
  'pressure elevated',
  'pressure critical',
  'asleep while ready',
  'told after its outcome',

  'told prompting',
  'told decoding',
  'told decoding again',
  'told held',
  'told aborting',

  'download resumed',
  'download begun anew',
  'mirror banned',
  'disk was full',
  'stop in mid-download',
  'lock waited for',
  'rotted file fetched again',
] as const;

export type Sighting =
  | (typeof EXPECTED_SIGHTINGS)[number]
  | `outcome ${Outcome}`
  | `ended ${Reason}`
  | `refused ${Reason}`
  | `down ${Reason}`
  | `told ${RequestStep}`
  | `told ${RequestStep} again`;

export interface Sightings {
  readonly saw: (sighting: Sighting) => void;
  readonly seen: () => readonly Sighting[];
}

export function createSightings(): Sightings {
  const seen = new Set<Sighting>();
  return { saw: (sighting) => void seen.add(sighting), seen: () => [...seen].sort() };
}

/** What a batch should have met and did not. */
export function missingSightings(seen: Iterable<string>): readonly string[] {
  const met = new Set(seen);
  return EXPECTED_SIGHTINGS.filter((sighting) => !met.has(sighting));
}
