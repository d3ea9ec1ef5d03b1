import type { Reason } from '../../../index.ts';
import { specOf } from '../../doubles/model-bytes.ts';
import type { StageOptions } from '../../doubles/supervisor-stage.ts';
import { type Scenario, type ScenarioStage, scripted } from './stage.ts';

/** A start that does not come to its end; what is let go afterwards lets the release end too. */
const failing = (prepare: (stage: ScenarioStage) => void, options: StageOptions = {}, passMs = 0): Scenario =>
  scripted(options, async (stage) => {
    prepare(stage);
    stage.start();
    await stage.pass(passMs);
  });

const failingCall = (call: 'prepare' | 'spawn' | 'healthCheck', reason: Reason): Scenario =>
  failing(({ controls }) => controls.failNext(call, reason));

const NO_MODEL = new TextEncoder().encode('This is a text, and no model.');

/** Ways up, and the ways in which they end early. */
export const STARTS = {
  'start-digest-mismatch': failing(({ source, model }) => source.corrupt(model.path, 77_000)),
  'start-size-short': failing(({ source, model }) => source.truncate(model.path, 9000)),
  'start-model-not-gguf': failing(({ source, model }) => source.pin(model.path, NO_MODEL), {
    model: { path: 'no-model.gguf', ...specOf(NO_MODEL) },
  }),
  'start-model-file-missing': failing(({ source, model }) => source.remove(model.path)),
  'start-source-dies': failing(() => undefined, { download: () => Promise.reject(new Error('gone')) }),
  'start-runtime-unavailable': failingCall('prepare', 'runtime_unavailable'),
  'start-runtime-load-failed': failingCall('spawn', 'runtime_load_failed'),
  'start-runtime-out-of-memory': failingCall('spawn', 'runtime_out_of_memory'),
  'start-probe-failed': failingCall('healthCheck', 'runtime_probe_failed'),

  'start-acquire-stall': failing(
    ({ source }) => source.hold(),
    { limits: { acquireStallMsMax: 2000, observeEveryMs: 1000 } },
    2000,
  ),
  'start-load-stall': failing(
    ({ controls }) => controls.holdLoad(),
    { limits: { loadStallMsMax: 2000 } },
    2000,
  ),
  'start-load-timeout': scripted({ limits: { loadMsMax: 3000, loadStallMsMax: 2000 } }, async (stage) => {
    const { controls, pass, start } = stage;
    controls.holdLoad();
    start();
    for (const ratio of [0.2, 0.4, 0.6]) {
      await pass(900);
      controls.loadProgress(ratio);
    }
    await pass(300);
  }),
  'start-probe-timeout': scripted({ limits: { probeMsMax: 2000 } }, async (stage) => {
    stage.controls.wedge('healthCheck');
    stage.start();
    await stage.pass(2000);
    stage.controls.unwedge('healthCheck');
    await stage.pass();
  }),
  'start-observation-missing': scripted({ limits: { probeMsMax: 2000 } }, async (stage) => {
    stage.start();
    stage.holdObservation();
    await stage.pass(2000);
  }),

  'start-joins': scripted({}, async ({ source, start, ask, pass }) => {
    source.hold();
    start();
    await pass(100);
    start();
    ask('Already?');
    await pass(100);
    source.release();
    await pass(1);
    start();
    await pass();
  }),
  'start-while-draining': scripted({}, async ({ controls, ready, ask, start, drain, pass }) => {
    await ready();
    controls.hold();
    ask();
    drain();
    await pass(10);
    start();
    controls.release();
    await pass(10);
  }),
  'start-after-failure': scripted({}, async ({ source, model, start, pass }) => {
    source.remove(model.path);
    start();
    await pass();
    source.pin(model.path);
    start();
    await pass(1);
  }),
} satisfies Readonly<Record<string, Scenario>>;
