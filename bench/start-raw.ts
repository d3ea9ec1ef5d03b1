import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { availableParallelism } from 'node:os';
import { childInput } from './child.ts';
import { elapsedMs } from './measure.ts';
import type { BenchModel } from './models.ts';

const model = childInput<BenchModel>();
let close: () => Promise<void> = async () => undefined;
const ms = await elapsedMs(async () => {
  const hash = createHash('sha256');
  for await (const piece of createReadStream(model.path, { highWaterMark: 2 ** 20 })) hash.update(piece);
  if (hash.digest('hex') !== model.sha256) throw new Error('not the pinned bytes');

  const { getLlama } = await import('node-llama-cpp');
  const threads = Math.max(1, availableParallelism() - 1);
  const llama = await getLlama({ gpu: false, build: 'never', maxThreads: threads, logger: () => undefined });
  const loaded = await llama.loadModel({ modelPath: model.path });
  const context = await loaded.createContext({ sequences: 1, contextSize: 2048, threads, batchSize: 512 });
  const sequence = context.getSequence();
  for await (const _ of sequence.evaluate(loaded.tokenize('a'), { temperature: 0, yieldEogToken: true }))
    break;
  close = async () => {
    await context.dispose();
    await loaded.dispose();
    await llama.dispose();
  };
});
await close();
process.stdout.write(JSON.stringify({ ms }));
