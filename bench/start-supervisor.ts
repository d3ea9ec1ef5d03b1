import { llamero } from './built.ts';
import { childInput } from './child.ts';
import { elapsedMs } from './measure.ts';
import type { BenchModel } from './models.ts';

const model = childInput<BenchModel>();
const supervisor = llamero.createSupervisor({
  model: { path: model.path, sha256: model.sha256, sizeBytes: model.sizeBytes },
  limits: { maxInFlight: 1 },
  runtime: { gpu: false, contextTokens: 2048 },
});
const ms = await elapsedMs(() => supervisor.start());
await supervisor[Symbol.asyncDispose]();
process.stdout.write(JSON.stringify({ ms }));
