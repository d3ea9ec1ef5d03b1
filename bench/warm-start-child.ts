import { llamero } from './built.ts';
import { childInput } from './child.ts';

/** From `start()` to `loading`: of a model in the store whose record fits, or of no model work at all. */
const { dir, pin } = childInput<{
  dir: string | null;
  pin: { url: string; sha256: string; sizeBytes: number };
}>();
const supervisor = llamero.createSupervisor({
  model: pin,
  ...(dir === null
    ? {
        store: { dir: '/' },
        ports: { download: async ({ path, sizeBytes }) => ({ ok: true, value: { path, sizeBytes } }) },
      }
    : { store: { dir } }),
  sources: { allow: ['localhost'], privateAddresses: true },
  runtime: { gpu: false },
});
const beganAtMs = performance.now();
const ms = await new Promise<number>((resolve) => {
  supervisor.actor.subscribe({
    next: ({ value }) => {
      const isLoading = typeof value === 'object' && 'starting' in value && value.starting === 'loading';
      if (isLoading) resolve(performance.now() - beganAtMs);
    },
    error: () => undefined,
    complete: () => undefined,
  });
  supervisor.start().catch(() => undefined);
});
await supervisor.stop().catch(() => undefined);
await supervisor[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify({ ms }));
