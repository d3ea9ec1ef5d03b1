import type { Reason } from '../policies/reasons.ts';
import type { CancelSignal, RuntimeHandle, SpawnRequest } from '../policies/runtime-adapter.ts';
import { allow, deny, type Verdict } from '../policies/verdict.ts';
import { createHeartbeat } from '../services/heartbeat.ts';
import type { GenerateRequest, GenerateStep, GenerateSummary } from '../services/runtime.ts';
import { createSequencePool, type Place } from '../services/sequence-pool.ts';
import { createStopScanner } from '../services/stop-text.ts';
import type { ScriptedGate } from './scripted-gate.ts';

/** What all models of one scripted runtime share. */
export interface ScriptedRoom {
  readonly answer: (prompt: string) => string;
  readonly gate: ScriptedGate;
  /** The reason with which this generation is to fail, if it is. */
  readonly takeFailure: () => Reason | null;
  /** After how many tokens this generation is to crash, if it is. */
  readonly takeCrash: () => number | null;
  /** False while aborts are wedged. */
  readonly hearsAbort: () => boolean;
  generating: number;
  generatingMax: number;
}

export interface ScriptedModel extends RuntimeHandle {
  generate(
    request: GenerateRequest,
    signal: CancelSignal,
  ): AsyncGenerator<GenerateStep, GenerateSummary, void>;
  probe(signal: CancelSignal): Promise<Verdict>;
  close(): Promise<void>;
  /** Aborts that came while they were wedged are obeyed now. */
  hearAborts(): void;
}

/** As the real runtime: a prompt is read in pieces of this many tokens. */
const PIECE_WORDS = 128;
/** The model's own bound, as its file would say. */
const TRAINED_TOKENS = 8192;

const ABORTED: GenerateSummary = { kind: 'aborted' };

interface WordSequence {
  words: string[];
  readonly nextTokenIndex: number;
}

/** A model whose tokens are words. */
export function createScriptedModel(room: ScriptedRoom, request: SpawnRequest): ScriptedModel {
  const contextTokens = Math.min(request.contextTokens, TRAINED_TOKENS);
  const heartbeat = createHeartbeat();
  const pool = createSequencePool(Array.from({ length: request.sequences }, createWordSequence));
  const deaf = new Set<() => void>();
  let computing = 0;

  async function* generate(
    { input, maxTokens, stop }: GenerateRequest,
    signal: CancelSignal,
  ): AsyncGenerator<GenerateStep, GenerateSummary, void> {
    if (signal.aborted) return ABORTED;
    const prompt = wordsOf('prompt' in input ? input.prompt : input.messages.map((m) => m.content).join(' '));
    const question = 'prompt' in input ? input.prompt : (input.messages.at(-1)?.content ?? '');
    if (prompt.length === 0) return { kind: 'denied', reason: 'prompt_empty' };
    if (prompt.length >= contextTokens) return { kind: 'denied', reason: 'prompt_too_long' };

    const place = await pool.take((sequence) => sharedWords(sequence.words, prompt), signal);
    if (place === null) return signal.aborted ? ABORTED : failed('generation_failed');
    const leave = occupy(place);
    const heard = new AbortController();
    let busy = true;
    const onAbort = (): void => {
      if (!room.hearsAbort()) {
        deaf.add(onAbort);
        return;
      }
      heard.abort();
      if (!busy) leave();
    };
    if (signal.aborted) onAbort();
    signal.addEventListener('abort', onAbort, { once: true });
    const pass = async (): Promise<void> => {
      computing += 1;
      await room.gate.pass(heard.signal);
      computing -= 1;
      heartbeat.beat();
    };
    try {
      const failure = room.takeFailure();
      if (failure !== null) return failed(failure);
      const crashAt = room.takeCrash();
      const { sequence } = place;
      const promptTokens = prompt.length;
      const cachedTokens = Math.min(sharedWords(sequence.words, prompt), promptTokens - 1);
      sequence.words = prompt.slice(0, cachedTokens);
      for (let evaluatedTokens = cachedTokens; evaluatedTokens < promptTokens; ) {
        await pass();
        if (heard.signal.aborted) return ABORTED;
        evaluatedTokens = Math.min(promptTokens, evaluatedTokens + PIECE_WORDS);
        sequence.words = prompt.slice(0, evaluatedTokens);
        busy = false;
        yield { kind: 'prompt', evaluatedTokens, promptTokens };
        busy = true;
        if (heard.signal.aborted) return ABORTED;
      }

      const answer = wordsOf(room.answer(question));
      const tokensMax = Math.min(maxTokens, contextTokens - promptTokens);
      const scanner = createStopScanner(stop);
      const done = (
        finishReason: 'stop' | 'stop_text' | 'length',
        outputTokens: number,
      ): GenerateSummary => ({
        kind: 'completed',
        finishReason,
        promptTokens,
        cachedTokens,
        outputTokens,
      });
      let unsent = 0;
      for (let i = 0; i < tokensMax; i += 1) {
        await pass();
        if (heard.signal.aborted) return ABORTED;
        if (i === crashAt) return failed('generation_failed');
        const word = answer[i];
        const scan =
          word === undefined
            ? { text: scanner.flush(), stop: null }
            : scanner.push(i === 0 ? word : ` ${word}`);
        const isLast = i + 1 === tokensMax;
        const text = isLast && scan.stop === null ? scan.text + scanner.flush() : scan.text;
        if (word !== undefined) {
          sequence.words.push(word);
          unsent += 1;
        }
        if (text !== '') {
          busy = false;
          yield { kind: 'chunk', text, tokens: unsent };
          busy = true;
          unsent = 0;
        }
        if (word === undefined) return done('stop', i);
        if (scan.stop !== null) return done('stop_text', i + 1);
        if (heard.signal.aborted) return ABORTED;
      }
      return done('length', tokensMax);
    } finally {
      signal.removeEventListener('abort', onAbort);
      deaf.delete(onAbort);
      leave();
    }
  }

  function occupy(place: Place<WordSequence>): () => void {
    room.generating += 1;
    room.generatingMax = Math.max(room.generatingMax, room.generating);
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      room.generating -= 1;
      place.release();
      heartbeat.beat();
    };
  }

  return {
    facts: {
      contextTokens,
      sequences: request.sequences,
      threads: 1,
      backend: 'cpu',
      modelBytes: 2 ** 20,
    },
    generate,
    async probe(signal) {
      if (signal.aborted) return deny('runtime_probe_timeout');
      if (pool.closed) return deny('runtime_probe_failed');
      const place = pool.takeFree();
      place?.release();
      if (place !== null || computing === 0) return allow('runtime_healthy');
      return (await heartbeat.next(signal)) ? allow('runtime_healthy') : deny('runtime_probe_timeout');
    },
    close: () => pool.close(),
    hearAborts() {
      for (const onAbort of [...deaf]) onAbort();
    },
  };
}

function createWordSequence(): WordSequence {
  return {
    words: [],
    get nextTokenIndex() {
      return this.words.length;
    },
  };
}

function wordsOf(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '');
}

function sharedWords(one: readonly string[], other: readonly string[]): number {
  const end = one.findIndex((word, i) => word !== other[i]);
  return end < 0 ? one.length : end;
}

function failed(reason: Reason): GenerateSummary {
  return { kind: 'failed', reason: reason === 'runtime_out_of_memory' ? reason : 'generation_failed' };
}
