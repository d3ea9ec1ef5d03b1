import { createSupervisor, type PortOptions, type Runtime } from '../index.ts';

/** A runtime without a model, for the tests of a host: it answers every prompt with the same word. */
const runtime: Runtime = {
  prepare: async () => ({ ok: true, value: null }),
  spawn: async ({ contextTokens, sequences }) => ({
    ok: true,
    value: { facts: { contextTokens, sequences, threads: 1, backend: 'none', modelBytes: 0 } },
  }),
  healthCheck: async () => ({ ok: true, reason: 'runtime_healthy' }),
  statResources: async () => ({
    runtimeRamBytes: null,
    runtimeVramBytes: null,
    vramTotalBytes: null,
    vramUsedBytes: null,
  }),
  async *generate() {
    yield { kind: 'chunk', text: 'Yes.', tokens: 1 };
    return { kind: 'completed', finishReason: 'stop', promptTokens: 1, cachedTokens: 0, outputTokens: 1 };
  },
  dispose: async () => undefined,
  shutdown: async () => undefined,
};

/** A file that is taken at its word: nothing is read. */
const download: NonNullable<PortOptions['download']> = async ({ path, sizeBytes }) => ({
  ok: true,
  value: { path, sizeBytes },
});

const supervisor = createSupervisor({
  model: { path: 'no-file.gguf', sha256: '0'.repeat(64), sizeBytes: 1 },
  ports: { runtime, download },
});
await supervisor.start();
for await (const text of supervisor.generate({ prompt: 'Is it up?' })) console.log(text);
await supervisor.stop();
