import { getEventListeners } from 'node:events';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { createAdmissionState, recordInFlight, recordQueued } from '../../policies/admission.ts';
import { evaluateRuntimeRequest } from '../../policies/gate.ts';
import { DEFAULT_LIMITS } from '../../policies/limits.ts';
import { createResourceLimits } from '../../policies/resources.ts';
import { runFile } from '../doubles/child-process.ts';
import { usedHeapBytes } from '../doubles/heap.ts';
import { stageSupervisor } from '../doubles/supervisor-stage.ts';
import type { Growth } from './growth-child.ts';

const MIB = 2 ** 20;

describe('refusals while saturated', () => {
  test('[PF1] of the gate: a million leave the heap flat', () => {
    const admission = [recordInFlight, recordInFlight, recordQueued].reduce(
      (state, record) => record(state),
      createAdmissionState({ maxInFlight: 2, queueBound: 1 }),
    );
    const facts = {
      lifecycle: { phase: 'ready' },
      suspect: false,
      admission,
      limits: createResourceLimits(DEFAULT_LIMITS),
      observation: null,
    };
    const refuse = (count: number) => {
      let refused = 0;
      for (let i = 0; i < count; i += 1) {
        if (evaluateRuntimeRequest(facts).reason === 'queue_full') refused += 1;
      }
      return refused;
    };
    refuse(20_000);
    const beforeBytes = usedHeapBytes();
    expect(refuse(1_000_000)).toBe(1_000_000);
    expect(usedHeapBytes() - beforeBytes).toBeLessThan(MIB);
  });
});

describe('in a process of its own', () => {
  let growth: Growth;

  beforeAll(async () => {
    const { stdout } = await runFile('test/performance/growth-child.ts');
    growth = JSON.parse(stdout) as Growth;
  }, 120_000);

  test('[PF2] 200,000 refusals of a saturated supervisor leave the heap flat', () => {
    expect(growth.refused).toBe(200_000);
    expect(growth.refusedGrowthBytes).toBeLessThan(MIB);
  });

  test('[PF3] 3,000 requests that were served leave the heap flat', () => {
    expect(growth.served).toBe(3000);
    // Not one may be kept: a kept one is more than 1 kB.
    expect(growth.servedGrowthBytes).toBeLessThan(1.5 * MIB);
  });
});

describe('requests that were served', () => {
  test('[PF4] leave no timer', async () => {
    const { supervisor, ready, settle, clock } = stageSupervisor();
    await ready();
    const before = clock.pending();
    for (let i = 0; i < 300; i += 1) {
      const { cancel } = supervisor.submit({ prompt: 'hello', deadlineMs: 60_000 });
      if (i % 3 === 0) cancel();
      if (i % 5 === 0) await settle();
    }
    await settle();
    await settle();
    expect(supervisor.getSnapshot()).toMatchObject({ inFlight: 0, queueDepth: 0 });
    expect(clock.pending()).toBe(before);
  });

  test('[PF5] share one listener on a signal they share, and leave none', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor({
      limits: { maxInFlight: 2, queueBound: 48 },
    });
    await ready();
    const { signal } = new AbortController();
    const listeners = () => getEventListeners(signal, 'abort').length;
    controls.hold();
    for (let i = 0; i < 500; i += 1) supervisor.submit({ prompt: 'hello', signal });
    expect(listeners()).toBe(1);
    controls.release();
    for (let round = 0; round < 20; round += 1) await settle();
    expect(supervisor.getSnapshot()).toMatchObject({ inFlight: 0, queueDepth: 0 });
    expect(listeners()).toBe(0);
  });

  test('[PF6] and observers that left leave none on the actor', async () => {
    const { supervisor, ready } = stageSupervisor();
    await ready();
    const { observers } = supervisor.actor as unknown as { observers: Set<unknown> };
    const before = observers.size;
    for (let i = 0; i < 200; i += 1) {
      supervisor.state$.subscribe(() => undefined).unsubscribe();
      supervisor.backpressure$.subscribe(() => undefined).unsubscribe();
      await supervisor.start();
    }
    expect(observers.size).toBe(before);
  });
});
