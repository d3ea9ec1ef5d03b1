import type { Outcome } from '../machines/events.ts';
import type { Reason } from '../policies/reasons.ts';
import type { BoundedBuffer } from '../services/bounded-buffer.ts';
import type { Clock } from '../services/clock.ts';
import type { FinishReason, GenerateRequest, GenerateStep, GenerateSummary } from '../services/runtime.ts';

/** Text as it is handed on: whole characters; `tokens` tells how many tokens it is made of. */
export interface TokenChunk {
  readonly text: string;
  readonly tokens: number;
}

/** What became of a request. */
export interface RequestResult {
  readonly requestId: string;
  readonly outcome: Outcome;
  readonly reason: Reason;
  /** Why the generation ended; null unless completed. */
  readonly finishReason: FinishReason | null;
  /** All text that was generated, whatever the outcome. */
  readonly text: string;
  readonly usage: Usage;
  readonly timings: Timings;
}

export interface Usage {
  readonly promptTokens: number;
  /** Prompt tokens found in the sequence from an earlier request, and not evaluated again. */
  readonly cachedTokens: number;
  readonly outputTokens: number;
}

/** Milliseconds; null where the request did not come that far. */
export interface Timings {
  /** From submit to its slot. */
  readonly queuedMs: number | null;
  /** From its slot to its first token. */
  readonly firstTokenMs: number | null;
  /** From its first token to its last. */
  readonly decodeMs: number | null;
  /** From submit to its outcome. */
  readonly totalMs: number;
}

/** The record of one request that was let in: its input, its output so far, and its one outcome. */
export interface LedgerEntry {
  readonly requestId: string;
  readonly request: GenerateRequest;
  readonly buffer: BoundedBuffer<TokenChunk>;
  readonly result: Promise<RequestResult>;
  readonly lifeLeftMs: () => number;
  readonly begin: () => void;
  readonly isSettled: () => boolean;
  /** Tokens so far. */
  readonly usage: () => Usage;
  readonly recordStep: (step: GenerateStep) => void;
  readonly recordSummary: (summary: GenerateSummary) => void;
  /** The first call decides; later ones change nothing. */
  readonly settle: (outcome: Outcome, reason: Reason) => void;
}

export interface LedgerEntryInput {
  readonly requestId: string;
  readonly request: GenerateRequest;
  readonly buffer: BoundedBuffer<TokenChunk>;
  readonly submittedAtMs: number;
  readonly lifeMs: number;
  readonly clock: Clock;
}

export function createLedgerEntry(input: LedgerEntryInput): LedgerEntry {
  const { requestId, request, buffer, submittedAtMs, lifeMs, clock } = input;
  let beganAtMs: number | null = null;
  let firstTokenAtMs: number | null = null;
  let lastTokenAtMs: number | null = null;
  let text = '';
  let promptTokens = 0;
  let cachedTokens = 0;
  let outputTokens = 0;
  let finishReason: FinishReason | null = null;
  let settled = false;
  let resolve: (result: RequestResult) => void = () => undefined;
  const result = new Promise<RequestResult>((fulfil) => {
    resolve = fulfil;
  });
  const between = (fromMs: number | null, toMs: number | null) =>
    fromMs === null || toMs === null ? null : toMs - fromMs;

  return {
    requestId,
    request,
    buffer,
    result,
    lifeLeftMs: () => Math.max(1, Math.ceil(submittedAtMs + lifeMs - clock.nowMs())),
    isSettled: () => settled,
    usage: () => ({ promptTokens, cachedTokens, outputTokens }),
    begin: () => {
      beganAtMs = clock.nowMs();
    },
    recordStep: (step) => {
      if (step.kind === 'prompt') {
        promptTokens = step.promptTokens;
        return;
      }
      lastTokenAtMs = clock.nowMs();
      firstTokenAtMs ??= lastTokenAtMs;
      outputTokens += step.tokens;
      text += step.text;
    },
    recordSummary: (summary) => {
      if (summary.kind !== 'completed') return;
      ({ finishReason, promptTokens, cachedTokens, outputTokens } = summary);
    },
    settle: (outcome, reason) => {
      if (settled) return;
      settled = true;
      buffer.close();
      resolve({
        requestId,
        outcome,
        reason,
        finishReason: outcome === 'completed' ? finishReason : null,
        text,
        usage: { promptTokens, cachedTokens, outputTokens },
        timings: {
          queuedMs: between(submittedAtMs, beganAtMs),
          firstTokenMs: between(beganAtMs, firstTokenAtMs),
          decodeMs: between(firstTokenAtMs, lastTokenAtMs),
          totalMs: clock.nowMs() - submittedAtMs,
        },
      });
    },
  };
}
