import { isIntegerFrom, isObject, isPlainObject, ownField } from './foreign.ts';
import { readLimit } from './limits.ts';
import type { Reason } from './reasons.ts';
import {
  INVALID,
  type RequestMessage,
  readDeadlineMs,
  readMaxTokens,
  readMessages,
  readMinP,
  readSeed,
  readSignal,
  readStop,
  readTemperature,
  readTopK,
  readTopP,
  readWait,
} from './request-options.ts';
import type { CancelSignal } from './runtime-adapter.ts';
import { allow, type Deny, deny, failClosed, type Verdict } from './verdict.ts';

/** What a request is judged by. Plain JSON that holds no prompt, so that a trace can hold it. */
export interface RequestFacts {
  readonly promptKind: 'text' | 'messages' | 'missing' | 'malformed' | 'ambiguous';
  /** UTF-16 units of the prompt, or of the contents of all messages together. */
  readonly promptChars: number;
  readonly messageCount: number;
  /** Null where the request does not say. Not yet held against a limit. */
  readonly maxTokens: number | null;
  readonly deadlineMs: number | null;
  readonly signalAborted: boolean;
  /** What is wrong with the request whatever the limits are; null where nothing is. */
  readonly fault: Reason | null;
}

/** A checked copy of a request: each field was read once, and what was judged is what will run. */
export interface RequestContent {
  readonly input: { readonly prompt: string } | { readonly messages: readonly RequestMessage[] };
  readonly maxTokens?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly seed?: number;
  readonly stop?: readonly string[];
  readonly deadlineMs?: number;
  readonly wait?: boolean;
  readonly signal?: CancelSignal;
}

export interface ReadRequest {
  readonly facts: RequestFacts;
  /** Null where the facts hold a fault, or a prompt that is neither text nor messages. */
  readonly content: RequestContent | null;
}

type RequestFault =
  | 'request_malformed'
  | 'request_option_unknown'
  | 'sampling_invalid'
  | 'stop_text_invalid'
  | 'max_tokens_invalid'
  | 'deadline_invalid'
  | 'signal_invalid';

type Prompt = Pick<RequestFacts, 'promptKind' | 'promptChars' | 'messageCount'> & {
  readonly input: RequestContent['input'] | null;
};

const VALID = Object.freeze(allow('request_valid'));
const MALFORMED = Object.freeze(deny('request_malformed'));
const PROMPT_MISSING = Object.freeze(deny('prompt_missing'));
const PROMPT_MALFORMED = Object.freeze(deny('prompt_malformed'));
const PROMPT_AMBIGUOUS = Object.freeze(deny('prompt_ambiguous'));
const PROMPT_EMPTY = Object.freeze(deny('prompt_empty'));
const PROMPT_TOO_LARGE = Object.freeze(deny('prompt_too_large'));
const LIMITS_MALFORMED = Object.freeze(deny('limits_malformed'));
const MAX_TOKENS_INVALID = Object.freeze(deny('max_tokens_invalid'));
const DEADLINE_INVALID = Object.freeze(deny('deadline_invalid'));
const SIGNAL_ABORTED = Object.freeze(deny('signal_aborted'));

const FAULT_VERDICTS: { readonly [F in RequestFault]: Deny } = {
  request_malformed: MALFORMED,
  request_option_unknown: Object.freeze(deny('request_option_unknown')),
  sampling_invalid: Object.freeze(deny('sampling_invalid')),
  stop_text_invalid: Object.freeze(deny('stop_text_invalid')),
  max_tokens_invalid: MAX_TOKENS_INVALID,
  deadline_invalid: DEADLINE_INVALID,
  signal_invalid: Object.freeze(deny('signal_invalid')),
};

const REQUEST_KEYS: readonly PropertyKey[] = [
  'prompt',
  'messages',
  'maxTokens',
  'temperature',
  'topP',
  'topK',
  'minP',
  'seed',
  'stop',
  'signal',
  'deadlineMs',
  'wait',
];

