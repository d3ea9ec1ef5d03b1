import { readdirSync } from 'node:fs';
import { llamero } from './built.ts';
import { childInput } from './child.ts';
import { settledHeapBytes } from './measure.ts';
import type { BenchModel } from './models.ts';

export interface Mark {
  readonly cycle: number;
  readonly rssBytes: number;
  readonly descriptors: number;
  readonly threads: number;
}

const { path, sha256, sizeBytes } = childInput<BenchModel>();
const supervisor = llamero.createSupervisor({ model: { path, sha256, sizeBytes }, runtime: { gpu: false } });
const marks: Mark[] = [];
for (let cycle = 1; cycle <= 50; cycle += 1) {
  await supervisor.start();
  await supervisor.submit({ messages: [{ role: 'user', content: 'What is draining?' }], maxTokens: 16 })
    .result;
  await supervisor.stop();
  settledHeapBytes();
  marks.push({
    cycle,
    rssBytes: process.memoryUsage.rss(),
    descriptors: count('/proc/self/fd'),
    threads: count('/proc/self/task'),
  });
}
process.stdout.write(JSON.stringify(marks));

/** Linux tells both as folders; elsewhere they are not counted. */
function count(folder: string): number {
  try {
    return readdirSync(folder).length;
  } catch {
    return 0;
  }
}
