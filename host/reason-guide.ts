import type { Reason } from '../policies/reasons.ts';
import { ACQUISITION_REASON_GUIDE } from './acquisition-reason-guide.ts';
import { MODEL_REASON_GUIDE } from './model-reason-guide.ts';
import { guide, type ReasonGuide } from './reason-guide-entry.ts';

/** One sentence on what a reason means, and one on what to do. */
export function explainReason(reason: Reason): string {
  const { meaning, remedy } = REASON_GUIDE[reason];
  return remedy === '' ? meaning : `${meaning} ${remedy}`;
}

/** Complete by its type: a reason without words does not compile. The README's table is made from it. */
export const REASON_GUIDE: { readonly [R in Reason]: ReasonGuide } = {
  ...MODEL_REASON_GUIDE,
  ...ACQUISITION_REASON_GUIDE,

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
