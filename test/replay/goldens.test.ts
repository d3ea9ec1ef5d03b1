import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { AnyStateNode } from 'xstate';
import { type Reason, type ReplayedFile, replay, replayAll, supervisorMachine } from '../../index.ts';
import { decodeTrace } from '../doubles/trace-records.ts';
import {
  GOLDEN_NOTES,
  GOLDENS,
  hashGoldens,
  listGoldens,
  readGolden,
  withoutVersion,
} from '../traces/golden-files.ts';
import { SCENARIOS, SCRIPTED_SCENARIOS } from '../traces/scenarios.ts';

const goldens = listGoldens();
const reasons = reasonsIn(goldens.map(readGolden));

describe('the golden traces', () => {
  let replayed: readonly ReplayedFile[];

  beforeAll(async () => {
    replayed = await replayAll(GOLDENS);
  });

  test('[GT1] are one for each scenario, and no other', () => {
    expect(goldens).toEqual(Object.keys(SCENARIOS).sort());
    expect(goldens.length).toBeGreaterThanOrEqual(32);
  });

  test.each(goldens)('[GT2] %s replays whole on the machine of today', (name) => {
    const { result } = replayed.find(({ file }) => file === `${name}.jsonl`)!;
    expect(result).toMatchObject({ kind: 'ok', lost: 0, changes: [] });
    expect(result).toHaveProperty('steps', stepsOf(name).length);
  });

  test('[GT3] holds at least three runs of the real runtime, each ended in order', () => {
    const real = goldens.filter((name) => !(name in SCRIPTED_SCENARIOS));
    expect(real.length).toBeGreaterThanOrEqual(3);
    for (const name of real) {
      expect(decodeTrace(readGolden(name))[0]).toMatchObject({ clock: 'monotonic' });
      expect(replay(readGolden(name))).toMatchObject({ kind: 'ok', complete: true });
    }
  });

  test('[GT4] visit every state in which the chart can rest', () => {
    const visited = new Set<string>();
    for (const name of goldens) {
      replay(readGolden(name), { onStep: (_step, { value }) => addPaths(visited, value) });
    }
    const resting = leavesOf(supervisorMachine.root).filter((leaf) => !isPassing(leaf));
    expect([...visited].sort()).toEqual(resting.map(pathOf).sort());
  });

  test.each<Reason>([
    'at_capacity',
    'queue_full',
    'queue_wait_exceeded',
    'cancelled_by_caller',
    'cancelled_by_stop',
    'request_deadline_exceeded',
    'first_token_deadline_exceeded',
    'stall_deadline_exceeded',
    'reader_deadline_exceeded',
    'abandoned_by_runtime',
    'lifecycle_stopped',
    'lifecycle_starting',
    'lifecycle_draining',
    'digest_mismatch',
    'size_short',
    'model_not_gguf',
    'model_file_missing',
    'runtime_unavailable',
    'runtime_load_failed',
    'runtime_out_of_memory',
    'acquire_timeout',
    'runtime_load_timeout',
    'runtime_probe_failed',
    'runtime_probe_timeout',
    'runtime_suspect',
    'runtime_unresponsive',
    'runtime_release_timeout',
    'restart_allowed',
    'restart_disabled',
    'restart_intensity_exceeded',
    'observation_missing',
    'observation_malformed',
    'observation_stale',
    'memory_exceeded',
    'process_memory_exceeded',
    'vram_exceeded',
    'cpu_exceeded',
    'prompt_too_long',
    'internal_error',
  ])('[GT5] hold the reason %s', (reason) => {
    expect(reasons).toContain(reason);
  });

  test('[GT5] hold more than fifty reasons in all', () => {
    expect(reasons.size).toBeGreaterThanOrEqual(50);
  });

  test('[GT6] hold stale completions that changed nothing, and an event that the machine does not know', () => {
    const stale = stepsOf('stale-completions').filter(({ e }) => e.atMs === 5);
    expect(stale.length).toBe(8);
    for (const { s, x, d } of stale) expect([s, x, d]).toEqual([undefined, undefined, {}]);
    expect(stepsOf('unknown-event').filter(({ e }) => e.type === 'unknown')).toHaveLength(2);
  });

  test.each(Object.entries(SCRIPTED_SCENARIOS))(
    '[GT7] %s is recorded the same again',
    async (name, record) => {
      expect(withoutVersion(await record())).toBe(withoutVersion(readGolden(name)));
    },
  );

  test('[GT8] are those of the last note', () => {
    const hashes = [...readFileSync(GOLDEN_NOTES, 'utf8').matchAll(/^- `([0-9a-f]{16})` \S.*: \S/gm)];
    expect(hashes.at(-1)?.[1]).toBe(hashGoldens());
  });
});

interface ToldStep {
  readonly e: { readonly type: string; readonly atMs?: number };
  readonly s?: unknown;
  readonly x?: readonly string[];
  readonly d: object;
}

function stepsOf(name: string): ToldStep[] {
  return decodeTrace(readGolden(name)).filter((record) => !('kind' in record)) as never;
}

/** Every reason that an event, a verdict, a fault or an effect of a golden names. */
function reasonsIn(traces: readonly string[]): Set<string> {
  const found = new Set<string>();
  for (const trace of traces) {
    for (const [, reason = ''] of trace.matchAll(/"(?:reason|fault)":"(\w+)"/g)) found.add(reason);
    for (const [, reason = ''] of trace.matchAll(/"(?:abort|conclude) r\d+ \w+ (\w+)"/g)) found.add(reason);
  }
  return found;
}

function leavesOf(node: AnyStateNode): AnyStateNode[] {
  const inner = Object.values(node.states);
  return inner.length === 0 ? [node] : inner.flatMap(leavesOf);
}

/** A state that is left at once, whatever is the case. */
function isPassing({ always }: AnyStateNode): boolean {
  return always?.some(({ guard }) => guard === undefined) === true;
}

const pathOf = ({ path }: AnyStateNode): string => path.join('.');

function addPaths(paths: Set<string>, value: unknown, before = ''): void {
  if (typeof value === 'string') paths.add(`${before}${value}`);
  else for (const [key, inner] of Object.entries(value as object)) addPaths(paths, inner, `${before}${key}.`);
}
