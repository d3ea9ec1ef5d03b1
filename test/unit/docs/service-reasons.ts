import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Reason } from '../../../policies/reasons.ts';
import type { Attempt, Verdict } from '../../../policies/verdict.ts';
import type { FileSystem } from '../../../services/file-system.ts';
import { createHeartbeat } from '../../../services/heartbeat.ts';
import { type GenerationRoom, generate } from '../../../services/llama-generation.ts';
import type { LlamaLibrary } from '../../../services/llama-library.ts';
import { loadModel } from '../../../services/llama-model.ts';
import { probe } from '../../../services/llama-probe.ts';
import { createLlamaRuntime } from '../../../services/llama-runtime.ts';
import { silentLogger } from '../../../services/logger.ts';
import { createLocalModelSource } from '../../../services/model-file.ts';
import { createSequencePool } from '../../../services/sequence-pool.ts';
import { createFaultyFileSystem, systemError } from '../../doubles/faulty-file-system.ts';
import { encodePlan, value } from '../../doubles/gguf-plan.ts';
import { BPE_PLAN, withValue } from '../../doubles/gguf-samples.ts';
import { createModelBytes, specOf } from '../../doubles/model-bytes.ts';

const { signal: NEVER_ABORTED } = new AbortController();

/** Proves a file of these bytes; `null` for no file, `'directory'` for the folder itself. */
async function prove(bytes: Uint8Array | null | 'directory', fileSystem?: FileSystem): Promise<Reason> {
  const directory = await mkdtemp(join(tmpdir(), 'reasons-'));
  try {
    const path = bytes === 'directory' ? directory : join(directory, 'model.gguf');
    if (bytes instanceof Uint8Array) await writeFile(path, bytes);
    const spec = specOf(bytes instanceof Uint8Array && bytes.byteLength > 0 ? bytes : createModelBytes(8));
    return reasonOf(await createLocalModelSource(fileSystem)({ path, ...spec, signal: NEVER_ABORTED }));
  } finally {
    await rm(directory, { recursive: true });
  }
}

function reasonOf(answer: Attempt<unknown> | Verdict): Reason {
  if ('reason' in answer) return answer.reason;
  throw new Error('it was not refused');
}

/** The room of a loaded model that has no free place and computes nothing. */
const idleRoom = (): GenerationRoom => ({
  model: {} as GenerationRoom['model'],
  tokenize: () => ({
    tokens: [1, 2, 3] as never[],
    turnEndTokens: new Set(),
    turnEndTexts: [],
    isChat: false,
  }),
  pool: createSequencePool<never>([]),
  heartbeat: createHeartbeat(),
  computing: new Set(),
  contextTokens: 3,
  pace: { msPerToken: 0 },
  isOutOfMemory: () => false,
  logger: silentLogger,
});

/** Loads a model by a library that rejects. */
async function loadFailing(isOutOfMemory: boolean): Promise<Reason> {
  const library = {
    llama: { loadModel: () => Promise.reject(new Error('no')) },
    isOutOfMemory: () => isOutOfMemory,
  } as unknown as LlamaLibrary;
  const request = { modelPath: 'm.gguf', contextTokens: 8, sequences: 1, signal: NEVER_ABORTED };
  return reasonOf(await loadModel({ library, threads: 1, logger: silentLogger }, request));
}

/** For each reason that a service gives, the call that gives it. */
export const SERVICE_REASONS = {
  model_file_missing: () => prove(null),
  model_file_not_regular: () => prove('directory'),
  model_file_unreadable: () =>
    prove(
      createModelBytes(64),
      createFaultyFileSystem({
        open: () => {
          throw systemError('EACCES');
        },
      }),
    ),
  gguf_split: () => prove(encodePlan(withValue(BPE_PLAN, 'split.count', value.u16(2))).bytes),
  model_file_empty: () => prove(new Uint8Array(0)),
  model_file_changed: () =>
    prove(
      createModelBytes(1000),
      createFaultyFileSystem({
        stat: () => {
          throw systemError('ENOENT');
        },
      }),
    ),
  model_not_gguf: () => prove(new Uint8Array(64)),
  model_gguf_version: () => prove(createModelBytes(64, 1)),

  /** A backend that no machine of this platform has. */
  runtime_unavailable: async () => {
    const gpu = process.platform === 'darwin' ? 'cuda' : 'metal';
    return reasonOf(await createLlamaRuntime({ gpu, logger: silentLogger }).prepare());
  },
  runtime_load_failed: () => loadFailing(false),
  runtime_out_of_memory: () => loadFailing(true),
  runtime_healthy: async () => (await probe(idleRoom(), NEVER_ABORTED)).reason,
  runtime_probe_timeout: async () => (await probe(idleRoom(), AbortSignal.abort())).reason,
  runtime_probe_failed: async () => {
    const room = idleRoom();
    await room.pool.close();
    return (await probe(room, NEVER_ABORTED)).reason;
  },
  prompt_too_long: async () => {
    const request = { input: { prompt: 'a b c' }, maxTokens: 1, temperature: 0, stop: [] };
    const { value } = await generate(idleRoom(), request, NEVER_ABORTED).next();
    return (value as { readonly reason: Reason }).reason;
  },
} satisfies Partial<Record<Reason, () => Promise<Reason>>>;
