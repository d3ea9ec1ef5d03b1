import { evaluateAdmission } from '../../../policies/admission.ts';
import { evaluateRuntimeRequest } from '../../../policies/gate.ts';
import { GGUF_HEADER_BYTES_MAX, GgufCursor } from '../../../policies/gguf-cursor.ts';
import { evaluateGgufHeader } from '../../../policies/gguf-header.ts';
import {
  createIntegrityAccumulator,
  validateIntegritySpec,
  verifyModelBytes,
} from '../../../policies/integrity.ts';
import { transitionLifecycle } from '../../../policies/lifecycle.ts';
import type { Reason } from '../../../policies/reasons.ts';
import { evaluateRequestFacts, readRequestFacts } from '../../../policies/request.ts';
import { evaluateResourceLimits, type ResourceObservation } from '../../../policies/resources.ts';
import { evaluateRestart } from '../../../policies/restart.ts';
import { validateSourceUrl } from '../../../policies/source.ts';
import { encodePlan, type GgufPlan, value } from '../../doubles/gguf-plan.ts';
import { SPM_PLAN, withoutKey, withValue } from '../../doubles/gguf-samples.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';
import {
  admissionState,
  calmObservation,
  LIMITS,
  openFacts,
  resourceLimits,
} from '../../doubles/policy-facts.ts';

const BYTES = createModelBytes(64);
const SPEC = specOf(BYTES);

const observe = (changes: Partial<ResourceObservation>) =>
  evaluateResourceLimits(
    resourceLimits({ cpuLoadRatioHard: 0.9, cpuLoadRatioSoft: 0.9, processBytesHard: 2 ** 31 }),
    {
      ...calmObservation(),
      ...changes,
    },
  ).reason;
const ask = (request: unknown) => evaluateRequestFacts(readRequestFacts(request), LIMITS).reason;
const pin = (spec: unknown) => validateIntegritySpec(spec).reason;
const inPhase = (phase: 'stopped' | 'starting' | 'draining') =>
  evaluateRuntimeRequest(openFacts({ lifecycle: { phase } })).reason;

const headerOf = (plan: GgufPlan): Reason => {
  const { bytes } = encodePlan(plan);
  const judgement = evaluateGgufHeader(bytes, bytes.length);
  if (judgement.kind === 'more') throw new Error('it was not judged');
  return judgement.verdict.reason;
};

const COMMIT = 'a'.repeat(40);
const HUB = 'https://huggingface.co';
const FILE = `/org/repo/resolve/${COMMIT}/f.gguf`;
const fetchFrom = (url: unknown, allowlist: unknown = ['huggingface.co']) =>
  validateSourceUrl(url, allowlist).reason;

