import type { LedgerEntry, RequestResult, TokenChunk } from '../actors/ledger-entry.ts';
import type { Arrival, Disposition } from '../machines/context.ts';
import type { Verdict } from '../policies/verdict.ts';
import type { ChatMessage } from '../services/runtime.ts';

/** What a host asks of the model: a prompt to continue, or messages to answer; one of the two. */
export interface SupervisorRequest {
  /** Plain text that the model continues. */
  readonly prompt?: string;
  /** A chat that the model answers, through its own chat template. */
  readonly messages?: readonly ChatMessage[];
  /** Most tokens to generate. Default and ceiling: limits `outputTokensDefault` and `outputTokensMax`. */
  readonly maxTokens?: number;
  /** 0 to 5. Default 0: the likeliest token each time. */
  readonly temperature?: number;
  /** Above 0, up to 1. */
  readonly topP?: number;
  readonly topK?: number;
  /** 0 to 1. */
  readonly minP?: number;
  /** Makes sampling repeatable: an integer from 0 to 2^32 - 1. */
  readonly seed?: number;
  /** Up to 16 texts that end the generation; none of them appears in it. */
  readonly stop?: string | readonly string[];
  /** Ends the request when it aborts. */
  readonly signal?: AbortSignal;
  /** Longest life from submit to outcome, in ms. Ceiling: limit `requestMsMax`. */
  readonly deadlineMs?: number;
  /** Whether to wait in the queue when every slot is taken. Default true. */
  readonly wait?: boolean;
}

/** The answer to a submit: a verdict at once, and where it let the request in, its tokens and its one outcome. */
export interface Admission {
  readonly requestId: string;
  /** Decided before any work. `at_capacity` of a queued request is not ok and still no refusal: see `disposition`. */
  readonly verdict: Verdict;
  readonly disposition: Disposition;
  /** Place in the queue from 1; 0 when not queued. */
  readonly place: number;
  /** The text as it comes, for one reader. Leaving the loop early cancels the request. */
  readonly tokens: AsyncIterable<TokenChunk>;
  /** Exactly one outcome. Never rejects. */
  readonly result: Promise<RequestResult>;
  /** Ends the request; after its outcome it does nothing. */
  readonly cancel: () => void;
}

/** A request that was let in, running or queued. */
export function openAdmission(arrival: Arrival, entry: LedgerEntry, cancel: () => void): Admission {
  const { requestId, verdict, disposition, place } = arrival;
  return {
    requestId,
    verdict,
    disposition,
    place,
    tokens: { [Symbol.asyncIterator]: () => entry.buffer.read() },
    result: entry.result,
    cancel,
  };
}

/** A request that was not let in: no buffer, no timer, nothing to release. */
export function refusedAdmission(requestId: string, verdict: Verdict): Admission {
  return {
    requestId,
    verdict,
    disposition: 'refused',
    place: 0,
    tokens: NO_TOKENS,
    get result() {
      return Promise.resolve<RequestResult>({ ...DENIED, requestId, reason: verdict.reason });
    },
    cancel: () => undefined,
  };
}

const NO_TOKENS: AsyncIterable<TokenChunk> = {
  [Symbol.asyncIterator]: () => ({ next: () => Promise.resolve({ done: true, value: undefined }) }),
};

const DENIED = {
  outcome: 'denied',
  finishReason: null,
  text: '',
  usage: { promptTokens: 0, cachedTokens: 0, outputTokens: 0 },
  timings: { queuedMs: null, firstTokenMs: null, decodeMs: null, totalMs: 0 },
} as const;
