import { words } from '../../doubles/supervisor-stage.ts';
import { type Scenario, scripted } from './stage.ts';

/** Ways down: by a stop in every phase, and by drains that end in every way. */
export const STOPS = {
  'stop-while-idle': scripted({}, async ({ stop, drain, pass }) => {
    stop();
    drain();
    await pass();
  }),
  'stop-while-acquiring': scripted({}, async ({ source, start, stop, pass }) => {
    source.hold();
    start();
    await pass(100);
    stop();
    await pass();
  }),
  'stop-while-loading': scripted({}, async ({ controls, start, stop, pass }) => {
    controls.holdLoad();
    start();
    await pass(100);
    controls.loadProgress(0.5);
    stop();
    await pass();
  }),
  'stop-while-probing': scripted({}, async ({ controls, start, stop, pass }) => {
    controls.wedge('healthCheck');
    start();
    await pass(100);
    stop();
    controls.unwedge('healthCheck');
    await pass();
  }),
  'stop-while-ready': scripted(
    { limits: { maxInFlight: 1 } },
    async ({ controls, ready, ask, stop, pass }) => {
      await ready();
      controls.hold();
      ask();
      ask();
      await pass();
      stop();
      await pass();
    },
  ),
  'stop-while-backing-off': scripted({}, async ({ controls, ready, ask, stop, pass }) => {
    await ready();
    controls.failNext('generate', 'generation_failed');
    controls.failNext('healthCheck', 'runtime_probe_failed');
    ask();
    await pass(10);
    stop();
    await pass();
  }),
  'stop-while-draining': scripted({}, async ({ controls, ready, ask, drain, stop, pass }) => {
    await ready();
    controls.hold();
    ask();
    drain();
    await pass(100);
    stop();
    await pass();
  }),
  'stop-after-failure': scripted({}, async ({ source, model, start, stop, pass }) => {
    source.remove(model.path);
    start();
    await pass();
    stop();
    await pass();
  }),
  'release-timeout': scripted({ limits: { releaseMsMax: 2000 } }, async ({ controls, ready, stop, pass }) => {
    await ready();
    controls.wedge('dispose');
    stop();
    await pass(2000);
    controls.unwedge('dispose');
    await pass();
  }),

  'drain-finished': scripted({}, async ({ controls, ready, ask, drain, pass }) => {
    await ready();
    controls.hold();
    ask();
    ask();
    drain();
    ask('Too late');
    await pass(100);
    controls.release();
    await pass();
  }),
  'drain-aborted': scripted({}, async ({ controls, ready, ask, drain, pass }) => {
    await ready();
    controls.hold();
    ask();
    drain(500);
    await pass(500);
  }),
  'drain-abandoned': scripted(
    { limits: { abortMsMax: 300, releaseMsMax: 300 }, answer: () => words(1000) },
    async ({ controls, ready, ask, drain, pass }) => {
      await ready();
      controls.hold();
      controls.wedge('abort');
      ask();
      drain(100);
      await pass(2000);
      controls.unwedge('abort');
      controls.release();
      await pass();
    },
  ),
  'drain-shed': scripted({ limits: { maxInFlight: 1 } }, async ({ controls, ready, ask, drain, pass }) => {
    await ready();
    controls.hold();
    for (let i = 0; i < 3; i += 1) ask();
    drain();
    controls.release();
    await pass();
  }),
} satisfies Readonly<Record<string, Scenario>>;