/** For each reason that a policy gives by itself, the judgement that gives it. */
export const POLICY_REASONS = {
  admitted: () => evaluateRuntimeRequest(openFacts()).reason,
  slot_available: () => evaluateAdmission(admissionState()).reason,
  within_limits: () => observe({}),
  transition_allowed: () => transitionLifecycle({ phase: 'stopped' }, 'starting').verdict.reason,
  integrity_spec_valid: () => pin(SPEC),
  integrity_verified: () => verifyModelBytes(SPEC, BYTES).reason,
  source_allowed: () => fetchFrom(`${HUB}${FILE}`),
  restart_allowed: () => evaluateRestart([], 0, LIMITS).reason,
  request_valid: () => ask({ prompt: 'hello' }),

  lifecycle_stopped: () => inPhase('stopped'),
  lifecycle_starting: () => inPhase('starting'),
  lifecycle_draining: () => inPhase('draining'),
  lifecycle_malformed: () => evaluateRuntimeRequest(null).reason,
  transition_invalid: () => transitionLifecycle({ phase: 'stopped' }, 'ready').verdict.reason,
  runtime_suspect: () => evaluateRuntimeRequest(openFacts({ suspect: true })).reason,

  at_capacity: () => evaluateAdmission(admissionState({ inFlight: 2 })).reason,
  queue_full: () => evaluateAdmission(admissionState({ inFlight: 2, queued: 3 })).reason,
  admission_malformed: () => evaluateAdmission(null).reason,

  limits_malformed: () => evaluateResourceLimits(null, calmObservation()).reason,
  observation_missing: () => evaluateResourceLimits(resourceLimits(), null).reason,
  observation_malformed: () => observe({ memoryTotalBytes: Number.NaN }),
  observation_stale: () => observe({ ageMs: 60_000 }),
  memory_exceeded: () => observe({ memoryAvailableBytes: 0 }),
  process_memory_exceeded: () => observe({ processBytes: 2 ** 32 }),
  vram_exceeded: () => observe({ vramTotalBytes: 1, vramUsedBytes: 2 }),
  cpu_exceeded: () => observe({ cpuLoadRatio: 1 }),

  request_malformed: () => ask('hello'),
  request_option_unknown: () => ask({ prompt: 'hello', temperatur: 1 }),
  prompt_missing: () => ask({}),
  prompt_malformed: () => ask({ prompt: 7 }),
  prompt_ambiguous: () => ask({ prompt: 'hello', messages: [] }),
  prompt_empty: () => ask({ prompt: '' }),
  prompt_too_large: () => ask({ prompt: 'a'.repeat(LIMITS.promptCharsMax + 1) }),
  max_tokens_invalid: () => ask({ prompt: 'hello', maxTokens: 0 }),
  sampling_invalid: () => ask({ prompt: 'hello', temperature: -1 }),
  stop_text_invalid: () => ask({ prompt: 'hello', stop: '' }),
  deadline_invalid: () => ask({ prompt: 'hello', deadlineMs: 0 }),
  signal_invalid: () => ask({ prompt: 'hello', signal: true }),
  signal_aborted: () => ask({ prompt: 'hello', signal: AbortSignal.abort() }),

  integrity_spec_missing: () => pin({}),
  integrity_spec_malformed: () => pin({ ...SPEC, sizeBytes: 0 }),
  integrity_spec_ambiguous: () => pin({ ...SPEC, digest: SPEC.sha256 }),
  integrity_closed: () => createIntegrityAccumulator(SPEC).abort().reason,
  chunk_malformed: () => verifyModelBytes(SPEC, 'bytes').reason,
  size_exceeded: () => verifyModelBytes({ ...SPEC, sizeBytes: 63 }, BYTES).reason,
  size_short: () => verifyModelBytes({ ...SPEC, sizeBytes: 65 }, BYTES).reason,
  digest_mismatch: () => verifyModelBytes({ ...SPEC, sha256: '0'.repeat(64) }, BYTES).reason,

  allowlist_empty: () => fetchFrom(`${HUB}${FILE}`, []),
  allowlist_malformed: () => fetchFrom(`${HUB}${FILE}`, ['no host']),
  source_not_string: () => fetchFrom(7),
  source_too_long: () => fetchFrom(`${HUB}/${'a'.repeat(3000)}`),
  source_charset: () => fetchFrom(`${HUB}/a b`),
  source_unparsable: () => fetchFrom('not a url'.replaceAll(' ', '-')),
  source_scheme: () => fetchFrom(`http://huggingface.co${FILE}`),
  source_userinfo: () => fetchFrom(`https://user:pass@huggingface.co${FILE}`),
  source_not_canonical: () => fetchFrom(`HTTPS://huggingface.co${FILE}`),
  source_port: () => fetchFrom(`${HUB}:8443${FILE}`),
  source_query: () => fetchFrom(`${HUB}${FILE}?download=true`),
  source_fragment: () => fetchFrom(`${HUB}${FILE}#top`),
  source_host_form: () => fetchFrom(`https://127.0.0.1${FILE}`),
  source_host_not_allowed: () => fetchFrom(`https://example.com${FILE}`),
  source_path_charset: () => fetchFrom(`${HUB}${FILE};x`),
  source_path_scope: () => fetchFrom(`${HUB}/org/repo/blob/${COMMIT}/f.gguf`),
  source_revision_not_pinned: () => fetchFrom(`${HUB}/org/repo/resolve/main/f.gguf`),
  source_revision_other: () =>
    fetchFrom(`${HUB}${FILE}`, [{ host: 'huggingface.co', path: `/org/repo/resolve/${'b'.repeat(40)}` }]),

  gguf_header_valid: () => headerOf(SPM_PLAN),
  gguf_truncated: () => headerOf({ ...SPM_PLAN, pairCount: 4096 }),
  gguf_header_exceeded: () => {
    const cursor = new GgufCursor(new Uint8Array(0), 2 ** 40);
    cursor.skip(GGUF_HEADER_BYTES_MAX + 1);
    return cursor.stop !== null && 'reason' in cursor.stop ? cursor.stop.reason : 'admitted';
  },
  gguf_counts_exceeded: () => headerOf({ ...SPM_PLAN, pairCount: 4097 }),
  gguf_string_exceeded: () => headerOf(withValue(SPM_PLAN, 'general.name', value.string('', 2n ** 30n))),
  gguf_array_malformed: () => headerOf(withValue(SPM_PLAN, 'a', value.array(9, 1, new Uint8Array(12)))),
  gguf_type_unknown: () => headerOf(withValue(SPM_PLAN, 'a', { type: 13, bytes: new Uint8Array(8) })),
  gguf_key_malformed: () => headerOf(withValue(SPM_PLAN, 'a b', value.u32(1))),
  gguf_key_duplicate: () => headerOf({ ...SPM_PLAN, pairs: [...SPM_PLAN.pairs, SPM_PLAN.pairs[0]!] }),
  gguf_alignment_malformed: () => headerOf(withValue(SPM_PLAN, 'general.alignment', value.u32(0))),
  gguf_metadata_missing: () => headerOf(withoutKey(SPM_PLAN, 'llama.block_count')),
  gguf_metadata_malformed: () => headerOf(withValue(SPM_PLAN, 'llama.block_count', value.u32(513))),
  gguf_vocabulary_malformed: () => headerOf(withValue(SPM_PLAN, 'tokenizer.ggml.scores', value.f32s([]))),
  gguf_tensor_malformed: () => headerOf({ ...SPM_PLAN, tensorCount: 0 }),
  gguf_tensor_out_of_bounds: () => headerOf({ ...SPM_PLAN, dataBytes: 0 }),

  restart_disabled: () => evaluateRestart([], 0, { ...LIMITS, restartsMax: 0 }).reason,
  restart_malformed: () => evaluateRestart(null, 0, LIMITS).reason,
  restart_intensity_exceeded: () => evaluateRestart([1, 2, 3], 4, LIMITS).reason,
} satisfies Partial<Record<Reason, () => Reason>>;
