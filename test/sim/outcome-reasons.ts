import type { Outcome } from '../../machines/events.ts';
import type { Reason } from '../../policies/reasons.ts';

/** The reasons that an outcome may have. */
const REASONS: { readonly [O in Outcome]: readonly Reason[] } = {
  completed: ['generation_completed'],
  cancelled: ['cancelled_by_caller', 'cancelled_by_stop'],
  expired: [
    'queue_wait_exceeded',
    'first_token_deadline_exceeded',
    'stall_deadline_exceeded',
    'reader_deadline_exceeded',
    'request_deadline_exceeded',
  ],
  failed: ['generation_failed', 'runtime_out_of_memory', 'abandoned_by_runtime', 'internal_error'],
  denied: ['lifecycle_draining', 'prompt_too_long', 'prompt_empty'],
};

export function fitsOutcome(outcome: Outcome, reason: Reason): boolean {
  return REASONS[outcome].includes(reason);
}
