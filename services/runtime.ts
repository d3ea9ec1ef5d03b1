import type { CancelSignal, RuntimeAdapterFns, RuntimeHandle } from '../policies/runtime-adapter.ts';
import type { Attempt } from '../policies/verdict.ts';

/**
 * The runtime port: `RuntimeAdapterFns` but for `download`, and the way of one request.
 * Two adapters keep it: the real one (`llama-runtime.ts`) and a scripted double; one contract suite judges both.
 */
export interface Runtime extends Omit<RuntimeAdapterFns, 'download'> {
  /** Imports and initialises the native library. Touches no model file; may run while the file is verified. Idempotent. */
  readonly prepare: () => Promise<Attempt<null>>;
  /**
   * Generates for one request. The consumer pulls: a slow consumer slows this generation and nothing else.
   * Ends by returning a summary, whether it completed, was aborted or was refused. It does not throw.
   */
  readonly generate: (
    handle: RuntimeHandle,
    request: GenerateRequest,
    signal: CancelSignal,
  ) => AsyncGenerator<GenerateStep, GenerateSummary, void>;
  /** Waits for running generations (abort them first), then frees context and model. Idempotent. */
  readonly dispose: (handle: RuntimeHandle) => Promise<void>;
  /** Frees what `prepare` made. After it, `prepare` starts anew. Idempotent. */
  readonly shutdown: () => Promise<void>;
}

export interface ChatMessage {
  readonly role: 'system' | 'user' | 'assistant';
  readonly content: string;
}

export interface GenerateRequest {
  /** Plain text to continue, or a chat to answer through the model's own chat template. */
  readonly input: { readonly prompt: string } | { readonly messages: readonly ChatMessage[] };
  /** 1 or more. Generation also ends where the sequence's context is full. */
  readonly maxTokens: number;
  /** 0 picks the likeliest token. */
  readonly temperature: number;
  readonly topP?: number;
  readonly topK?: number;
  readonly minP?: number;
  readonly seed?: number;
  /** Texts that end the generation; none of them appears in the output. */
  readonly stop: readonly string[];
}

export type GenerateStep =
  /** A piece of the prompt was evaluated. */
  | { readonly kind: 'prompt'; readonly evaluatedTokens: number; readonly promptTokens: number }
  /** Text to hand on: never half a character; `tokens` may be more than 1 where characters span tokens. */
  | { readonly kind: 'chunk'; readonly text: string; readonly tokens: number };

/** `stop`: the model ended its turn. `stop_text`: a text of `stop` came. `length`: `maxTokens` or the context was reached. */
export type FinishReason = 'stop' | 'stop_text' | 'length';

export type GenerateSummary =
  | {
      readonly kind: 'completed';
      readonly finishReason: FinishReason;
      readonly promptTokens: number;
      /** Prompt tokens that were found in the sequence from an earlier request. */
      readonly cachedTokens: number;
      readonly outputTokens: number;
    }
  | { readonly kind: 'aborted' }
  /** Refused before any evaluation, such as `prompt_too_long`. */
  | { readonly kind: 'denied'; readonly reason: 'prompt_too_long' | 'prompt_empty' }
  | { readonly kind: 'failed'; readonly reason: 'generation_failed' | 'runtime_out_of_memory' };
