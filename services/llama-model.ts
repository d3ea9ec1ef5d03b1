import type { CancelSignal, RuntimeFacts, RuntimeHandle, SpawnRequest } from '../policies/runtime-adapter.ts';
import { type Attempt, deny, type Verdict } from '../policies/verdict.ts';
import { createHeartbeat } from './heartbeat.ts';
import { errorClass, type GenerationRoom, generate, PROMPT_PIECE_TOKENS } from './llama-generation.ts';
import type { LlamaContext, LlamaContextSequence, LlamaLibrary, LlamaModel } from './llama-library.ts';
import { probe } from './llama-probe.ts';
import type { Logger } from './logger.ts';
import { createPromptTokenizer } from './prompt-tokens.ts';
import type { Runtime } from './runtime.ts';
import { createSequencePool, type SequencePool } from './sequence-pool.ts';

/** A model in memory with one context. */
export interface LoadedModel extends RuntimeHandle {
  readonly generate: (...args: Tail<Parameters<Runtime['generate']>>) => ReturnType<Runtime['generate']>;
  readonly probe: (signal: CancelSignal) => Promise<Verdict>;
  /** Waits for what runs, then frees sequences, context and model in this order. Idempotent. */
  readonly dispose: () => Promise<void>;
}

type Tail<T extends unknown[]> = T extends [unknown, ...infer Rest] ? Rest : never;

export interface LoadOptions {
  readonly library: LlamaLibrary;
  /** Compute threads; null leaves it to the library, as on a GPU. */
  readonly threads: number | null;
  readonly logger: Logger;
}

/** Tokens evaluated in one pass at most: several pieces of prompts, and the tokens of the streams beside them. */
const BATCH_TOKENS_MAX = 4 * PROMPT_PIECE_TOKENS;
/** Share of the progress that is the model; the rest is the context. */
const MODEL_SHARE = 0.95;

/** Nothing is left in memory when it answers with a refusal. Never rejects. */
export async function loadModel(options: LoadOptions, request: SpawnRequest): Promise<Attempt<LoadedModel>> {
  const { library, logger } = options;
  const abort = followAbort(request.signal);
  const progress = risingProgress(request.onProgress);
  let model: LlamaModel | null = null;
  let context: LlamaContext | null = null;
  try {
    model = await library.llama.loadModel({
      modelPath: request.modelPath,
      loadSignal: abort.signal,
      onLoadProgress: (ratio) => progress(ratio * MODEL_SHARE),
    });
    abort.signal.throwIfAborted();
    const places = createPlaces();
    const contextTokens = Math.min(request.contextTokens, model.trainContextSize);
    context = await model.createContext({
      contextSize: contextTokens,
      sequences: request.sequences,
      batchSize: Math.min(contextTokens, BATCH_TOKENS_MAX),
      ...(options.threads === null ? {} : { threads: options.threads }),
      // A context smaller than was asked for would break the promise made at admission: fail instead.
      failedCreationRemedy: false,
      createSignal: abort.signal,
      batching: { dispatchSchedule: (dispatch) => places.schedule(dispatch) },
    });
    abort.signal.throwIfAborted();
    const loaded = assemble(options, model, context, contextTokens, places);
    progress(1);
    return { ok: true, value: loaded };
  } catch (error) {
    // At once, in the turn of the failure: the library frees a context it could not create only as long as it was not
    // garbage collected, and a model never before its contexts.
    await context?.dispose();
    await model?.dispose();
    if (request.signal.aborted) return deny('start_superseded');
    logger.error({ error: errorClass(error) }, 'the model could not be loaded');
    return deny(library.isOutOfMemory(error) ? 'runtime_out_of_memory' : 'runtime_load_failed');
  } finally {
    abort.unfollow();
  }
}

interface Places {
  pool: SequencePool<LlamaContextSequence> | null;
  /** Sends a batch off: at once when only one stream runs, else after the others had their turn to join it. */
  readonly schedule: (dispatch: () => void) => void;
}

function createPlaces(): Places {
  const places: Places = {
    pool: null,
    schedule: (dispatch) => {
      if (places.pool !== null && places.pool.inUse <= 1) dispatch();
      else setImmediate(dispatch);
    },
  };
  return places;
}

function assemble(
  { library, logger }: LoadOptions,
  model: LlamaModel,
  context: LlamaContext,
  contextTokens: number,
  places: Places,
): LoadedModel {
  const sequences = Array.from({ length: context.totalSequences }, () => context.getSequence());
  const pool = createSequencePool(sequences);
  places.pool = pool;
  const facts: RuntimeFacts = {
    contextTokens,
    sequences: sequences.length,
    threads: context.idealThreads,
    backend: library.backend,
    modelBytes: model.size,
  };
  const room: GenerationRoom = {
    model,
    tokenize: createPromptTokenizer(model, () => library.chatWrapperOf(model)),
    pool,
    heartbeat: createHeartbeat(),
    computing: new Set(),
    contextTokens,
    pace: { msPerToken: 0 },
    isOutOfMemory: library.isOutOfMemory,
    logger,
  };

  let disposal: Promise<void> | null = null;
  async function dispose(): Promise<void> {
    await pool.close();
    // Each waits for the context's lock: an evaluation that still winds up after its last answer is over by then.
    for (const sequence of sequences) await sequence.dispose();
    await context.dispose();
    await model.dispose();
  }

  return {
    facts,
    generate: (request, signal) => generate(room, request, signal),
    probe: (signal) => probe(room, signal),
    dispose: () => {
      disposal ??= dispose();
      return disposal;
    },
  };
}

interface FollowedAbort {
  readonly signal: AbortSignal;
  readonly unfollow: () => void;
}

/** The library wants a whole `AbortSignal`; the port hands in the part of one it needs. */
function followAbort(source: CancelSignal): FollowedAbort {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort();
  if (source.aborted) onAbort();
  source.addEventListener('abort', onAbort, { once: true });
  return { signal: controller.signal, unfollow: () => source.removeEventListener('abort', onAbort) };
}

/** The library's own numbers fall back now and then, and a host's callback that throws must not reach native code. */
function risingProgress(onProgress: ((ratio: number) => void) | undefined): (ratio: number) => void {
  let highest = 0;
  return (ratio) => {
    const bounded = Math.min(1, ratio);
    if (onProgress === undefined || !(bounded > highest)) return;
    highest = bounded;
    try {
      onProgress(bounded);
    } catch {
      // The host's own; the load goes on.
    }
  };
}
