import { isNumberWithin, isObject, ownField } from './foreign.ts';

/**
 * Every limit of the project in one table: unit, default, range, and what happens when it is reached.
 * The README's limits table, the option schema and the defaults are all made from it.
 */
export type LimitUnit =
  | 'requests'
  | 'ms'
  | 'tokens'
  | 'chars'
  | 'chunks'
  | 'bytes'
  | 'bytes/s'
  | 'attempts'
  | 'ratio'
  | 'restarts';

export interface LimitRule {
  readonly unit: LimitUnit;
  readonly default: number;
  readonly min: number;
  readonly max: number;
  /** One sentence: what it bounds, and the reason code that follows when it is reached. */
  readonly meaning: string;
}

/** Longest delay a timer of Node keeps: beyond it, a timer fires at once. */
export const TIMER_MS_MAX = 2 ** 31 - 1;
const BYTES_MAX = Number.MAX_SAFE_INTEGER;

const rule = (unit: LimitUnit, fallback: number, min: number, max: number, meaning: string): LimitRule => ({
  unit,
  default: fallback,
  min,
  max,
  meaning,
});

const integerMs = (fallback: number, meaning: string): LimitRule =>
  rule('ms', fallback, 1, TIMER_MS_MAX, meaning);

export const LIMIT_RULES = {
  maxInFlight: rule('requests', 2, 1, 64, 'Requests that run at once; one more is `at_capacity` and waits.'),
  queueBound: rule('requests', 16, 0, 4096, 'Requests that wait at once; one more is `queue_full`.'),
  queueMsMax: integerMs(30_000, 'Longest wait in the queue; then `queue_wait_exceeded`.'),
  requestMsMax: integerMs(
    600_000,
    'Longest life of a request from submit; then `request_deadline_exceeded`.',
  ),
  firstTokenMsMax: integerMs(
    120_000,
    'Longest time without a step while the prompt is evaluated; then `first_token_deadline_exceeded`.',
  ),
  stallMsMax: integerMs(30_000, 'Longest time between two tokens; then `stall_deadline_exceeded`.'),
  readerMsMax: integerMs(
    60_000,
    'Longest time a reader may leave a full buffer unread; then `reader_deadline_exceeded`.',
  ),
  abortMsMax: integerMs(
    5_000,
    'Longest time the runtime may take to obey an abort; then `abandoned_by_runtime`.',
  ),
  outputTokensDefault: rule(
    'tokens',
    512,
    1,
    1_048_576,
    'Tokens generated when a request does not say `maxTokens`.',
  ),
  outputTokensMax: rule(
    'tokens',
    131_072,
    1,
    1_048_576,
    'Largest `maxTokens`; above it `max_tokens_invalid`.',
  ),
  promptCharsMax: rule(
    'chars',
    1_048_576,
    1,
    67_108_864,
    'Longest prompt in UTF-16 units; above it `prompt_too_large`.',
  ),
  tokenBufferChunks: rule(
    'chunks',
    64,
    1,
    65_536,
    'Chunks kept for a reader that is behind; then its generation waits.',
  ),
  acquireMsMax: integerMs(
    1_800_000,
    'Longest verification of the model file; a download has the time of its bytes besides. Then `acquire_timeout`.',
  ),
  acquireStallMsMax: integerMs(
    30_000,
    'Longest time without progress while the file is verified; then `acquire_timeout`.',
  ),
  transferBytesPerSecondMin: rule(
    'bytes/s',
    65_536,
    1,
    BYTES_MAX,
    'Slowest download that is waited for: the size of the model at this rate is added to `acquireMsMax`.',
  ),
  lockMsMax: integerMs(
    1_800_000,
    'Longest wait for another process that downloads the same model; then this one downloads it too.',
  ),
  firstByteMsMax: integerMs(
    30_000,
    'Longest wait for the answer of a source, redirects included; then `source_first_byte_timeout`.',
  ),
  transferStallMsMax: integerMs(
    30_000,
    'Longest time without a byte while a model is downloaded; then `source_stalled`.',
  ),
  flushMsMax: integerMs(
    300_000,
    'Longest time the disk may take to keep a file, or the check of one may stand still; then `store_timeout`.',
  ),
  fetchFailuresMax: rule(
    'attempts',
    5,
    1,
    1000,
    'Failures in a row, over all mirrors and without one new byte, after which a download is given up.',
  ),
  retryMsMin: integerMs(500, 'Delay before a download is tried again; it doubles with each further failure.'),
  retryMsMax: integerMs(15_000, 'Longest delay before a download is tried again.'),
  storeReserveBytes: rule(
    'bytes',
    268_435_456,
    0,
    BYTES_MAX,
    'Free space that a download must leave on the disk of the store; else `store_full`.',
  ),
  loadMsMax: integerMs(1_800_000, 'Longest load of the model; then `runtime_load_timeout`.'),
  loadStallMsMax: integerMs(
    120_000,
    'Longest time without progress of the load; then `runtime_load_timeout`.',
  ),
  probeMsMax: integerMs(30_000, 'Longest health check of one decoded token; then `runtime_probe_timeout`.'),
  drainMsMax: integerMs(
    30_000,
    'Longest time a drain lets running requests go on, unless the drain says otherwise.',
  ),
  releaseMsMax: integerMs(
    30_000,
    'Longest time the runtime may take to release its memory; then `runtime_release_timeout`.',
  ),
  restartsMax: rule(
    'restarts',
    3,
    0,
    1000,
    'Automatic restarts within `restartPeriodMs`; one more is `restart_intensity_exceeded`.',
  ),
  restartPeriodMs: integerMs(300_000, 'Window in which restarts are counted.'),
  silencesMax: rule(
    'requests',
    3,
    1,
    1000,
    'Requests in a row in which the runtime fell silent, though it answers its health check; then `runtime_unresponsive`.',
  ),
  backoffMsMin: integerMs(
    1_000,
    'Delay before the first automatic restart; it doubles with each further one.',
  ),
  backoffMsMax: integerMs(60_000, 'Longest delay before an automatic restart.'),
  backoffJitterRatio: rule('ratio', 0.2, 0, 1, 'Random share added to a restart delay.'),
  observeEveryMs: integerMs(250, 'Pace of the fast observation: memory, CPU, event loop.'),
  observeSlowEveryMs: integerMs(30_000, 'Pace of the slow observation: GPU memory as the system tells it.'),
  observationAgeMsMax: integerMs(
    5_000,
    'Oldest observation that still admits; older is `observation_stale`.',
  ),
  memoryUsedRatioSoft: rule(
    'ratio',
    0.85,
    0,
    1,
    'Share of system memory in use at which pressure is elevated.',
  ),
  memoryUsedRatioHard: rule(
    'ratio',
    0.97,
    0,
    1,
    'Share of system memory in use above which requests get `memory_exceeded`.',
  ),
  processBytesHard: rule(
    'bytes',
    BYTES_MAX,
    0,
    BYTES_MAX,
    'Resident memory of the host process above which requests get `process_memory_exceeded`.',
  ),
  vramUsedRatioSoft: rule('ratio', 0.9, 0, 1, 'Share of GPU memory in use at which pressure is elevated.'),
  vramUsedRatioHard: rule(
    'ratio',
    1,
    0,
    1,
    'Share of GPU memory in use above which requests get `vram_exceeded`.',
  ),
  cpuLoadRatioSoft: rule('ratio', 1, 0, 1, 'CPU load of the machine at which pressure is elevated.'),
  cpuLoadRatioHard: rule(
    'ratio',
    1,
    0,
    1,
    'CPU load of the machine above which requests get `cpu_exceeded`.',
  ),
  pressureClearRatio: rule(
    'ratio',
    0.05,
    0,
    0.5,
    'How far below a threshold a reading must fall before pressure falls.',
  ),
  traceBytesMax: rule(
    'bytes',
    1_048_576,
    0,
    268_435_456,
    'Memory of the flight recorder: the latest steps of the machine, oldest dropped first. 0 switches it off.',
  ),
} as const satisfies Record<string, LimitRule>;