const NO_PROMPT: Prompt = { promptKind: 'missing', promptChars: 0, messageCount: 0, input: null };
const BAD_PROMPT: Prompt = { ...NO_PROMPT, promptKind: 'malformed' };
const TWO_PROMPTS: Prompt = { ...NO_PROMPT, promptKind: 'ambiguous' };

/** Reads the facts of an untrusted request. An own key that is no option is a fault; `undefined` counts as absent. */
export function readRequestFacts(request: unknown): RequestFacts {
  return readRequest(request).facts;
}

/** Reads an untrusted request once: its facts, and a checked copy of it where it can be one. */
export function readRequest(request: unknown): ReadRequest {
  return failClosed(() => read(request), faulty('request_malformed'));
}

/**
 * Judges the facts by the limits `promptCharsMax` and `outputTokensMax`. `request_valid`, or the first refusal:
 * malformed facts, the fault, the prompt (missing, malformed, ambiguous, empty, too large), `max_tokens_invalid`,
 * `deadline_invalid`, `signal_aborted`.
 */
export function evaluateRequestFacts(facts: unknown, limits: unknown): Verdict {
  return failClosed(() => {
    const seen = readFacts(facts);
    return seen === null ? MALFORMED : judge(seen, limits);
  }, MALFORMED);
}

function read(request: unknown): ReadRequest {
  if (!isPlainObject(request)) return faulty('request_malformed');
  if (!Reflect.ownKeys(request).every((key) => REQUEST_KEYS.includes(key))) {
    return faulty('request_option_unknown');
  }
  const prompt = readPrompt(ownField(request, 'prompt'), ownField(request, 'messages'));
  const sampling = {
    temperature: readTemperature(ownField(request, 'temperature')),
    topP: readTopP(ownField(request, 'topP')),
    topK: readTopK(ownField(request, 'topK')),
    minP: readMinP(ownField(request, 'minP')),
    seed: readSeed(ownField(request, 'seed')),
  };
  const stop = readStop(ownField(request, 'stop'));
  const maxTokens = readMaxTokens(ownField(request, 'maxTokens'));
  const deadlineMs = readDeadlineMs(ownField(request, 'deadlineMs'));
  const wait = readWait(ownField(request, 'wait'));
  const signal = readSignal(ownField(request, 'signal'));

  const { input, ...promptFacts } = prompt;
  const fault = firstFault([
    [wait === INVALID, 'request_malformed'],
    [Object.values(sampling).includes(INVALID), 'sampling_invalid'],
    [stop === INVALID, 'stop_text_invalid'],
    [maxTokens === INVALID, 'max_tokens_invalid'],
    [deadlineMs === INVALID, 'deadline_invalid'],
    [signal === INVALID, 'signal_invalid'],
  ]);
  const facts: RequestFacts = {
    ...promptFacts,
    maxTokens: typeof maxTokens === 'number' ? maxTokens : null,
    deadlineMs: typeof deadlineMs === 'number' ? deadlineMs : null,
    signalAborted: typeof signal === 'object' && signal.aborted,
    fault,
  };
  if (fault !== null || input === null) return { facts, content: null };
  const heard = typeof signal === 'object' ? signal.signal : undefined;
  const options = { ...sampling, stop, maxTokens, deadlineMs, wait, signal: heard };
  return { facts, content: withoutPrototype({ input, ...withoutAbsent(options) }) };
}

function readPrompt(prompt: unknown, messages: unknown): Prompt {
  if (prompt !== undefined && messages !== undefined) return TWO_PROMPTS;
  if (prompt !== undefined) {
    if (typeof prompt !== 'string') return BAD_PROMPT;
    return { promptKind: 'text', promptChars: prompt.length, messageCount: 0, input: { prompt } };
  }
  if (messages === undefined) return NO_PROMPT;
  const list = readMessages(messages);
  if (list === INVALID) return BAD_PROMPT;
  const promptChars = list.reduce((sum, message) => sum + message.content.length, 0);
  return { promptKind: 'messages', promptChars, messageCount: list.length, input: { messages: list } };
}

