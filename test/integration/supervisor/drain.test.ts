import { describe, expect, test } from '@jest/globals';
import { NOTHING_LEFT, settled, stageSupervisor, words } from '../../doubles/supervisor-stage.ts';

const EMPTY = { finished: 0, aborted: 0, abandoned: 0, shed: 0 };

describe('drain', () => {
  test('[SV24] lets running requests end, sheds the queue, and reports both', async () => {
    const { supervisor, ready, clock, controls, leftovers } = stageSupervisor({ limits: { maxInFlight: 2 } });
    await ready();
    controls.hold();
    const running = [supervisor.submit({ prompt: 'a' }), supervisor.submit({ prompt: 'b' })];
    const queued = [supervisor.submit({ prompt: 'c' }), supervisor.submit({ prompt: 'd' })];
    const drained = supervisor.drain();
    const late = supervisor.submit({ prompt: 'e' });
    expect(late).toMatchObject({
      verdict: { ok: false, reason: 'lifecycle_draining' },
      disposition: 'refused',
    });
    expect(await queued[0]!.result).toMatchObject({ outcome: 'denied', reason: 'lifecycle_draining' });
    controls.release();
    await clock.advance(1);
    expect(await drained).toEqual({ finished: 2, aborted: 0, abandoned: 0, shed: 2 });
    for (const { result } of running) expect((await result).outcome).toBe('completed');
    expect(supervisor.getSnapshot()).toMatchObject({
      state: 'stopped',
      substate: 'idle',
      drain: { finished: 2, shed: 2 },
    });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SV25] past its deadline aborts what runs', async () => {
    const { supervisor, ready, clock, controls } = stageSupervisor();
    await ready();
    controls.hold();
    const { result } = supervisor.submit({ prompt: 'a' });
    const drained = supervisor.drain({ deadlineMs: 500 });
    await clock.advance(499);
    expect(supervisor.getSnapshot().substate).toBe('settling');
    await clock.advance(1);
    expect(await drained).toEqual({ ...EMPTY, aborted: 1 });
    expect(await result).toMatchObject({ outcome: 'cancelled', reason: 'cancelled_by_stop' });
  });

  test('[SV25] with a deadline of 0 aborts at once', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor();
    await ready();
    controls.hold();
    supervisor.submit({ prompt: 'a' });
    const drained = supervisor.drain({ deadlineMs: 0 });
    await settle();
    expect(await drained).toEqual({ ...EMPTY, aborted: 1 });
  });

  test('[SV26] counts as abandoned what does not obey in time', async () => {
    const { supervisor, ready, clock, controls, leftovers } = stageSupervisor({
      limits: { abortMsMax: 300, releaseMsMax: 300 },
      answer: () => words(1000),
    });
    await ready();
    controls.hold();
    controls.wedge('abort');
    const { result } = supervisor.submit({ prompt: 'a' });
    const drained = supervisor.drain({ deadlineMs: 100 });
    await clock.advance(2000);
    expect(await drained).toEqual({ ...EMPTY, abandoned: 1 });
    expect((await result).outcome).toBe('cancelled');
    controls.unwedge('abort');
    controls.release();
    await clock.advance(1);
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SV27] joins a drain that is under way, and tells the same report', async () => {
    const { supervisor, ready, clock, controls } = stageSupervisor();
    await ready();
    controls.hold();
    supervisor.submit({ prompt: 'a' });
    const drains = [supervisor.drain(), supervisor.drain({ deadlineMs: 1 })];
    await clock.advance(100);
    controls.release();
    await clock.advance(1);
    expect(await Promise.all(drains)).toEqual([
      { ...EMPTY, finished: 1 },
      { ...EMPTY, finished: 1 },
    ]);
  });

  test('[SV28] of a supervisor that is stopped answers at once', async () => {
    const { supervisor } = stageSupervisor();
    expect(await supervisor.drain()).toEqual(EMPTY);
  });

  test('[SV29] that is cut short by stop still reports', async () => {
    const { supervisor, ready, clock, controls } = stageSupervisor();
    await ready();
    controls.hold();
    supervisor.submit({ prompt: 'a' });
    const drained = supervisor.drain();
    await clock.advance(1);
    const stopped = supervisor.stop();
    await clock.advance(1);
    await stopped;
    expect(await drained).toEqual({ ...EMPTY, aborted: 1 });
  });

  test('[SV30] of which a start follows tells its own report', async () => {
    const { supervisor, ready, clock, controls } = stageSupervisor();
    await ready();
    controls.hold();
    supervisor.submit({ prompt: 'a' });
    const drained = supervisor.drain();
    const started = supervisor.start();
    controls.release();
    await clock.advance(1);
    await started;
    expect(await drained).toEqual({ ...EMPTY, finished: 1 });
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', drain: EMPTY });
  });

  test.each([[-1], [0.5], [Number.NaN], [Number.POSITIVE_INFINITY], [2 ** 31], ['1000'], [null]])(
    '[SV31] with deadlineMs %p rejects, and nothing is drained',
    async (deadlineMs) => {
      const { supervisor, ready, state } = stageSupervisor();
      await ready();
      const { error } = await settled(supervisor.drain({ deadlineMs: deadlineMs as number }));
      expect(error).toMatchObject({ code: 'invalid_options', reason: 'deadline_invalid' });
      expect((error as Error).message).toContain('deadlineMs');
      expect(state()).toBe('ready');
    },
  );
});

