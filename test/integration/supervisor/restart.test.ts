import { describe, expect, test } from '@jest/globals';
import {
  NOTHING_LEFT,
  type SupervisorStage,
  stageSupervisor,
  words,
} from '../../doubles/supervisor-stage.ts';

const LIMITS = {
  stallMsMax: 1000,
  abortMsMax: 500,
  probeMsMax: 1000,
  releaseMsMax: 500,
  backoffMsMin: 2000,
  backoffMsMax: 2000,
  backoffJitterRatio: 0,
} as const;

/** A runtime that stops in mid-token, hears no abort and decodes no health check. */
async function wedge({ supervisor, controls, clock }: SupervisorStage) {
  controls.hold();
  const stuck = supervisor.submit({ prompt: 'stuck' });
  controls.step(3);
  await clock.advance(0);
  controls.wedge('abort');
  controls.wedge('healthCheck');
  return stuck;
}

function mend({ controls }: SupervisorStage) {
  controls.unwedge('healthCheck');
  controls.unwedge('abort');
  controls.release();
}

describe('a runtime that gets stuck', () => {
  test('[SV89] is suspected, checked, given up, released, and comes back', async () => {
    const stage = stageSupervisor({ limits: LIMITS, answer: () => words(5) });
    const { supervisor, ready, clock, controls } = stage;
    await ready();
    const seen: string[] = [];
    supervisor.state$.subscribe(({ state, substate, fault }) => {
      const name = `${state}/${substate}${fault === null ? '' : ` ${fault}`}`;
      if (seen.at(-1) !== name) seen.push(name);
    });
    const stuck = await wedge(stage);
    await clock.advance(1000);
    expect(await stuck.result).toMatchObject({ outcome: 'expired', reason: 'stall_deadline_exceeded' });
    await clock.advance(500);
    expect(supervisor.getSnapshot().substate).toBe('suspect');
    expect(supervisor.submit({ prompt: 'meanwhile' }).verdict).toEqual({
      ok: false,
      reason: 'runtime_suspect',
    });
    await clock.advance(1000);
    expect(supervisor.getSnapshot()).toMatchObject({ fault: 'runtime_unresponsive' });
    mend(stage);
    await clock.advance(500);
    expect(supervisor.getSnapshot()).toMatchObject({ substate: 'backingOff', restarts: 1 });
    await clock.advance(2001);
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', fault: null, generation: 2 });
    const { result } = supervisor.submit({ prompt: 'after' });
    await clock.advance(0);
    expect((await result).text).toBe(words(5));
    expect(controls.alive).toBe(1);
    expect(seen).toEqual([
      'ready/healthy',
      'ready/suspect',
      'draining/releasing runtime_unresponsive',
      'stopped/backingOff runtime_unresponsive',
      'starting/acquiring',
      'starting/loading',
      'starting/probing',
      'ready/healthy',
    ]);
  });

  test('[SV90] too often is left failed, until a command', async () => {
    const stage = stageSupervisor({ limits: { ...LIMITS, restartsMax: 2 } });
    const { supervisor, ready, clock, controls, leftovers } = stage;
    await ready();
    for (let restart = 0; restart < 3; restart += 1) {
      controls.failNext('generate', 'generation_failed');
      controls.failNext('healthCheck', 'runtime_probe_failed');
      supervisor.submit({ prompt: 'fails' });
      await clock.advance(2010);
    }
    expect(supervisor.getSnapshot()).toMatchObject({
      state: 'stopped',
      substate: 'failed',
      fault: 'restart_intensity_exceeded',
    });
    expect(leftovers()).toEqual(NOTHING_LEFT);
    await clock.advance(600_000);
    expect(supervisor.getSnapshot().substate).toBe('failed');
    await ready();
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', fault: null, restarts: 0 });
  });

  test('[SV106] stays down when restarts are switched off', async () => {
    const { supervisor, ready, clock, controls } = stageSupervisor({ limits: { ...LIMITS, restartsMax: 0 } });
    await ready();
    controls.failNext('generate', 'generation_failed');
    controls.failNext('healthCheck', 'runtime_probe_failed');
    supervisor.submit({ prompt: 'fails' });
    await clock.advance(10_000);
    expect(supervisor.getSnapshot()).toMatchObject({ substate: 'failed', fault: 'restart_disabled' });
  });

  test('[SV91] takes those who wait with it, each with one outcome', async () => {
    const stage = stageSupervisor({ limits: { ...LIMITS, maxInFlight: 1 } });
    const { supervisor, ready, clock, books } = stage;
    await ready();
    const stuck = await wedge(stage);
    const waiting = supervisor.submit({ prompt: 'waiting' });
    await clock.advance(2600);
    mend(stage);
    await clock.advance(10_000);
    expect((await stuck.result).outcome).toBe('expired');
    expect(await waiting.result).toMatchObject({ outcome: 'denied', reason: 'lifecycle_draining' });
    expect(supervisor.getSnapshot().state).toBe('ready');
    expect(books()).toMatchObject({ inFlight: 0, running: 0 });
  });

  test('[SV92] is joined by a start in the back-off, which begins at once', async () => {
    const stage = stageSupervisor({ limits: LIMITS });
    const { supervisor, ready, clock, controls } = stage;
    await ready();
    controls.failNext('generate', 'generation_failed');
    controls.failNext('healthCheck', 'runtime_probe_failed');
    supervisor.submit({ prompt: 'fails' });
    await clock.advance(10);
    expect(supervisor.getSnapshot().substate).toBe('backingOff');
    await ready();
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', restarts: 0 });
  });

  test('[SV93] that still decodes is cleared, and those who wait run', async () => {
    const { supervisor, ready, clock, controls } = stageSupervisor({
      limits: { ...LIMITS, maxInFlight: 1 },
    });
    await ready();
    controls.failNext('generate', 'generation_failed');
    const failing = supervisor.submit({ prompt: 'fails' });
    const waiting = supervisor.submit({ prompt: 'waits' });
    await clock.advance(1);
    expect((await failing.result).outcome).toBe('failed');
    expect((await waiting.result).text).toBe('Echo of waits');
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', generation: 1 });
  });
});
