import { availableParallelism } from 'node:os';
import { getLlama, type LlamaContextSequence, type LlamaModel } from 'node-llama-cpp';
import type { BenchModel } from './models.ts';

/** node-llama-cpp alone, with the threads and options that the supervisor sets. */
export async function openRaw(model: BenchModel, contextTokens: number) {
  const threads = Math.max(1, availableParallelism() - 1);
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logger: () => undefined });
  const loaded = await llama.loadModel({ modelPath: model.path });
  const context = await loaded.createContext({
    sequences: 1,
    contextSize: contextTokens,
    threads,
    batchSize: Math.min(512, contextTokens),
  });
  const sequence = context.getSequence();
  return {
    model: loaded,
    sequence,
    close: async () => {
      await context.dispose();
      await loaded.dispose();
      await llama.dispose();
    },
  };
}

/** The low-level loop: tokens only, or with their text. */
export async function rawTokens(
  model: LlamaModel,
  sequence: LlamaContextSequence,
  prompt: string,
  tokens: number,
  withText: boolean,
): Promise<number> {
  // From the text of the prompt on, as a request begins: tokens, an empty sequence, then the loop.
  const beganAtMs = performance.now();
  const input = model.tokenize(prompt, true);
  if (model.tokens.shouldPrependBosToken && model.tokens.bos !== null) input.unshift(model.tokens.bos);
  await sequence.clearHistory();
  let made = 0;
  let text = '';
  for await (const token of sequence.evaluate(input, { temperature: 0, yieldEogToken: true })) {
    made += 1;
    if (withText) text += model.detokenize([token]);
    if (made === tokens) break;
  }
  const perSecond = (made * 1000) / (performance.now() - beganAtMs);
  return withText && text.length === 0 ? Number.NaN : perSecond;
}
