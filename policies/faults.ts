import type { Reason } from './reasons.ts';

/** `permanent`: the same start would fail again, so only a command starts anew. `transient`: a restart may help. */
export type FaultClass = 'permanent' | 'transient';

/**
 * The class of a fault of the runtime or its start. A reason that is no fault, and anything that is no reason, is
 * `permanent`: what is not known to pass by itself is not retried.
 */
export function faultClass(reason: unknown): FaultClass {
  return isReason(reason) ? FAULT_CLASSES[reason] : 'permanent';
}

/**
 * Whether a request ended in the runtime's silence: it neither came forward nor failed. Silence is held against the
 * runtime even where it answers its health check; a failure may be the request's own doing.
 */
export function isSilence(reason: unknown): boolean {
  return (
    reason === 'first_token_deadline_exceeded' ||
    reason === 'stall_deadline_exceeded' ||
    reason === 'abandoned_by_runtime'
  );
}

/** Complete by its type: a new reason code does not compile before somebody has decided about it here. */
const FAULT_CLASSES: { readonly [R in Reason]: FaultClass } = {
  // Allowed.
  admitted: 'permanent',
  slot_available: 'permanent',
  within_limits: 'permanent',
  transition_allowed: 'permanent',
  integrity_spec_valid: 'permanent',
  integrity_verified: 'permanent',
  source_allowed: 'permanent',
  gguf_header_valid: 'permanent',
  response_accepted: 'permanent',
  model_fits: 'permanent',
  store_record_fits: 'permanent',
  pins_valid: 'permanent',
  signature_verified: 'permanent',
  restart_allowed: 'permanent',
  request_valid: 'permanent',
  runtime_healthy: 'permanent',

  // Lifecycle.
  lifecycle_stopped: 'permanent',
  lifecycle_starting: 'permanent',
  lifecycle_draining: 'permanent',
  lifecycle_malformed: 'permanent',
  transition_invalid: 'permanent',
  runtime_suspect: 'permanent',

  // Admission.
  at_capacity: 'permanent',
  queue_full: 'permanent',
  admission_malformed: 'permanent',

  // Resources.
  limits_malformed: 'permanent',
  observation_missing: 'permanent',
  observation_malformed: 'permanent',
  observation_stale: 'permanent',
  memory_exceeded: 'permanent',
  process_memory_exceeded: 'permanent',
  vram_exceeded: 'permanent',
  cpu_exceeded: 'permanent',

  // Request shape.
  request_malformed: 'permanent',
  request_option_unknown: 'permanent',
  prompt_missing: 'permanent',
  prompt_malformed: 'permanent',
  prompt_ambiguous: 'permanent',
  prompt_empty: 'permanent',
  prompt_too_large: 'permanent',
  prompt_too_long: 'permanent',
  max_tokens_invalid: 'permanent',
  sampling_invalid: 'permanent',
  stop_text_invalid: 'permanent',
  deadline_invalid: 'permanent',
  signal_invalid: 'permanent',
  signal_aborted: 'permanent',
  submit_reentrant: 'permanent',

  // Integrity.
  integrity_spec_missing: 'permanent',
  integrity_spec_malformed: 'permanent',
  integrity_spec_ambiguous: 'permanent',
  integrity_closed: 'permanent',
  chunk_malformed: 'permanent',
  size_exceeded: 'permanent',
  size_short: 'permanent',
  digest_mismatch: 'permanent',

  // Source.
  allowlist_empty: 'permanent',
  allowlist_malformed: 'permanent',
  source_not_string: 'permanent',
  source_too_long: 'permanent',
  source_charset: 'permanent',
  source_unparsable: 'permanent',
  source_scheme: 'permanent',
  source_userinfo: 'permanent',
  source_not_canonical: 'permanent',
  source_port: 'permanent',
  source_query: 'permanent',
  source_fragment: 'permanent',
  source_host_form: 'permanent',
  source_host_not_allowed: 'permanent',
  source_path_charset: 'permanent',
  source_path_scope: 'permanent',
  source_revision_not_pinned: 'permanent',
  source_revision_other: 'permanent',

  // Fetching.
  source_address_refused: 'permanent',
  source_certificate_refused: 'permanent',
  source_unreachable: 'transient',
  source_busy: 'transient',
  source_status_refused: 'permanent',
  source_first_byte_timeout: 'transient',
  source_stalled: 'transient',
  redirect_malformed: 'permanent',
  redirects_exceeded: 'permanent',
  response_malformed: 'permanent',
  response_encoded: 'permanent',
  response_size_mismatch: 'permanent',
  response_range_mismatch: 'permanent',
  transfer_cut: 'transient',

  // Store.
  store_unavailable: 'permanent',
  store_full: 'transient',
  store_write_failed: 'transient',
  store_timeout: 'transient',
  store_record_differs: 'permanent',
  model_not_stored: 'permanent',

  // Pins.
  pins_missing: 'permanent',
  pins_malformed: 'permanent',
  pins_version: 'permanent',
  pin_unknown: 'permanent',
  pins_unsigned: 'permanent',
  signature_malformed: 'permanent',
  signature_mismatch: 'permanent',
  pins_expired: 'permanent',
  pins_rolled_back: 'permanent',

  // Model file.
  model_file_missing: 'permanent',
  model_file_not_regular: 'permanent',
  model_file_unreadable: 'permanent',
  model_file_empty: 'permanent',
  model_file_changed: 'transient',
  model_not_gguf: 'permanent',
  model_gguf_version: 'permanent',
  gguf_split: 'permanent',
  gguf_truncated: 'permanent',
  gguf_header_exceeded: 'permanent',
  gguf_counts_exceeded: 'permanent',
  gguf_string_exceeded: 'permanent',
  gguf_array_malformed: 'permanent',
  gguf_type_unknown: 'permanent',
  gguf_key_malformed: 'permanent',
  gguf_key_duplicate: 'permanent',
  gguf_alignment_malformed: 'permanent',
  gguf_metadata_missing: 'permanent',
  gguf_metadata_malformed: 'permanent',
  gguf_vocabulary_malformed: 'permanent',
  gguf_tensor_malformed: 'permanent',
  gguf_tensor_out_of_bounds: 'permanent',
  model_too_large: 'permanent',
  acquire_timeout: 'transient',

  // Runtime.
  runtime_unavailable: 'permanent',
  runtime_load_failed: 'transient',
  runtime_load_timeout: 'transient',
  runtime_out_of_memory: 'transient',
  runtime_probe_failed: 'transient',
  runtime_probe_timeout: 'transient',
  runtime_unresponsive: 'transient',
  runtime_release_timeout: 'transient',
  port_unprovided: 'permanent',

  // Restart.
  restart_disabled: 'permanent',
  restart_malformed: 'permanent',
  restart_intensity_exceeded: 'permanent',

  // Outcomes of a request.
  generation_completed: 'permanent',
  generation_failed: 'transient',
  cancelled_by_caller: 'permanent',
  cancelled_by_stop: 'permanent',
  abandoned_by_runtime: 'transient',
  queue_wait_exceeded: 'permanent',
  first_token_deadline_exceeded: 'transient',
  stall_deadline_exceeded: 'transient',
  reader_deadline_exceeded: 'permanent',
  request_deadline_exceeded: 'permanent',

  // Commands and construction.
  options_invalid: 'permanent',
  start_superseded: 'permanent',
  trace_unwritable: 'permanent',
  internal_error: 'transient',
};

/** Whether a value is a code of the closed list. */
export function isReason(value: unknown): value is Reason {
  return typeof value === 'string' && Object.hasOwn(FAULT_CLASSES, value);
}
