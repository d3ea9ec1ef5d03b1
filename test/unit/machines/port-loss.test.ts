import { describe, expect, test } from '@jest/globals';
import { createActor, type EventObject, fromCallback } from 'xstate';
import type { LedgerCommand, SupervisorEvent } from '../../../machines/events.ts';
import type { PortInput } from '../../../machines/ports.ts';
import { createPureStepper } from '../../../machines/pure-stepper.ts';
import { supervisorMachine } from '../../../machines/supervisor.ts';
import { describeEffect } from '../../../machines/trace-step.ts';
import { DEFAULT_LIMITS } from '../../../policies/limits.ts';
import { readRequestFacts } from '../../../policies/request.ts';

const atMs = 0;
const SAMPLE = {
  atMs,
  memoryTotalBytes: 1000,
  memoryAvailableBytes: 900,
  cpuLoadRatio: 0.1,
  processBytes: 100,
  eventLoopDelayMs: 1,
  vramTotalBytes: null,
  vramUsedBytes: null,
};
const RUNTIME = { contextTokens: 512, sequences: 2, threads: 1, backend: 'cpu', modelBytes: 1 } as const;

/** Steps the chart with no port behind it, so that a port can die in any state. */
function walk() {
  const stepper = createPureStepper();
  let snapshot = stepper.initial({ limits: DEFAULT_LIMITS, jitterSeed: 1 });
  const tell = (event: SupervisorEvent) => {
    snapshot = stepper.step(snapshot, event);
  };
  const submit = (requestId: string) =>
    tell({
      type: 'request.submit',
      requestId,
      facts: readRequestFacts({ prompt: 'hello' }),
      wait: true,
      atMs,
    });
  const makeReady = () => {
    tell({ type: 'supervisor.start', atMs });
    const { generation } = snapshot.context;
    tell({ type: 'resources.sampled', sample: SAMPLE, atMs });
    tell({ type: 'model.acquired', generation, atMs });
    tell({ type: 'model.loaded', generation, facts: RUNTIME, atMs });
    tell({ type: 'runtime.probed', generation, verdict: { ok: true, reason: 'runtime_healthy' }, atMs });
  };
  return {
    tell,
    submit,
    makeReady,
    crash: (port: string) => tell({ type: `xstate.error.actor.${port}` } as never),
    release: () => tell({ type: 'runtime.released', generation: snapshot.context.generation, atMs }),
    value: () => snapshot.value,
    context: () => snapshot.context,
    effects: () => stepper.effects().map(describeEffect),
  };
}

const LASTING = ['requestLedger', 'observeBackpressure'] as const;

describe('a port that dies instead of answering', () => {
  test('[PL1] leads down at once, however patient an earlier drain was', () => {
    const chart = walk();
    chart.makeReady();
    chart.tell({ type: 'supervisor.drain', deadlineMs: 3_600_000, atMs });
    chart.tell({ type: 'supervisor.start', atMs });
    chart.release();
    chart.makeReady();
    chart.submit('r1');
    chart.crash('observeResources');
    expect(chart.value()).toEqual({ draining: 'aborting' });
    expect(chart.effects()).toContain('abort r1 cancelled cancelled_by_stop');
    expect(chart.effects().filter((effect) => effect.includes('drainDeadline'))).toEqual([]);
  });
});

describe.each(LASTING)('%s, which lives as long as the chart, dies', (port) => {
  test('[PL2] while stopped: the supervisor has failed, and enters no other public state', () => {
    const chart = walk();
    chart.crash(port);
    expect(chart.value()).toEqual({ stopped: 'failed' });
    expect(chart.context()).toMatchObject({ fault: 'internal_error', lifecycle: { phase: 'stopped' } });
  });

  test('[PL2] while a restart is scheduled: none is made', () => {
    const chart = walk();
    chart.makeReady();
    chart.crash('observeResources');
    chart.release();
    expect(chart.value()).toEqual({ stopped: 'backingOff' });
    chart.crash(port);
    expect(chart.value()).toEqual({ stopped: 'failed' });
    expect(chart.effects()).toContain('disarm xstate.after.restartDelay.supervisor.stopped.backingOff');
  });

  test('[PL3] while draining: the drain goes on by its own deadline, and ends in failure', () => {
    const chart = walk();
    chart.makeReady();
    chart.submit('r1');
    chart.tell({ type: 'supervisor.drain', deadlineMs: 1000, atMs });
    chart.crash(port);
    expect(chart.value()).toEqual({ draining: 'settling' });
    expect(chart.effects()).toEqual([]);
    chart.tell({
      type: 'request.settled',
      requestId: 'r1',
      generation: 1,
      outcome: 'completed',
      reason: 'generation_completed',
      atMs,
    });
    chart.release();
    expect(chart.value()).toEqual({ stopped: 'failed' });
  });

  test('[PL4] while ready: nothing is started any more, neither by itself nor by command', () => {
    const chart = walk();
    chart.makeReady();
    chart.crash(port);
    chart.tell({ type: 'supervisor.start', atMs });
    chart.release();
    expect(chart.value()).toEqual({ stopped: 'failed' });
    chart.tell({ type: 'supervisor.start', atMs });
    expect(chart.value()).toEqual({ stopped: 'failed' });
    chart.tell({ type: 'supervisor.stop', atMs });
    expect(chart.value()).toEqual({ stopped: 'failed' });
    expect(chart.context()).toMatchObject({ fault: 'internal_error', generation: 1 });
  });
});

describe('a ledger that throws', () => {
  test('[PL4] does not take the chart with it', () => {
    const silent = fromCallback<EventObject, PortInput>(() => undefined);
    const actor = createActor(
      supervisorMachine.provide({
        actors: {
          acquireModel: silent,
          prepareRuntime: silent,
          loadModel: silent,
          probeRuntime: silent,
          releaseRuntime: silent,
          observeResources: silent,
          observeBackpressure: silent,
          requestLedger: fromCallback<LedgerCommand, PortInput>(({ receive }) => {
            receive(() => {
              throw new Error('the ledger is broken');
            });
          }),
        },
      }),
      { input: { limits: DEFAULT_LIMITS, jitterSeed: 1 } },
    );
    actor.start();
    const { generation } = actor.getSnapshot().context;
    actor.send({ type: 'supervisor.start', atMs });
    actor.send({ type: 'resources.sampled', sample: SAMPLE, atMs });
    actor.send({ type: 'model.acquired', generation: generation + 1, atMs });
    actor.send({ type: 'model.loaded', generation: generation + 1, facts: RUNTIME, atMs });
    actor.send({
      type: 'runtime.probed',
      generation: generation + 1,
      verdict: { ok: true, reason: 'runtime_healthy' },
      atMs,
    });
    actor.send({
      type: 'request.submit',
      requestId: 'r1',
      facts: readRequestFacts({ prompt: 'hello' }),
      wait: true,
      atMs,
    });
    expect(actor.getSnapshot().status).toBe('active');
    expect(actor.getSnapshot().value).toEqual({ draining: 'aborting' });
    actor.stop();
  });
});
