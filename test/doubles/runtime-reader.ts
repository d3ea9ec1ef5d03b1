import type { CancelSignal, RuntimeHandle } from '../../policies/runtime-adapter.ts';
import type {
  ChatMessage,
  GenerateRequest,
  GenerateStep,
  GenerateSummary,
  Runtime,
} from '../../services/runtime.ts';

/** A signal that is never aborted. */
export const NEVER: CancelSignal = new AbortController().signal;

/** A request with the plainest of options. */
export function ask(
  input: string | readonly ChatMessage[],
  options: Partial<Omit<GenerateRequest, 'input'>> = {},
): GenerateRequest {
  return {
    input: typeof input === 'string' ? { prompt: input } : { messages: input },
    maxTokens: 64,
    temperature: 0,
    stop: [],
    ...options,
  };
}

export const user = (content: string): readonly ChatMessage[] => [{ role: 'user', content }];

export interface ReadGeneration {
  readonly text: string;
  readonly steps: readonly GenerateStep[];
  readonly summary: GenerateSummary;
}

export type Generation = AsyncGenerator<GenerateStep, GenerateSummary, void>;

/** Reads what is left of a generation. */
export async function readAll(generation: Generation): Promise<ReadGeneration> {
  const steps: GenerateStep[] = [];
  let text = '';
  for (;;) {
    const next = await generation.next();
    if (next.done === true) return { text, steps, summary: next.value };
    steps.push(next.value);
    if (next.value.kind === 'chunk') text += next.value.text;
  }
}

/** Reads until a step of this kind came. */
export async function readUntil(generation: Generation, kind: GenerateStep['kind']): Promise<void> {
  for (;;) {
    const next = await generation.next();
    if (next.done === true) throw new Error(`ended as ${next.value.kind} before a ${kind}`);
    if (next.value.kind === kind) return;
  }
}

/** A loaded model, or an error with the reason there is none. */
export async function spawnModel(
  runtime: Runtime,
  modelPath: string,
  { contextTokens = 1024, sequences = 2 } = {},
): Promise<RuntimeHandle> {
  const spawned = await runtime.spawn({ modelPath, contextTokens, sequences, signal: NEVER });
  if (!spawned.ok) throw new Error(spawned.reason);
  return spawned.value;
}

/** Whether a promise is still open after the event loop turned a few times. */
export async function isPending(promise: Promise<unknown>, turns = 25): Promise<boolean> {
  let pending = true;
  const settle = (): void => {
    pending = false;
  };
  promise.then(settle, settle);
  for (let i = 0; i < turns && pending; i += 1) await new Promise(setImmediate);
  return pending;
}
