import { describe, expect, test } from '@jest/globals';
import {
  EMPTY_BOOKS,
  NOTHING_LEFT,
  type SupervisorStage,
  settled,
  stageSupervisor,
  words,
} from '../../doubles/supervisor-stage.ts';

/** The way into each phase in which a stop may come, and what it leaves to be undone. */
const PHASES: readonly {
  readonly phase: string;
  readonly hung?: 'spawn' | 'healthCheck' | 'prepare';
  readonly enter: (stage: SupervisorStage) => Promise<void>;
}[] = [
  { phase: 'stopped', enter: async () => undefined },
  {
    phase: 'acquiring',
    enter: async ({ supervisor, settle }) => {
      void settled(supervisor.start());
      await settle();
    },
  },
  {
    phase: 'loading',
    enter: async ({ supervisor, controls, settle }) => {
      controls.holdLoad();
      void settled(supervisor.start());
      await settle();
    },
  },
  {
    phase: 'loading, in native code that hears no abort',
    hung: 'spawn',
    enter: async ({ supervisor, controls, settle }) => {
      controls.wedge('spawn');
      void settled(supervisor.start());
      await settle();
    },
  },
  {
    phase: 'loading, the library not prepared',
    hung: 'prepare',
    enter: async ({ supervisor, controls, settle }) => {
      controls.wedge('prepare');
      controls.holdLoad();
      void settled(supervisor.start());
      await settle();
    },
  },
  {
    phase: 'probing',
    hung: 'healthCheck',
    enter: async ({ supervisor, controls, settle }) => {
      controls.wedge('healthCheck');
      void settled(supervisor.start());
      await settle();
    },
  },
  { phase: 'ready', enter: ({ ready }) => ready() },
  {
    phase: 'ready with running and queued requests',
    enter: async ({ supervisor, controls, ready, settle }) => {
      await ready();
      controls.hold();
      for (let i = 0; i < 5; i += 1) supervisor.submit({ prompt: 'hello' });
      await settle();
    },
  },
  {
    phase: 'draining',
    enter: async ({ supervisor, controls, ready, settle }) => {
      await ready();
      controls.hold();
      supervisor.submit({ prompt: 'hello' });
      await settle();
      void supervisor.drain();
      await settle();
    },
  },
  {
    phase: 'backing off',
    enter: async ({ supervisor, controls, ready, clock }) => {
      await ready();
      controls.failNext('generate', 'generation_failed');
      controls.failNext('healthCheck', 'runtime_probe_failed');
      supervisor.submit({ prompt: 'hello' });
      await clock.advance(10);
    },
  },
  {
    phase: 'failed',
    enter: async ({ supervisor, controls, settle }) => {
      controls.failNext('spawn', 'runtime_load_failed');
      void settled(supervisor.start());
      await settle();
    },
  },
];

const hangingAcquire = () => new Promise<never>(() => undefined);

