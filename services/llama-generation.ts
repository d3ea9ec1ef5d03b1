import type { CancelSignal } from '../policies/runtime-adapter.ts';
import type { Heartbeat } from './heartbeat.ts';
import type { LlamaContextSequence, LlamaModel, Token } from './llama-library.ts';
import type { Logger } from './logger.ts';
import { createOutputText } from './output-text.ts';
import type { PromptTokenizer, PromptTokens } from './prompt-tokens.ts';
import type { GenerateRequest, GenerateStep, GenerateSummary } from './runtime.ts';
import type { Place, SequencePool } from './sequence-pool.ts';

/**
 * Tokens of a prompt evaluated at a time. A piece smaller than the batch leaves room for the tokens of other streams,
 * which would stand still for the whole prompt otherwise, and an abort is obeyed after each piece.
 */
export const PROMPT_PIECE_TOKENS = 128;
/** Below this, what a piece costs besides its tokens outweighs them. */
const PROMPT_PIECE_TOKENS_MIN = 32;
/** How long a piece should take at most, in ms: an abort waits for the piece that is being evaluated. */
const PROMPT_PIECE_MS = 100;

/** How fast prompts are read, learned from piece to piece: a slow model reads smaller pieces. */
export interface PromptPace {
  msPerToken: number;
}

export function pieceTokens({ msPerToken }: PromptPace): number {
  // The first piece of all is the one to learn from.
  if (msPerToken === 0) return PROMPT_PIECE_TOKENS_MIN;
  const tokens = Math.floor(PROMPT_PIECE_MS / msPerToken);
  return Math.max(PROMPT_PIECE_TOKENS_MIN, Math.min(PROMPT_PIECE_TOKENS, tokens));
}

/** Half of what was known and half of what was seen: other streams share a batch now and then. */
function learnPace(pace: PromptPace, tokens: number, ms: number): void {
  const seen = ms / tokens;
  pace.msPerToken = pace.msPerToken === 0 ? seen : (pace.msPerToken + seen) / 2;
}

/** What a generation needs of a loaded model. */
export interface GenerationRoom {
  readonly model: LlamaModel;
  readonly tokenize: PromptTokenizer;
  readonly pool: SequencePool<LlamaContextSequence>;
  readonly heartbeat: Heartbeat;
  /** Generations whose next step is being computed; the others wait for their reader. */
  readonly computing: Set<object>;
  readonly contextTokens: number;
  readonly pace: PromptPace;
  readonly isOutOfMemory: (error: unknown) => boolean;
  readonly logger: Logger;
}

type Generation = AsyncGenerator<GenerateStep, GenerateSummary, void>;

const ABORTED: GenerateSummary = { kind: 'aborted' };
const FAILED: GenerateSummary = { kind: 'failed', reason: 'generation_failed' };

export async function* generate(
  room: GenerationRoom,
  request: GenerateRequest,
  signal: CancelSignal,
): Generation {
  if (signal.aborted) return ABORTED;
  if (room.pool.closed) return FAILED;
  let prompt: PromptTokens;
  try {
    prompt = room.tokenize(request.input);
  } catch (error) {
    return failure(room, error);
  }
  if (prompt.tokens.length === 0) return { kind: 'denied', reason: 'prompt_empty' };
  if (prompt.tokens.length >= room.contextTokens) return { kind: 'denied', reason: 'prompt_too_long' };

  const place = await room.pool.take((sequence) => sharedTokens(sequence, prompt.tokens), signal);
  if (place === null) return signal.aborted ? ABORTED : FAILED;

  const seat = takeSeat(room, place);
  // A reader that never comes back after an abort must not keep the place: between two steps it is given back here.
  const onAbort = (): void => {
    if (!room.computing.has(seat)) seat.leave();
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    if (signal.aborted) return ABORTED;
    return yield* evaluate(room, seat, prompt, request, signal);
  } catch (error) {
    // What the sequence holds now is not known: the next user starts from nothing.
    await place.sequence.clearHistory().catch(() => undefined);
    return failure(room, error);
  } finally {
    signal.removeEventListener('abort', onAbort);
    seat.leave();
  }
}