describe('the end of a supervisor', () => {
  test('[SV32] await using drains and closes', async () => {
    const stage = stageSupervisor();
    const { ready, settle, leftovers, controls } = stage;
    let outcome = '';
    {
      await using supervisor = stage.supervisor;
      await ready();
      const admission = supervisor.submit({ prompt: 'hello' });
      void admission.result.then((result) => {
        outcome = result.outcome;
      });
      await settle();
    }
    expect(outcome).toBe('completed');
    expect(controls).toMatchObject({ spawned: 1, disposed: 1 });
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SV32] may be asked for more than once', async () => {
    const { supervisor } = stageSupervisor();
    await supervisor[Symbol.asyncDispose]();
    await supervisor[Symbol.asyncDispose]();
  });

  test('[SV33] after it commands reject with supervisor_closed and requests are refused', async () => {
    const { supervisor, clock } = stageSupervisor();
    await supervisor[Symbol.asyncDispose]();
    for (const command of ['start', 'stop', 'drain'] as const) {
      expect((await settled<unknown>(supervisor[command]())).error).toMatchObject({
        code: 'supervisor_closed',
      });
    }
    const admission = supervisor.submit({ prompt: 'hello' });
    expect(admission).toMatchObject({ verdict: { reason: 'lifecycle_stopped' }, disposition: 'refused' });
    expect((await admission.result).outcome).toBe('denied');
    expect(clock.pending()).toBe(0);
  });

  test.each(['start', 'stop', 'drain'] as const)(
    '[SV103] may meet a %s, and leaves nothing',
    async (command) => {
      const { supervisor, ready, clock, leftovers } = stageSupervisor();
      await ready();
      const ended = settled(supervisor[Symbol.asyncDispose]() as Promise<void>);
      const commanded = settled<unknown>(supervisor[command]());
      await clock.advance(100);
      expect((await ended).error).toBeUndefined();
      await commanded;
      await clock.advance(1);
      expect(leftovers()).toEqual(NOTHING_LEFT);
      expect(supervisor.actor.getSnapshot().status).toBe('stopped');
    },
  );

  test('[SV34] ends state$ and backpressure$', async () => {
    const { supervisor, settle } = stageSupervisor();
    const ended: string[] = [];
    supervisor.state$.subscribe({ complete: () => void ended.push('state$') });
    supervisor.backpressure$.subscribe({ complete: () => void ended.push('backpressure$') });
    await supervisor[Symbol.asyncDispose]();
    await settle();
    expect(ended.sort()).toEqual(['backpressure$', 'state$']);
  });
});