describe('stop', () => {
  test.each(PHASES)(
    '[SV17] while $phase ends in stopped, with nothing left',
    async ({ phase, hung, enter }) => {
      const stage = stageSupervisor({
        limits: { releaseMsMax: 400, abortMsMax: 200 },
        ...(phase === 'acquiring' && { download: hangingAcquire }),
      });
      const { supervisor, clock, controls, leftovers, books, state } = stage;
      await enter(stage);
      const stopped = supervisor.stop();
      await clock.advance(1000);
      await stopped;
      expect(state()).toBe('stopped');
      expect(supervisor.getSnapshot().substate).toBe('idle');
      expect(books()).toEqual(EMPTY_BOOKS);
      if (hung !== undefined) controls.unwedge(hung);
      await clock.advance(1);
      expect(leftovers()).toEqual(NOTHING_LEFT);
    },
  );

  test.each(PHASES)(
    '[SV18] while $phase leaves a supervisor that starts again',
    async ({ phase, hung, enter }) => {
      let hanging = phase === 'acquiring';
      const stage = stageSupervisor({
        limits: { releaseMsMax: 400, abortMsMax: 200 },
        download: async ({ path, sizeBytes }) =>
          hanging ? hangingAcquire() : { ok: true, value: { path, sizeBytes } },
      });
      const { supervisor, clock, controls, ready } = stage;
      await enter(stage);
      const stopped = supervisor.stop();
      await clock.advance(1000);
      await stopped;
      hanging = false;
      if (hung !== undefined) controls.unwedge(hung);
      controls.finishLoad();
      controls.release();
      await ready();
      const { result } = supervisor.submit({ prompt: 'again' });
      await clock.advance(1);
      expect((await result).text).toBe('Echo of again');
      expect(controls.alive).toBe(1);
    },
  );

  test('[SV19] may be called any number of times', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor();
    await ready();
    const stops = [supervisor.stop(), supervisor.stop(), supervisor.stop()];
    await settle();
    await Promise.all(stops);
    await supervisor.stop();
    expect(controls.disposed).toBe(1);
    expect(supervisor.getSnapshot().state).toBe('stopped');
  });

  test('[SV20] ends running requests at once as cancelled_by_stop, and queued ones as denied', async () => {
    const { supervisor, ready, settle, controls } = stageSupervisor({ limits: { maxInFlight: 1 } });
    await ready();
    controls.hold();
    const running = supervisor.submit({ prompt: 'one' });
    const queued = supervisor.submit({ prompt: 'two' });
    const stopped = supervisor.stop();
    await settle();
    await stopped;
    expect(await running.result).toMatchObject({ outcome: 'cancelled', reason: 'cancelled_by_stop' });
    expect(await queued.result).toMatchObject({ outcome: 'denied', reason: 'lifecycle_draining' });
  });

  test('[SV21] past a release that hangs says so, and a later start works', async () => {
    const { supervisor, ready, clock, controls, leftovers } = stageSupervisor({
      limits: { releaseMsMax: 400 },
    });
    await ready();
    controls.wedge('dispose');
    const stopped = supervisor.stop();
    await clock.advance(400);
    await stopped;
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'stopped', fault: 'runtime_release_timeout' });
    controls.unwedge('dispose');
    await ready();
    expect(supervisor.getSnapshot()).toMatchObject({ state: 'ready', fault: null });
    expect(controls.alive).toBe(1);
    const again = supervisor.stop();
    await clock.advance(1);
    await again;
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });

  test('[SV22] past a release that rejects ends stopped all the same', async () => {
    const { supervisor, ready, clock, controls, state } = stageSupervisor();
    await ready();
    controls.failNext('dispose', 'internal_error');
    const stopped = supervisor.stop();
    await clock.advance(1);
    await stopped;
    expect(state()).toBe('stopped');
  });
});

describe('commands in any order', () => {
  const COMMANDS = ['start', 'stop', 'drain'] as const;
  const ORDERS = COMMANDS.flatMap((a) => COMMANDS.flatMap((b) => COMMANDS.map((c) => [a, b, c] as const)));

  test.each(ORDERS)('[SV23] %s, %s, %s at once: each settles, and the last one decides', async (...order) => {
    const { supervisor, clock, leftovers, controls } = stageSupervisor({ answer: () => words(5) });
    const outcomes = order.map((command) => settled<unknown>(supervisor[command]()));
    await clock.advance(1000);
    await Promise.all(outcomes);
    expect(supervisor.getSnapshot().state).toBe(order[2] === 'start' ? 'ready' : 'stopped');
    const stopped = supervisor.stop();
    await clock.advance(1);
    await stopped;
    expect(leftovers()).toEqual(NOTHING_LEFT);
    expect(controls.spawned).toBe(controls.disposed);
  });

  test.each(ORDERS)('[SV23] from ready, %s, %s, %s at once: the same', async (...order) => {
    const { supervisor, clock, leftovers, ready } = stageSupervisor();
    await ready();
    supervisor.submit({ prompt: 'hello' });
    const outcomes = order.map((command) => settled<unknown>(supervisor[command]()));
    await clock.advance(1000);
    await Promise.all(outcomes);
    expect(supervisor.getSnapshot().state).toBe(order[2] === 'start' ? 'ready' : 'stopped');
    const stopped = supervisor.stop();
    await clock.advance(1);
    await stopped;
    expect(leftovers()).toEqual(NOTHING_LEFT);
  });
});
