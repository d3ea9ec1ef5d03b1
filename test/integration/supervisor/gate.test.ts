import { describe, expect, test } from '@jest/globals';
import { stageSupervisor } from '../../doubles/supervisor-stage.ts';

const CALM = { memoryAvailableBytes: 2 ** 33, cpuLoadRatio: 0.1, processBytes: 2 ** 20 };

describe('the machine at its limits', () => {
  test.each([
    ['memory_exceeded', { memoryAvailableBytes: 1 }],
    ['cpu_exceeded', { cpuLoadRatio: 1 }],
    ['process_memory_exceeded', { processBytes: 2 ** 40 }],
    ['observation_malformed', { memoryAvailableBytes: null }],
  ] as const)('[SV39] refuses with %s while it is so, and only then', async (reason, script) => {
    const { supervisor, ready, observe, clock } = stageSupervisor({
      limits: { cpuLoadRatioHard: 0.99, cpuLoadRatioSoft: 0.9, processBytesHard: 2 ** 39 },
    });
    await ready();
    observe(script);
    await clock.advance(250);
    expect(supervisor.submit({ prompt: 'a' }).verdict).toEqual({ ok: false, reason });
    observe(CALM);
    await clock.advance(250);
    expect(supervisor.submit({ prompt: 'a' }).verdict.ok).toBe(true);
  });

  test('[SV39] refuses with vram_exceeded by what the runtime tells', async () => {
    const { supervisor, ready, controls, clock } = stageSupervisor({
      limits: { vramUsedRatioSoft: 0.8, vramUsedRatioHard: 0.9 },
    });
    await ready();
    const usage = { runtimeRamBytes: 1, runtimeVramBytes: 1, vramTotalBytes: 100 };
    controls.setUsage({ ...usage, vramUsedBytes: 95 });
    await clock.advance(250);
    expect(supervisor.submit({ prompt: 'a' }).verdict).toEqual({ ok: false, reason: 'vram_exceeded' });
    controls.setUsage({ ...usage, vramUsedBytes: 50 });
    await clock.advance(250);
    expect(supervisor.submit({ prompt: 'a' }).verdict.ok).toBe(true);
  });

  test('[SV102] is not believed when it was seen too long ago', async () => {
    const { supervisor, ready, clock, holdObservation } = stageSupervisor();
    await ready();
    holdObservation();
    await clock.advance(6000);
    expect(supervisor.submit({ prompt: 'a' }).verdict).toEqual({ ok: false, reason: 'observation_stale' });
  });

  test('[SV105] lets those who wait run once it is better', async () => {
    const { supervisor, ready, controls, observe, clock } = stageSupervisor({ limits: { maxInFlight: 1 } });
    await ready();
    controls.hold();
    const running = supervisor.submit({ prompt: 'running' });
    const waiting = supervisor.submit({ prompt: 'waiting' });
    observe({ memoryAvailableBytes: 1 });
    await clock.advance(250);
    controls.release();
    await clock.advance(1);
    expect((await running.result).outcome).toBe('completed');
    expect(supervisor.getSnapshot()).toMatchObject({ inFlight: 0, queueDepth: 1, pressure: 'critical' });
    observe(CALM);
    await clock.advance(250);
    expect((await waiting.result).outcome).toBe('completed');
  });
});