function judge(facts: RequestFacts, limits: unknown): Verdict {
  if (facts.fault !== null) return isFault(facts.fault) ? FAULT_VERDICTS[facts.fault] : MALFORMED;
  switch (facts.promptKind) {
    case 'missing':
      return PROMPT_MISSING;
    case 'malformed':
      return PROMPT_MALFORMED;
    case 'ambiguous':
      return PROMPT_AMBIGUOUS;
    case 'text':
    case 'messages':
      return judgeByLimits(facts, limits);
  }
}

function judgeByLimits(facts: RequestFacts, limits: unknown): Verdict {
  if (facts.promptChars === 0) return PROMPT_EMPTY;
  const promptCharsMax = failClosed(() => readLimit(limits, 'promptCharsMax'), null);
  const outputTokensMax = failClosed(() => readLimit(limits, 'outputTokensMax'), null);
  if (promptCharsMax === null || outputTokensMax === null) return LIMITS_MALFORMED;
  if (facts.promptChars > promptCharsMax) return PROMPT_TOO_LARGE;
  const { maxTokens, deadlineMs } = facts;
  if (maxTokens !== null && !(isIntegerFrom(maxTokens, 1) && maxTokens <= outputTokensMax)) {
    return MAX_TOKENS_INVALID;
  }
  if (deadlineMs !== null && readDeadlineMs(deadlineMs) === INVALID) return DEADLINE_INVALID;
  return facts.signalAborted ? SIGNAL_ABORTED : VALID;
}

/** A copy of facts whose types hold, each field read once; null for anything else. */
function readFacts(facts: unknown): RequestFacts | null {
  if (!isObject(facts)) return null;
  const promptKind = ownField(facts, 'promptKind');
  const promptChars = ownField(facts, 'promptChars');
  const messageCount = ownField(facts, 'messageCount');
  const maxTokens = ownField(facts, 'maxTokens');
  const deadlineMs = ownField(facts, 'deadlineMs');
  const signalAborted = ownField(facts, 'signalAborted');
  const fault = ownField(facts, 'fault');
  if (!isPromptKind(promptKind) || !isIntegerFrom(promptChars, 0) || !isIntegerFrom(messageCount, 0))
    return null;
  if (!isNumberOrNull(maxTokens) || !isNumberOrNull(deadlineMs) || typeof signalAborted !== 'boolean')
    return null;
  if (fault !== null && !isFault(fault)) return null;
  return { promptKind, promptChars, messageCount, maxTokens, deadlineMs, signalAborted, fault };
}

function faulty(fault: RequestFault): ReadRequest {
  const facts: RequestFacts = {
    promptKind: 'missing',
    promptChars: 0,
    messageCount: 0,
    maxTokens: null,
    deadlineMs: null,
    signalAborted: false,
    fault,
  };
  return { facts, content: null };
}

function firstFault(checks: readonly (readonly [boolean, RequestFault])[]): RequestFault | null {
  return checks.find(([found]) => found)?.[1] ?? null;
}

type Present<T> = { readonly [K in keyof T]?: Exclude<T[K], undefined | symbol> };

function withoutAbsent<T extends object>(options: T): Present<T> {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Present<T>;
}

/** What a reader of the copy finds absent stays absent, whatever somebody has put on `Object.prototype`. */
function withoutPrototype<T extends object>(copy: T): T {
  return Object.assign(Object.create(null) as T, copy);
}

function isFault(value: unknown): value is RequestFault {
  return typeof value === 'string' && Object.hasOwn(FAULT_VERDICTS, value);
}

function isNumberOrNull(value: unknown): value is number | null {
  return value === null || typeof value === 'number';
}

function isPromptKind(value: unknown): value is RequestFacts['promptKind'] {
  return ['text', 'messages', 'missing', 'malformed', 'ambiguous'].includes(value as string);
}
