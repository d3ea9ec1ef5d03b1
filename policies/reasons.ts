/**
 * Every reason that a verdict, an outcome or an error of this project can carry: a closed list of codes.
 *
 * A reason never holds prose, a number, a URL, a path, a digest or a secret; what a host can do about each
 * is told in `host/reason-guide.ts`, and the README's table is made from there.
 */
export const RUNTIME_MANAGER_REASONS = [
  // Allowed.
  'admitted',
  'slot_available',
  'within_limits',
  'transition_allowed',
  'integrity_spec_valid',
  'integrity_verified',
  'source_allowed',
  'gguf_header_valid',
  'response_accepted',
  'model_fits',
  'store_record_fits',
  'pins_valid',
  'signature_verified',
  'restart_allowed',
  'request_valid',
  'runtime_healthy',

  // Lifecycle.
  'lifecycle_stopped',
  'lifecycle_starting',
  'lifecycle_draining',
  'lifecycle_malformed',
  'transition_invalid',
  'runtime_suspect',

  // Admission.
  'at_capacity',
  'queue_full',
  'admission_malformed',

  // Resources.
  'limits_malformed',
  'observation_missing',
  'observation_malformed',
  'observation_stale',
  'memory_exceeded',
  'process_memory_exceeded',
  'vram_exceeded',
  'cpu_exceeded',

  // Request shape.
  'request_malformed',
  'request_option_unknown',
  'prompt_missing',
  'prompt_malformed',
  'prompt_ambiguous',
  'prompt_empty',
  'prompt_too_large',
  'prompt_too_long',
  'max_tokens_invalid',
  'sampling_invalid',
  'stop_text_invalid',
  'deadline_invalid',
  'signal_invalid',
  'signal_aborted',
  'submit_reentrant',

  // Integrity.
  'integrity_spec_missing',
  'integrity_spec_malformed',
  'integrity_spec_ambiguous',
  'integrity_closed',
  'chunk_malformed',
  'size_exceeded',
  'size_short',
  'digest_mismatch',

  // Source.
  'allowlist_empty',
  'allowlist_malformed',
  'source_not_string',
  'source_too_long',
  'source_charset',
  'source_unparsable',
  'source_scheme',
  'source_userinfo',
  'source_not_canonical',
  'source_port',
  'source_query',
  'source_fragment',
  'source_host_form',
  'source_host_not_allowed',
  'source_path_charset',
  'source_path_scope',
  'source_revision_not_pinned',
  'source_revision_other',

  // Fetching.
  'source_address_refused',
  'source_certificate_refused',
  'source_unreachable',
  'source_busy',
  'source_status_refused',
  'source_first_byte_timeout',
  'source_stalled',
  'redirect_malformed',
  'redirects_exceeded',
  'response_malformed',
  'response_encoded',
  'response_size_mismatch',
  'response_range_mismatch',
  'transfer_cut',

  // Store.
  'store_unavailable',
  'store_full',
  'store_write_failed',
  'store_timeout',
  'store_record_differs',
  'model_not_stored',

  // Pins.
  'pins_missing',
  'pins_malformed',
  'pins_version',
  'pin_unknown',
  'pins_unsigned',
  'signature_malformed',
  'signature_mismatch',
  'pins_expired',
  'pins_rolled_back',

  // Model file.
  'model_file_missing',
  'model_file_not_regular',
  'model_file_unreadable',
  'model_file_empty',
  'model_file_changed',
  'model_not_gguf',
  'model_gguf_version',
  'gguf_split',
  'gguf_truncated',
  'gguf_header_exceeded',
  'gguf_counts_exceeded',
  'gguf_string_exceeded',
  'gguf_array_malformed',
  'gguf_type_unknown',
  'gguf_key_malformed',
  'gguf_key_duplicate',
  'gguf_alignment_malformed',
  'gguf_metadata_missing',
  'gguf_metadata_malformed',
  'gguf_vocabulary_malformed',
  'gguf_tensor_malformed',
  'gguf_tensor_out_of_bounds',
  'model_too_large',
  'acquire_timeout',

  // Runtime.
  'runtime_unavailable',
  'runtime_load_failed',
  'runtime_load_timeout',
  'runtime_out_of_memory',
  'runtime_probe_failed',
  'runtime_probe_timeout',
  'runtime_unresponsive',
  'runtime_release_timeout',
  'port_unprovided',

  // Restart.
  'restart_disabled',
  'restart_malformed',
  'restart_intensity_exceeded',

  // Outcomes of a request.
  'generation_completed',
  'generation_failed',
  'cancelled_by_caller',
  'cancelled_by_stop',
  'abandoned_by_runtime',
  'queue_wait_exceeded',
  'first_token_deadline_exceeded',
  'stall_deadline_exceeded',
  'reader_deadline_exceeded',
  'request_deadline_exceeded',

  // Commands and construction.
  'options_invalid',
  'start_superseded',
  'trace_unwritable',
  'internal_error',
] as const;

/** One code of {@link RUNTIME_MANAGER_REASONS}. */
export type Reason = (typeof RUNTIME_MANAGER_REASONS)[number];
