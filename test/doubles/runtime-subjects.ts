import { embeddedModelPath } from '../../models/embedded.ts';
import { createLlamaRuntime } from '../../services/llama-runtime.ts';
import { silentLogger } from '../../services/logger.ts';
import type { Runtime } from '../../services/runtime.ts';
import { createScriptedRuntime } from '../../testing/scripted-runtime.ts';
import { simulatedRuntime } from '../sim/contract-arms.ts';
import { user } from './runtime-reader.ts';

/** One of the adapters that the contract suites judge. */
export interface RuntimeSubject {
  readonly name: string;
  readonly create: () => Runtime;
  readonly modelPath: string;
}

/** What both are asked, and what both say to it. */
export const QUESTION = user('What is draining?');
export const ANSWER =
  'Draining means that nothing new is admitted while the requests that are running may finish before the deadline.';

export const RUNTIME_SUBJECTS: readonly RuntimeSubject[] = [
  {
    name: 'the scripted runtime',
    create: () => createScriptedRuntime({ answer: () => ANSWER }),
    modelPath: 'scripted',
  },
  {
    name: 'the simulated runtime',
    create: () => simulatedRuntime(() => ANSWER),
    modelPath: 'simulated',
  },
  {
    name: 'the real runtime',
    create: () => createLlamaRuntime({ gpu: false, logger: silentLogger }),
    modelPath: embeddedModelPath(),
  },
];

/** The native library loads in half a second, on an idle machine. */
export const NATIVE_MS_MAX = 60_000;

/** A prompt of about this many tokens, for either: a short word is one token. */
export const longPrompt = (tokens: number, word = 'one'): string => `${word} `.repeat(tokens).trim();
