import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { decodeTrace, encodeTrace } from '../doubles/trace-records.ts';

/** Where the golden traces are, and the notes of why they are as they are. */
export const GOLDENS = fileURLToPath(new URL('./', import.meta.url));
export const GOLDEN_NOTES = join(GOLDENS, 'NOTES.md');

export const goldenPath = (scenario: string): string => join(GOLDENS, `${scenario}.jsonl`);

/** Names of the scenarios that have a golden trace, sorted. */
export function listGoldens(): string[] {
  return readdirSync(GOLDENS)
    .filter((name) => name.endsWith('.jsonl'))
    .map((name) => name.slice(0, -'.jsonl'.length))
    .sort();
}

export const readGolden = (scenario: string): string => readFileSync(goldenPath(scenario), 'utf8');

/** Hash of all golden traces, names and contents. */
export function hashGoldens(): string {
  const hash = createHash('sha256');
  for (const name of listGoldens()) hash.update(`${name}\0${readGolden(name)}\0`);
  return hash.digest('hex').slice(0, 16);
}

/** A trace without the version of the package that recorded it, which says nothing of the run. */
export function withoutVersion(trace: string): string {
  const records = decodeTrace(trace).map((record) => {
    if (record['kind'] === 'header') return { ...record, library: '' };
    // Holds the hash of the line before, and so the version.
    return record['kind'] === 'frame' ? { ...record, after: '' } : record;
  });
  return encodeTrace(records).join('\n');
}
