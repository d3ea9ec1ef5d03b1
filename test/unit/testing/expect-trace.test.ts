import { describe, expect, test } from '@jest/globals';
import type { ReplayResult } from '../../../index.ts';
import { expectTrace, explainReplay, toReplay } from '../../../testing/index.ts';
import { stageChart } from '../../doubles/chart-stage.ts';
import { decodeTrace, encodeTrace } from '../../doubles/trace-records.ts';

/** Two slots are never free: one runs, one waits, one is refused; then the runtime fails and the chart stops. */
function record(): string {
  const stage = stageChart({ maxInFlight: 1, queueBound: 1 });
  stage.makeReady();
  for (let i = 0; i < 3; i += 1) stage.submit();
  stage.settled('r1', 'failed', 'generation_failed');
  stage.probed(false);
  stage.released();
  return stage.recorder.dump();
}

const trace = record();
const diverged = encodeTrace(
  decodeTrace(trace).map((line) =>
    (line['e'] as { type?: string } | undefined)?.type === 'model.loaded'
      ? { ...line, s: { starting: 'loading' } }
      : line,
  ),
);

describe('the story of a trace', () => {
  test('[TK1] tells the public states in the order they were entered', () => {
    expect(expectTrace(trace).states).toEqual(['starting', 'ready', 'draining', 'stopped']);
  });

  test('[TK2] tells every arrival with its verdict and the facts it was made from', () => {
    const { arrivals } = expectTrace(trace);
    expect(arrivals.map(({ requestId, verdict }) => [requestId, verdict.reason])).toEqual([
      ['r1', 'admitted'],
      ['r2', 'at_capacity'],
      ['r3', 'queue_full'],
    ]);
    expect(arrivals[2]?.facts).toMatchObject({ lifecycle: 'ready', inFlight: 1, queued: 1 });
  });

  test('[TK3] tells how each request ended that was let in, whoever ended it', () => {
    expect(expectTrace(trace).outcomes).toEqual([
      { requestId: 'r1', outcome: 'failed', reason: 'generation_failed' },
      { requestId: 'r2', outcome: 'denied', reason: 'lifecycle_draining' },
    ]);
  });

  test('[TK3] tells one outcome of a request that the runtime abandoned', async () => {
    const stage = stageChart({ abortMsMax: 100 });
    stage.makeReady();
    stage.submit();
    stage.stop();
    await stage.clock.advance(200);
    // The settlement comes too late: its request was concluded, and nothing changes.
    stage.settled('r1', 'cancelled', 'cancelled_by_stop');
    expect(expectTrace(stage.recorder.dump()).outcomes).toEqual([
      { requestId: 'r1', outcome: 'failed', reason: 'abandoned_by_runtime' },
    ]);
  });

  test('[TK4] tells faults, events and where it ended', () => {
    const story = expectTrace(trace);
    expect(story.faults).toEqual(['runtime_probe_failed']);
    expect(story.events.slice(0, 3)).toEqual(['supervisor.start', 'resources.sampled', 'model.acquired']);
    expect(story.finalState).toEqual({ stopped: 'backingOff' });
  });

  test('[TK4] tells a fault that came twice twice', async () => {
    const stage = stageChart({ backoffMsMin: 10, backoffMsMax: 10 });
    stage.makeReady();
    for (let restart = 0; restart < 2; restart += 1) {
      stage.submit();
      stage.settled(`r${restart + 1}`, 'failed', 'generation_failed');
      stage.probed(false);
      stage.released();
      await stage.clock.advance(20);
      stage.sampled();
      stage.acquired();
      stage.loaded();
      stage.probed();
    }
    expect(expectTrace(stage.recorder.dump()).faults).toEqual([
      'runtime_probe_failed',
      'runtime_probe_failed',
    ]);
  });

  test('[TK5] is the same of text and of lines', () => {
    expect(expectTrace(trace.trimEnd().split('\n'))).toEqual(expectTrace(trace));
  });

  test.each([
    ['nothing', '', 'corrupt at line 1: empty'],
    ['a trace that was cut off', trace.slice(0, -20), 'truncated'],
    ['a step that comes out otherwise', diverged, 'diverges at step 4 (line 6), on model.loaded'],
  ])('[TK6] of %s throws, and says why', (_what, damaged, why) => {
    expect(() => expectTrace(damaged)).toThrow(why);
  });

  test('[TK6] throws with the whole result as its cause', () => {
    const thrown = (() => {
      try {
        return expectTrace(diverged);
      } catch (error) {
        return error as Error;
      }
    })();
    expect(thrown).toBeInstanceOf(Error);
    expect((thrown as Error).cause).toMatchObject({
      kind: 'diverged',
      step: 4,
    } satisfies Partial<ReplayResult>);
  });
});

describe('toReplay', () => {
  test.each([
    ['text', trace],
    ['lines', trace.trimEnd().split('\n')],
  ])('[TK7] passes on %s that replays, and says so where it should not have', (_what, received) => {
    const { pass, message } = toReplay(received);
    expect(pass).toBe(true);
    expect(message()).toMatch(/^the trace replays: \d+ steps, ends in \{"stopped":"backingOff"\}$/);
  });

  test.each<[string, unknown, string]>([
    ['is damaged', trace.replace('"i":3', '"i":4'), 'corrupt at line 5: hash_mismatch'],
    ['is of a later format', encodeTrace([{ ...decodeTrace(trace)[0], format: 2 }]), 'format_newer'],
    ['diverges', diverged, 'guard_flipped'],
  ])('[TK8] fails on a trace that %s, and says why', (_what, received, why) => {
    const { pass, message } = toReplay(received);
    expect(pass).toBe(false);
    expect(message()).toContain(why);
  });

  test.each([undefined, null, 7, {}, [1, 2], new Uint8Array(2)])(
    '[TK9] fails on %p and says what it takes',
    (received) => {
      const { pass, message } = toReplay(received);
      expect(pass).toBe(false);
      expect(message()).toContain('the text of a trace, or an array of its lines');
    },
  );
});

test('[TK10] the explanation of a divergence holds both outcomes and each difference by its pointer', () => {
  const forged = encodeTrace(
    decodeTrace(trace).map((line, i) =>
      i === 2 ? { ...line, d: { ...(line['d'] as object), generation: 7 } } : line,
    ),
  );
  const text = toReplay(forged).message();
  expect(text).toContain('context_changed');
  expect(text).toContain('recorded: {"state":');
  expect(text).toContain('/generation: 7 → 1');
  expect(explainReplay({ kind: 'incompatible', line: 1, change: 'machine_other' })).toContain(
    'machine_other',
  );
});
