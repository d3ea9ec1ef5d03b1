import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from '@jest/globals';
import type { ReplayResult } from '../../index.ts';
import { readGolden } from '../traces/golden-files.ts';
import { decodeTrace, encodeTrace, type ToldRecord } from './trace-records.ts';

/** The trace that comes out as recorded; the others are made of it. */
export const GOLDEN = readGolden('queue-full');
const edited = (edit: (record: ToldRecord) => ToldRecord) =>
  `${encodeTrace(decodeTrace(GOLDEN).map(edit)).join('\n')}\n`;

/** One of each kind. */
const TRACES: Readonly<Record<ReplayResult['kind'], string>> = {
  ok: GOLDEN,
  diverged: edited((record) => {
    const arrival = (record['d'] as { lastArrival?: { verdict: { reason: string } } } | undefined)
      ?.lastArrival;
    if (arrival?.verdict.reason !== 'queue_full') return record;
    const verdict = { ok: false, reason: 'memory_exceeded' };
    return { ...record, d: { ...(record['d'] as object), lastArrival: { ...arrival, verdict } } };
  }),
  corrupt: GOLDEN.slice(0, -30),
  incompatible: edited((record) => (record['kind'] === 'header' ? { ...record, format: 2 } : record)),
};

/** Puts a trace of each kind into a folder of its own, named after its kind; the folder is removed afterwards. */
export function stageTraceFolder() {
  let folder = '';
  const pathOf = (name: string) => join(folder, `${name}.jsonl`);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'llamero-traces-'));
    for (const [kind, text] of Object.entries(TRACES)) await writeFile(pathOf(kind), text);
  });
  afterAll(() => rm(folder, { recursive: true, force: true }));

  return { folder: () => folder, pathOf };
}
