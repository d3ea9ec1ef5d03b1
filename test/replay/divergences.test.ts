import { describe, expect, test } from '@jest/globals';
import { assign } from 'xstate';
import { type ReplayOptions, replay } from '../../machines/replay.ts';
import type { ReplayDiverged } from '../../machines/replay-result.ts';
import { supervisorMachine } from '../../machines/supervisor.ts';
import type { Limits } from '../../policies/limits.ts';
import { editChart, type NodeConfig } from '../doubles/edited-chart.ts';
import { decodeTrace, encodeTrace, type ToldRecord } from '../doubles/trace-records.ts';
import { readGolden } from '../traces/golden-files.ts';

type Machine = NonNullable<ReplayOptions['machine']>;
type Cause = ReplayDiverged['cause'];

const provide = (implementations: object): Machine => supervisorMachine.provide(implementations as never);
const state = (root: NodeConfig, ...path: string[]): NodeConfig =>
  path.reduce((node, name) => node.states[name]!, root);
const nothing = assign({});
const FAULT_OF_EVENT = { type: 'planFault', params: { reason: null } };

/** What is mutated, the golden that must not replay on it, the event at which, and the label. */
const MUTANTS: readonly [string, string, string, Cause, Machine][] = [
  [
    'a transition that lets stale completions in',
    'stale-completions',
    'start.refused',
    'guard_flipped',
    editChart((root) => {
      state(root, 'ready').on['start.refused'] = { target: 'draining', actions: [FAULT_OF_EVENT] };
    }),
  ],
  [
    'a guard that never lets a probe pass',
    'plain-run',
    'runtime.probed',
    'guard_flipped',
    provide({ guards: { probePassed: () => false } }),
  ],
  [
    'a guard that takes a failed check for a passed one',
    'suspect-restart-ready',
    'runtime.probed',
    'guard_flipped',
    provide({ guards: { probePassed: () => true } }),
  ],
  [
    'a guard that suspects nobody',
    'suspect-cleared',
    'request.settled',
    'guard_flipped',
    provide({ guards: { castsSuspicion: () => false } }),
  ],
  [
    'a guard that forgets who runs',
    'cancel-running',
    'request.cancel',
    'effect_changed',
    provide({ guards: { isRunning: () => false } }),
  ],
  [
    'a guard that forgets who waits',
    'cancel-queued',
    'request.cancel',
    'effect_changed',
    provide({ guards: { isQueued: () => false } }),
  ],
  [
    'a guard that leaves while requests run',
    'drain-finished',
    'supervisor.drain',
    'target_moved',
    provide({ guards: { nothingInFlight: () => true } }),
  ],
  [
    'a start that skips loading',
    'plain-run',
    'model.acquired',
    'target_moved',
    editChart((root) => {
      state(root, 'starting', 'acquiring').on['model.acquired'] = {
        guard: 'isCurrent',
        target: 'probing',
        actions: 'keepTime',
      };
    }),
  ],
  [
    'a fault that is not a failure',
    'start-digest-mismatch',
    'runtime.released',
    'target_moved',
    editChart((root) => {
      state(root, 'draining', 'released').always = { target: '#supervisor.stopped.idle' };
    }),
  ],
  [
    'a stop that waits for nobody in the back-off',
    'stop-while-backing-off',
    'supervisor.stop',
    'guard_flipped',
    editChart((root) => {
      delete state(root, 'stopped', 'backingOff').on['supervisor.stop'];
    }),
  ],
  [
    'a deadline that is gone',
    'drain-aborted',
    'supervisor.drain',
    'effect_changed',
    editChart((root) => {
      state(root, 'draining', 'settling').after = {};
    }),
  ],
  [
    'a drain that sheds nobody',
    'drain-shed',
    'supervisor.drain',
    'effect_changed',
    provide({ actions: { shedQueue: nothing } }),
  ],
  [
    'an abort that is told to nobody',
    'stop-while-ready',
    'supervisor.stop',
    'effect_changed',
    editChart((root) => {
      delete state(root, 'draining', 'aborting').entry;
    }),
  ],
  [
    'a progress that is not kept',
    'stop-while-loading',
    'start.progressed',
    'context_changed',
    provide({ actions: { recordProgress: nothing } }),
  ],
  [
    'a restart that is not counted',
    'stop-while-backing-off',
    'supervisor.stop',
    'context_changed',
    provide({ actions: { forgetRun: nothing } }),
  ],
];

/** Other limits, the golden that was judged by them, the event, the label, and the decision that flips. */
const LIMITS: readonly [Partial<Limits>, string, string, Cause, string | null][] = [
  [{ memoryUsedRatioHard: 1 }, 'memory-exceeded', 'resources.sampled', 'target_moved', null],
  [
    { processBytesHard: 2 ** 50 },
    'process-memory-exceeded',
    'request.submit',
    'guard_flipped',
    'lastArrival',
  ],
  [{ observationAgeMsMax: 60_000 }, 'observation-stale', 'request.submit', 'guard_flipped', 'lastArrival'],
  [{ promptCharsMax: 1 }, 'queue-full', 'request.submit', 'guard_flipped', 'lastArrival'],
  [{ restartsMax: 9 }, 'restart-intensity-exceeded', 'runtime.probed', 'guard_flipped', 'lastRestart'],
  [{ queueMsMax: 9 }, 'queue-wait-expired', 'request.submit', 'effect_changed', null],
  [{ probeMsMax: 9 }, 'start-probe-timeout', 'model.loaded', 'effect_changed', null],
];

describe('a golden on a machine that was changed', () => {
  test.each(MUTANTS)('[GT9] %s: %s diverges at %s as %s', (_what, golden, event, cause, machine) => {
    const result = replay(readGolden(golden), { machine });
    expect(result).toMatchObject({ kind: 'diverged', cause, event: { type: event } });
    expect(replay(readGolden(golden)).kind).toBe('ok');
  });

  test.each(LIMITS)('[GT10] %j: %s diverges at %s as %s', (limits, golden, event, cause, decision) => {
    const result = replay(judgedBy(limits, decodeTrace(readGolden(golden))));
    expect(result).toMatchObject({ kind: 'diverged', cause, event: { type: event } });
    if (decision !== null) expect(result).toHaveProperty('decisions.0.name', decision);
  });

  test('[GT11] an event of a later machine diverges as unknown_event', () => {
    const records = decodeTrace(readGolden('plain-run'));
    const fused = records.map((record) =>
      isOfType(record, 'model.loaded') ? { ...record, e: { type: 'model.fused', atMs: 0 } } : record,
    );
    expect(replay(encodeTrace(fused))).toMatchObject({
      kind: 'diverged',
      cause: 'unknown_event',
      event: { type: 'model.fused' },
    });
  });
});

/** The same run, as though it had been judged by other limits. */
function judgedBy(limits: Partial<Limits>, [header, ...rest]: readonly ToldRecord[]): string[] {
  return encodeTrace([{ ...header, limits: { ...(header!['limits'] as Limits), ...limits } }, ...rest]);
}

function isOfType(record: ToldRecord, type: string): boolean {
  return (record['e'] as { type?: string } | undefined)?.type === type;
}
