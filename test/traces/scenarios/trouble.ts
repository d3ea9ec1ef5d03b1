import { words } from '../../doubles/supervisor-stage.ts';
import { type Scenario, type ScenarioStage, scripted } from './stage.ts';

const RESTARTS = { backoffMsMin: 2000, backoffMsMax: 2000, backoffJitterRatio: 0, releaseMsMax: 500 };
const STRICT = { cpuLoadRatioSoft: 0.8, cpuLoadRatioHard: 0.9, processBytesHard: 2 ** 39 };
const CALM = { memoryAvailableBytes: 2 ** 33, cpuLoadRatio: 0.1, processBytes: 2 ** 20 };

/** A request fails, and so does the check that follows. */
async function breakDown({ controls, ask, pass }: ScenarioStage): Promise<void> {
  controls.failNext('generate', 'generation_failed');
  controls.failNext('healthCheck', 'runtime_probe_failed');
  ask('This one fails');
  await pass(10);
}

/** The machine is short of something, an arrival is refused, and then it is well again. */
const shortOf = (short: Parameters<ScenarioStage['observe']>[0]): Scenario =>
  scripted({ limits: STRICT }, async ({ ready, observe, ask, pass }) => {
    await ready();
    observe(short);
    await pass(1000);
    ask('Now?');
    observe(CALM);
    await pass(1000);
    ask('And now?');
    await pass(10);
  });

/** A runtime that breaks, a machine that is short, and events that should not have come. */
export const TROUBLE = {
  'suspect-cleared': scripted({ limits: { maxInFlight: 1 } }, async ({ controls, ready, ask, pass }) => {
    await ready();
    controls.failNext('generate', 'generation_failed');
    ask('This one fails');
    ask('This one waits');
    await pass(10);
  }),
  'stall-cleared': scripted(
    { limits: { stallMsMax: 1200 }, answer: () => words(9) },
    async ({ controls, ready, ask, pass }) => {
      await ready();
      controls.hold();
      ask('Stuck');
      controls.step(3);
      await pass(1200);
    },
  ),
  'crash-in-mid-stream': scripted({ answer: () => words(20) }, async ({ controls, ready, ask, pass }) => {
    await ready();
    controls.crashAfter(5);
    ask();
    ask();
    await pass(10);
  }),
  'suspect-restart-ready': scripted({ limits: RESTARTS }, async (stage) => {
    await stage.ready();
    await breakDown(stage);
    await stage.pass(2000);
    stage.ask('After');
    await stage.pass(10);
  }),
  'suspect-wedged': scripted(
    { limits: { ...RESTARTS, stallMsMax: 1000, abortMsMax: 500, probeMsMax: 1000 }, answer: () => words(9) },
    async ({ controls, ready, ask, pass }) => {
      await ready();
      controls.hold();
      ask('Stuck');
      controls.step(3);
      await pass();
      controls.wedge('abort');
      controls.wedge('healthCheck');
      await pass(1600);
      ask('Meanwhile');
      await pass(900);
      controls.unwedge('healthCheck');
      controls.unwedge('abort');
      controls.release();
      await pass(3000);
    },
  ),
  'start-while-backing-off': scripted({ limits: RESTARTS }, async (stage) => {
    await stage.ready();
    await breakDown(stage);
    stage.start();
    await stage.pass(1);
  }),
  'restart-intensity-exceeded': scripted({ limits: { ...RESTARTS, restartsMax: 2 } }, async (stage) => {
    await stage.ready();
    for (let restart = 0; restart < 3; restart += 1) {
      await breakDown(stage);
      await stage.pass(2001);
    }
  }),
  'restart-disabled': scripted({ limits: { ...RESTARTS, restartsMax: 0 } }, async (stage) => {
    await stage.ready();
    await breakDown(stage);
  }),

  'pressure-up-and-down': scripted({ limits: STRICT }, async ({ ready, observe, pass }) => {
    await ready();
    for (const cpuLoadRatio of [0.85, 0.95, 0.88, 0.7, 0.85, 0.1, 0.95, 0.1]) {
      observe({ cpuLoadRatio });
      await pass(1000);
    }
  }),
  'memory-exceeded': shortOf({ memoryAvailableBytes: 1 }),
  'process-memory-exceeded': shortOf({ processBytes: 2 ** 40 }),
  'cpu-exceeded': shortOf({ cpuLoadRatio: 0.95 }),
  'observation-malformed': shortOf({ memoryAvailableBytes: null }),
  'vram-exceeded': scripted(
    { limits: { vramUsedRatioSoft: 0.8, vramUsedRatioHard: 0.9 } },
    async ({ controls, ready, ask, pass }) => {
      const usage = { runtimeRamBytes: 1, runtimeVramBytes: 1, vramTotalBytes: 100 };
      await ready();
      controls.setUsage({ ...usage, vramUsedBytes: 95 });
      await pass(1000);
      ask('Now?');
      controls.setUsage({ ...usage, vramUsedBytes: 50 });
      await pass(1000);
      ask('And now?');
      await pass(10);
    },
  ),
  'observation-stale': scripted({}, async ({ ready, holdObservation, ask, pass }) => {
    await ready();
    holdObservation();
    await pass(5001);
    ask();
  }),

  'port-dies': scripted({}, async ({ supervisor, ready, start, pass }) => {
    await ready();
    supervisor.actor.send({ type: 'xstate.error.actor.observeResources' } as never);
    await pass();
    start();
    await pass(1);
  }),
  'ledger-dies': scripted({}, async ({ supervisor, ready, start, pass }) => {
    await ready();
    supervisor.actor.send({ type: 'xstate.error.actor.requestLedger' } as never);
    await pass();
    start();
    await pass(1);
  }),
  'stale-completions': scripted({}, async ({ supervisor, controls, ready, ask, stop, pass }) => {
    await ready();
    stop();
    await pass();
    await ready();
    controls.hold();
    const requestId = ask();
    await pass();
    const { send } = supervisor.actor;
    const stale = { generation: 1, atMs: 5 };
    const facts = { contextTokens: 8, sequences: 1, threads: 1, backend: 'cpu', modelBytes: 1 };
    for (const event of [
      { type: 'start.progressed', phase: 'loading', ratio: 0.5, ...stale },
      { type: 'start.refused', reason: 'runtime_load_failed', ...stale },
      { type: 'model.acquired', ...stale },
      { type: 'model.loaded', facts, ...stale },
      { type: 'runtime.probed', verdict: { ok: false, reason: 'runtime_probe_failed' }, ...stale },
      { type: 'runtime.released', ...stale },
      {
        type: 'request.settled',
        requestId,
        outcome: 'failed',
        reason: 'generation_failed',
        ...stale,
      },
      { type: 'request.cancel', requestId: 'r99', atMs: 5 },
    ] as const) {
      send.call(supervisor.actor, event);
    }
    controls.release();
    await pass(10);
  }),
  'unknown-event': scripted({}, async ({ supervisor, ready, ask, pass }) => {
    await ready();
    supervisor.actor.send({ type: 'model.fused', atMs: 1 } as never);
    supervisor.actor.send({ type: 'supervisor.stop', atMs: 'now' } as never);
    ask();
    await pass(10);
  }),
} satisfies Readonly<Record<string, Scenario>>;
