import type { Reason } from '../policies/reasons.ts';

/** For people: what a reason means, and what the host can do about it. The README's table is made from it. */
export interface ReasonGuide {
  readonly meaning: string;
  readonly remedy: string;
}

/** One sentence on what a reason means, and one on what to do. */
export function explainReason(reason: Reason): string {
  const { meaning, remedy } = REASON_GUIDE[reason];
  return remedy === '' ? meaning : `${meaning} ${remedy}`;
}

const guide = (meaning: string, remedy = ''): ReasonGuide => ({ meaning, remedy });

export const REASON_GUIDE: { readonly [R in Reason]: ReasonGuide } = {
  admitted: guide('The request runs.'),
  slot_available: guide('A slot is free.'),
  within_limits: guide('Every reading is within its limit.'),
  transition_allowed: guide('The lifecycle may go there.'),
  integrity_spec_valid: guide('The digest and size are well-formed.'),
  integrity_verified: guide('The bytes have the pinned size and digest.'),
  source_allowed: guide('The URL is on the allowlist.'),
  gguf_header_valid: guide('The header of the model file is sound.'),
  restart_allowed: guide('A restart is within the restart intensity.'),
  request_valid: guide('The request is well-formed.'),
  runtime_healthy: guide('The runtime decoded a token.'),

  lifecycle_stopped: guide('The supervisor is stopped.', 'Call start() and wait for it.'),
  lifecycle_starting: guide('The supervisor is starting.', 'Wait for start().'),
  lifecycle_draining: guide(
    'The supervisor is draining and takes no work.',
    'Start it again when work is wanted.',
  ),
  lifecycle_malformed: guide(
    'The lifecycle state is not one of the four.',
    'Pass a state that the policies made.',
  ),
  transition_invalid: guide('The lifecycle does not lead there.', 'Take the next state in order.'),
  runtime_suspect: guide('The runtime failed a request and is being checked.', 'Try again in a moment.'),

  at_capacity: guide(
    'Every slot is taken; there is room to wait.',
    'A queued request runs in its turn; with wait: false, try again later.',
  ),
  queue_full: guide(
    'Every slot and every place in the queue is taken.',
    'Try again later, or raise queueBound.',
  ),
  admission_malformed: guide('The admission state is malformed.', 'Pass a state that the policies made.'),

  limits_malformed: guide('The resource limits are malformed.', 'Check their ranges and their order.'),
  observation_missing: guide(
    'The machine was not observed yet, and nothing is admitted blindly.',
    'Check that memory and CPU can be read on this host.',
  ),
  observation_malformed: guide(
    'A reading of memory or CPU failed.',
    'Check that memory and CPU can be read on this host.',
  ),
  observation_stale: guide(
    'The latest reading is too old.',
    'The event loop may be blocked: look for long synchronous work in the host.',
  ),
  memory_exceeded: guide(
    'The machine has too little free memory.',
    'Free memory, or raise memoryUsedRatioHard.',
  ),
  process_memory_exceeded: guide(
    'The host process holds too much memory.',
    'Free memory, or raise processBytesHard.',
  ),
  vram_exceeded: guide('The GPU has too little free memory.', 'Free GPU memory, or raise vramUsedRatioHard.'),
  cpu_exceeded: guide('The CPU is too busy.', 'Wait, or raise cpuLoadRatioHard.'),

  request_malformed: guide(
    'The request is not a plain object of the known shape.',
    'Pass { prompt } or { messages } with options.',
  ),
  request_option_unknown: guide('The request has an option that does not exist.', 'Check the spelling.'),
  prompt_missing: guide('The request has neither prompt nor messages.', 'Pass one of them.'),
  prompt_malformed: guide('The prompt is no string, or a message is no { role, content }.', 'Pass strings.'),
  prompt_ambiguous: guide('The request has both prompt and messages.', 'Pass one of them.'),
  prompt_empty: guide('The prompt is empty.', 'Pass some text.'),
  prompt_too_large: guide(
    'The prompt has more characters than promptCharsMax.',
    'Shorten it, or raise the limit.',
  ),
  prompt_too_long: guide(
    'The prompt does not fit the context of the model.',
    'Shorten it, or raise runtime.contextTokens.',
  ),
  max_tokens_invalid: guide('maxTokens is no integer from 1 to outputTokensMax.', 'Pass one that is.'),
  sampling_invalid: guide(
    'temperature, topP, topK, minP or seed is out of its range.',
    'Check the ranges in the docs.',
  ),
  stop_text_invalid: guide(
    'stop is no text or list of 1 to 16 texts.',
    'Pass non-empty texts of at most 256 characters.',
  ),
  deadline_invalid: guide('deadlineMs is no positive integer.', 'Pass milliseconds.'),
  signal_invalid: guide('signal is no AbortSignal.', 'Pass the signal of an AbortController.'),
  signal_aborted: guide('The signal was aborted before the submit.', 'Pass a live signal.'),
  submit_reentrant: guide(
    'submit() was called from inside an observer of the actor.',
    'Call it from state$, or in a later turn.',
  ),

  integrity_spec_missing: guide('The digest or the size is missing.', 'Pin both sha256 and sizeBytes.'),
  integrity_spec_malformed: guide(
    'The digest or the size is malformed.',
    'Pass 64 lower-case hex digits and an integer from 1.',
  ),
  integrity_spec_ambiguous: guide(
    'The pin names more than one digest or size.',
    'Keep sha256 and sizeBytes alone.',
  ),
  integrity_closed: guide('The verification has already ended.', 'Begin a new one.'),
  chunk_malformed: guide('A chunk is no byte array.', 'Pass Uint8Array chunks.'),
  size_exceeded: guide('The file is larger than the pinned size.', 'Check the pin, or fetch the file again.'),
  size_short: guide('The file is smaller than the pinned size.', 'It may be cut off: fetch it again.'),
  digest_mismatch: guide(
    'The bytes are not those that were pinned.',
    'Do not use the file: fetch it again, or check the pin.',
  ),

  allowlist_empty: guide('No source is allowed.', 'Name the hosts that may serve models.'),
  allowlist_malformed: guide('The allowlist has a malformed entry.', 'Use host names, or { host, path }.'),
  source_not_string: guide('The URL is no string.', 'Pass a string.'),
  source_too_long: guide('The URL is too long.', 'Check it.'),
  source_charset: guide(
    'The URL holds a character outside printable ASCII, or a backslash.',
    'Write it in canonical form.',
  ),
  source_unparsable: guide('The URL cannot be parsed.', 'Check it.'),
  source_scheme: guide('The URL is not https.', 'Use https.'),
  source_userinfo: guide('The URL carries credentials.', 'Take them out.'),
  source_not_canonical: guide('The URL is not in canonical form.', 'Write it as a browser would show it.'),
  source_port: guide('The URL names a port.', 'Use the default port.'),
  source_query: guide('The URL has a query.', 'Take it out.'),
  source_fragment: guide('The URL has a fragment.', 'Take it out.'),
  source_host_form: guide(
    'The host is an address, punycode or no plain host name.',
    'Use a plain host name.',
  ),
  source_host_not_allowed: guide('The host is not on the allowlist.', 'Add it if you trust it.'),
  source_path_charset: guide('The path holds a character that is not allowed.', 'Check it.'),
  source_path_scope: guide('The path is outside what the allowlist allows.', 'Check the path, or the entry.'),
  source_revision_not_pinned: guide(
    'The URL names a branch or a short commit.',
    'Name the full 40-digit commit.',
  ),
  source_revision_other: guide('The URL names another commit than the allowlist.', 'Check which is meant.'),

  model_file_missing: guide('There is no file at the path of the model.', 'Check model.path.'),
  model_file_not_regular: guide(
    'The path of the model is a directory or no regular file.',
    'Check model.path.',
  ),
  model_file_unreadable: guide('The model file cannot be read.', 'Check its permissions and the disk.'),
  model_file_empty: guide('The model file is empty.', 'Fetch it again.'),
  model_file_changed: guide(
    'The model file changed while it was verified.',
    'Keep other writers away from it.',
  ),
  model_not_gguf: guide('The file is not a GGUF model.', 'Check which file was pinned.'),
  model_gguf_version: guide(
    'The file is of a GGUF version that is not supported (2 and 3 are).',
    'Convert the model.',
  ),
  gguf_split: guide(
    'The file is one part of a split model, and its pin proves no other part.',
    'Merge the parts into one file and pin that.',
  ),
  gguf_truncated: guide(
    'The header of the model file says that it is longer than the file.',
    'Fetch or convert the model again.',
  ),
  gguf_header_exceeded: guide(
    'The header of the model file is above 64 MiB.',
    'Check where the file comes from.',
  ),
  gguf_counts_exceeded: guide(
    'The header counts more keys (4096), tensors (65536) or entries of an array (2097152) than are read.',
    'Check where the file comes from.',
  ),
  gguf_string_exceeded: guide(
    'A text in the header is above 1 MiB, or a chat template above 256 KiB.',
    'Check where the file comes from.',
  ),
  gguf_array_malformed: guide('The header holds an array of arrays.', 'Check where the file comes from.'),
  gguf_type_unknown: guide(
    'The header names a type of value or of tensor that is not known.',
    'Update Llamero, or convert the model.',
  ),
  gguf_key_malformed: guide(
    'A key in the header is empty, above 256 bytes, or holds other characters than a key may.',
    'Check where the file comes from.',
  ),
  gguf_key_duplicate: guide('A key comes twice in the header.', 'Check where the file comes from.'),
  gguf_alignment_malformed: guide(
    'The alignment of the model file is no power of two from 8 to 1 MiB.',
    'Convert the model again.',
  ),
  gguf_metadata_missing: guide(
    'The header lacks what a language model must tell: its architecture, layers, context, width, heads or vocabulary.',
    'Check that the file is a whole language model and no adapter, projector or vocabulary.',
  ),
  gguf_metadata_malformed: guide(
    'The header tells a size, a count or a setting that has the wrong type or is out of range.',
    'Convert the model again.',
  ),
  gguf_vocabulary_malformed: guide(
    'The vocabulary would end the process: tokens that repeat, bytes that no token spells, or scores and types that do not fit it.',
    'Convert the model again.',
  ),
  gguf_tensor_malformed: guide(
    'A tensor has a name, a shape or a place that it cannot have, or there is none.',
    'Convert the model again.',
  ),
  gguf_tensor_out_of_bounds: guide(
    'A tensor reaches beyond the end of the model file.',
    'Fetch or convert the model again.',
  ),
  acquire_timeout: guide(
    'The verification of the file stood still or took too long.',
    'Check the disk, or raise acquireMsMax.',
  ),

  runtime_unavailable: guide(
    'The native runtime cannot be loaded on this machine.',
    'Check that node-llama-cpp and its binary for this platform are installed.',
  ),
  runtime_load_failed: guide(
    'The runtime could not load the model.',
    'Check that this runtime supports the model; the log says more.',
  ),
  runtime_load_timeout: guide(
    'The load of the model stood still or took too long.',
    'Raise loadMsMax, or use a smaller model.',
  ),
  runtime_out_of_memory: guide(
    'There is not enough memory for the model and its context.',
    'Use a smaller model, fewer slots or a smaller context.',
  ),
  runtime_probe_failed: guide('The runtime could not decode a token.', 'The log says more.'),
  runtime_probe_timeout: guide(
    'The runtime did not decode a token in time.',
    'Raise probeMsMax if the machine is slow.',
  ),
  runtime_unresponsive: guide(
    'The runtime no longer answers.',
    'It is restarted; if that does not help, restart the host.',
  ),
  runtime_release_timeout: guide(
    'The runtime did not give back its memory in time.',
    'Restart the host if memory stays taken.',
  ),
  port_unprovided: guide(
    'A port of the machine was not provided.',
    'Use createSupervisorLogic, or provide the actor.',
  ),

  restart_disabled: guide('Automatic restarts are switched off.', 'Call start().'),
  restart_malformed: guide(
    'The restart history or its limits are malformed.',
    'Pass what the policies made.',
  ),
  restart_intensity_exceeded: guide(
    'There were too many restarts in too short a time.',
    'Find the cause in the log, then call start().',
  ),

  generation_completed: guide('The request came to its own end.'),
  generation_failed: guide('The runtime failed while generating.', 'Try again; the log says more.'),
  cancelled_by_caller: guide('The caller ended the request.'),
  cancelled_by_stop: guide('The supervisor stopped while the request ran.', 'Submit it again after a start.'),
  abandoned_by_runtime: guide(
    'The runtime did not obey an abort in time.',
    'The runtime is checked and restarted if need be.',
  ),
  queue_wait_exceeded: guide(
    'The request waited too long in the queue.',
    'Try again later, or raise queueMsMax.',
  ),
  first_token_deadline_exceeded: guide(
    'The prompt made no progress for too long.',
    'Raise firstTokenMsMax if the machine is slow.',
  ),
  stall_deadline_exceeded: guide('No token came for too long.', 'Raise stallMsMax if the machine is slow.'),
  reader_deadline_exceeded: guide(
    'The reader left a full buffer unread for too long.',
    'Read faster, or raise readerMsMax.',
  ),
  request_deadline_exceeded: guide(
    'The request lived longer than its deadline.',
    'Raise deadlineMs, or ask for fewer tokens.',
  ),

  options_invalid: guide('The options are invalid.', 'The message names each field.'),
  start_superseded: guide(
    'Another command came before the start was done.',
    'Start again if that was not meant.',
  ),
  trace_unwritable: guide('The trace could not be written.', 'Check the path and the disk.'),
  internal_error: guide('Llamero itself failed.', 'Please report it, with a trace if you have one.'),
};
