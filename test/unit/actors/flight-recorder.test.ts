import { describe, expect, test } from '@jest/globals';
import { replay } from '../../../machines/replay.ts';
import { stageChart } from '../../doubles/chart-stage.ts';

const linesOf = (trace: string) => trace.trimEnd().split('\n');
const recordsOf = (trace: string) =>
  linesOf(trace).map((line) => JSON.parse(line) as Record<string, unknown>);

/** A run with a bit of everything in it. */
function run(stage = stageChart({ maxInFlight: 1, queueBound: 1 })) {
  stage.makeReady();
  for (let i = 0; i < 3; i += 1) stage.submit();
  stage.settled('r1');
  stage.sampled({ memoryAvailableBytes: 1 });
  stage.drain();
  stage.settled('r2');
  stage.released();
  return stage;
}

describe('the flight recorder', () => {
  test('[TR1] begins with a header that names format, machine, hashes, limits and clock', () => {
    const [header] = recordsOf(run().recorder.dump());
    expect(header).toMatchObject({
      kind: 'header',
      format: 1,
      machine: 'supervisor',
      library: 'test',
      clock: 'virtual',
      jitterSeed: 1,
    });
    expect(header).toHaveProperty('limits.maxInFlight', 1);
    expect(header?.['chart']).toMatch(/^[0-9a-f]{16}$/);
    expect(header?.['policies']).toMatch(/^[0-9a-f]{16}$/);
  });

  test('[TR2] holds every event in its order, with state, changes and effects', () => {
    const steps = recordsOf(run().recorder.dump()).slice(2);
    expect(steps.map(({ e }) => (e as { type: string }).type)).toEqual([
      'supervisor.start',
      'resources.sampled',
      'model.acquired',
      'model.loaded',
      'runtime.probed',
      'request.submit',
      'request.submit',
      'request.submit',
      'request.settled',
      'resources.sampled',
      'supervisor.drain',
      'request.settled',
      'runtime.released',
    ]);
    expect(steps.map(({ i }) => i)).toEqual(steps.map((_, index) => index + 1));
    expect(steps[5]).toMatchObject({ x: ['run r1'], d: { lastArrival: { disposition: 'admitted' } } });
    expect(steps[2]).toHaveProperty('s', { starting: 'loading' });
  });

  test('[TR3] holds each verdict with the facts it was made from', () => {
    const refused = recordsOf(run().recorder.dump()).find(
      ({ d }) => (d as { lastArrival?: { requestId: string } })?.lastArrival?.requestId === 'r3',
    );
    expect(refused).toHaveProperty('d.lastArrival', {
      requestId: 'r3',
      verdict: { ok: false, reason: 'queue_full' },
      facts: { lifecycle: 'ready', suspect: false, inFlight: 1, queued: 1, observationAgeMs: 0 },
      disposition: 'refused',
      place: 0,
    });
  });

  test('[TR4] holds timers as they fire, with their time', async () => {
    const stage = stageChart({ acquireStallMsMax: 500 });
    stage.start();
    await stage.clock.advance(500);
    expect(recordsOf(stage.recorder.dump()).at(-1)).toMatchObject({
      t: 500,
      e: { type: 'start.stalled', phase: 'acquiring' },
      s: { draining: 'releasing' },
    });
  });

  test('[TR5] an event that is not of the closed schema reaches neither machine nor trace', () => {
    const stage = stageChart();
    stage.send({ type: 'secret.words', text: 'CANARY' } as never);
    stage.send({ type: 'supervisor.start', atMs: 'CANARY' } as never);
    stage.send({ type: 'supervisor.start', atMs: 1, note: 'CANARY' } as never);
    expect(stage.value()).toEqual({ starting: 'acquiring' });
    const trace = stage.recorder.dump();
    expect(trace).not.toContain('CANARY');
    expect(recordsOf(trace).map(({ e }) => (e as { type?: string })?.type)).toEqual([
      undefined,
      undefined,
      'unknown',
      'unknown',
      'supervisor.start',
    ]);
    expect(replay(trace).kind).toBe('ok');
  });

  test('[TR6] keeps to its bytes, drops the oldest steps first, and what is left replays', () => {
    const stage = stageChart({ traceBytesMax: 65_536 });
    stage.makeReady();
    for (let i = 0; i < 2000; i += 1) stage.sampled({ processBytes: i });
    const trace = stage.recorder.dump();
    expect(trace.length).toBeLessThan(65_536 * 1.3);
    const records = recordsOf(trace);
    expect(records[1]).toMatchObject({ kind: 'frame' });
    expect(records[1]?.['i']).toBeGreaterThan(1000);
    expect(records.at(-1)?.['i']).toBe(2005);
    expect(replay(trace)).toMatchObject({ kind: 'ok', finalState: stage.value() });
  });

  test('[TR7] replays wherever the ring begins', () => {
    const stage = stageChart({ traceBytesMax: 65_536, maxInFlight: 2, queueBound: 3 });
    stage.makeReady();
    for (let i = 0; i < 300; i += 1) {
      stage.submit();
      if (i % 3 === 0) for (const { requestId } of stage.context().running) stage.settled(requestId);
      if (i % 20 === 0) expect(replay(stage.recorder.dump()).kind).toBe('ok');
    }
  });
});

test('[TR11] a recorder of no bytes keeps nothing, and still serves a sink', () => {
  const stage = stageChart({ traceBytesMax: 0 });
  stage.start();
  expect(stage.recorder.dump()).toBe('');
  const lines: string[] = [];
  stage.recorder.attach({ write: (line) => lines.push(line) > 0 });
  stage.sampled();
  stage.acquired();
  expect(replay(lines)).toMatchObject({ kind: 'ok', steps: 2, finalState: { starting: 'loading' } });
});

describe('a sink', () => {
  test('[TR8] gets a whole trace of its own from the moment it is attached', () => {
    const stage = stageChart();
    stage.makeReady();
    const lines: string[] = [];
    const detach = stage.recorder.attach({ write: (line) => lines.push(line) > 0 });
    stage.submit();
    stage.stop();
    detach();
    detach();
    stage.settled('r1', 'cancelled', 'cancelled_by_stop');
    expect(replay(lines)).toMatchObject({ kind: 'ok', steps: 2, complete: true });
    expect(lines.at(-1)).toContain('"kind":"end"');
  });

  test('[TR9] that has no room loses steps, says how many, and goes on with a frame', () => {
    const stage = stageChart();
    const lines: string[] = [];
    let room = true;
    stage.recorder.attach({ write: (line) => room && lines.push(line) > 0 });
    stage.start();
    room = false;
    stage.sampled();
    stage.acquired();
    room = true;
    stage.loaded();
    stage.probed();
    expect(replay(lines)).toMatchObject({ kind: 'ok', steps: 3, lost: 2, finalState: stage.value() });
  });

  test('[TR10] that throws disturbs neither the machine nor the other sinks', () => {
    const stage = stageChart({ maxInFlight: 1, queueBound: 1 });
    const lines: string[] = [];
    stage.recorder.attach({
      write: () => {
        throw new Error('the disk is gone');
      },
    });
    stage.recorder.attach({ write: (line) => lines.push(line) > 0 });
    run(stage);
    expect(stage.errors).toEqual([]);
    expect(stage.value()).toEqual({ stopped: 'idle' });
    expect(replay(lines).kind).toBe('ok');
  });
});