async function* evaluate(
  room: GenerationRoom,
  seat: Seat,
  prompt: PromptTokens,
  request: GenerateRequest,
  signal: CancelSignal,
): Generation {
  const { sequence } = seat.place;
  const { computing, heartbeat } = room;
  const { tokens } = prompt;
  const promptTokens = tokens.length;

  // At least one token must be evaluated, or there is nothing to sample from.
  const reusable = tokens.slice(0, -1);
  if (sharedTokens(sequence, reusable) < sequence.nextTokenIndex)
    await sequence.adaptStateToTokens(reusable, false);
  const cachedTokens = sequence.nextTokenIndex;

  let evaluatedTokens = cachedTokens;
  while (promptTokens - evaluatedTokens > pieceTokens(room.pace)) {
    if (signal.aborted) return ABORTED;
    const piece = tokens.slice(evaluatedTokens, evaluatedTokens + pieceTokens(room.pace));
    const beganAtMs = performance.now();
    await sequence.evaluateWithoutGeneratingNewTokens(piece);
    learnPace(room.pace, piece.length, performance.now() - beganAtMs);
    evaluatedTokens += piece.length;
    heartbeat.beat();
    if (signal.aborted) return ABORTED;
    computing.delete(seat);
    yield { kind: 'prompt', evaluatedTokens, promptTokens };
    computing.add(seat);
  }
  if (signal.aborted) return ABORTED;

  const output = createOutputText({
    decode: (window) => room.model.detokenize(window as Token[]),
    promptTokens: tokens,
    // The last token is given out but never fed back, so that the context is never shifted.
    tokensMax: Math.min(request.maxTokens, room.contextTokens - promptTokens),
    stop: request.stop,
    turnEndTexts: prompt.turnEndTexts,
    trimStart: prompt.isChat,
  });
  // The last piece is evaluated together with the first token: one pass of the model less than by itself.
  const decoding = sequence.evaluateWithMetadata(tokens.slice(evaluatedTokens), {}, samplingOf(request));
  seat.decoding = decoding;
  for (;;) {
    const next = await decoding.next();
    heartbeat.beat();
    if (signal.aborted) return ABORTED;
    if (evaluatedTokens < promptTokens) {
      evaluatedTokens = promptTokens;
      computing.delete(seat);
      yield { kind: 'prompt', evaluatedTokens, promptTokens };
      computing.add(seat);
      if (signal.aborted) return ABORTED;
    }
    const token = next.done === true || prompt.turnEndTokens.has(next.value.token) ? null : next.value.token;
    const finishReason = output.take(token);
    const ready = output.drain();
    if (ready !== null) {
      computing.delete(seat);
      yield { kind: 'chunk', text: ready.text, tokens: ready.tokens };
      computing.add(seat);
    }
    if (finishReason !== null) {
      return {
        kind: 'completed',
        finishReason,
        promptTokens,
        cachedTokens,
        outputTokens: output.outputTokens,
      };
    }
    if (signal.aborted) return ABORTED;
  }
}

/** A generation's hold on its place. */
interface Seat {
  readonly place: Place<LlamaContextSequence>;
  decoding: AsyncGenerator | null;
  /** Ends the decoding and gives the place back. Only while nothing is being computed. Idempotent. */
  readonly leave: () => void;
}

function takeSeat(room: GenerationRoom, place: Place<LlamaContextSequence>): Seat {
  const seat: Seat = {
    place,
    decoding: null,
    leave: () => {
      room.computing.delete(seat);
      // It is suspended, so it ends at once: all it has left to do is to free its sampler.
      seat.decoding?.return(undefined).catch(() => undefined);
      seat.decoding = null;
      place.release();
      room.heartbeat.beat();
    },
  };
  room.computing.add(seat);
  return seat;
}

function sharedTokens(sequence: LlamaContextSequence, tokens: Token[]): number {
  return sequence.compareContextTokens(tokens).firstDifferentIndex;
}

function samplingOf({ temperature, topP, topK, minP, seed }: GenerateRequest) {
  return {
    temperature,
    ...(topP === undefined ? {} : { topP }),
    ...(topK === undefined ? {} : { topK }),
    ...(minP === undefined ? {} : { minP }),
    ...(seed === undefined ? {} : { seed }),
  };
}

/** The class of the error alone is logged: a message of the native code may quote what it was given. */
function failure(room: GenerationRoom, error: unknown): GenerateSummary {
  room.logger.error({ error: errorClass(error) }, 'generation failed');
  return room.isOutOfMemory(error) ? { kind: 'failed', reason: 'runtime_out_of_memory' } : FAILED;
}

export function errorClass(error: unknown): string {
  return error instanceof Error ? error.constructor.name : typeof error;
}