export type LimitName = keyof typeof LIMIT_RULES;
/** A value for every limit, in the unit its rule names. */
export type Limits = { readonly [N in LimitName]: number };

export const LIMIT_NAMES = Object.keys(LIMIT_RULES) as readonly LimitName[];

export const DEFAULT_LIMITS: Limits = Object.fromEntries(
  LIMIT_NAMES.map((name) => [name, LIMIT_RULES[name].default]),
) as Limits;

/** Pairs of limits where the first must not be above the second. */
export const LIMIT_ORDER: readonly (readonly [LimitName, LimitName])[] = [
  ['outputTokensDefault', 'outputTokensMax'],
  ['backoffMsMin', 'backoffMsMax'],
  ['retryMsMin', 'retryMsMax'],
  ['memoryUsedRatioSoft', 'memoryUsedRatioHard'],
  ['vramUsedRatioSoft', 'vramUsedRatioHard'],
  ['cpuLoadRatioSoft', 'cpuLoadRatioHard'],
  ['observeEveryMs', 'observationAgeMsMax'],
];

/** A limit of a foreign object; null where it is missing or outside the range of its rule. */
export function readLimit(limits: unknown, name: LimitName): number | null {
  if (!isObject(limits)) return null;
  const value = ownField(limits, name);
  return isNumberWithin(value, LIMIT_RULES[name].min, LIMIT_RULES[name].max) ? value : null;
}
