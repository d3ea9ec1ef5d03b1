import { createSupervisor } from '../index.ts';
import {
  createLoopbackModelSource,
  createManualClock,
  createScriptedProbe,
  createScriptedRuntime,
  expectTrace,
} from '../testing/index.ts';

const clock = createManualClock();
const source = createLoopbackModelSource();
const runtime = createScriptedRuntime({ answer: () => 'Yes, it is.' });
const supervisor = createSupervisor({
  model: source.pin('model.gguf'),
  clock,
  ports: { runtime, download: source.download, openProbe: () => createScriptedProbe() },
});

const started = supervisor.start();
await clock.advance(1);
await started;

console.log((await supervisor.submit({ prompt: 'Is it up?' }).result).text);

runtime.controls.hold(); // From now on no token comes …
const stuck = supervisor.submit({ prompt: 'Is it?', deadlineMs: 60_000 });
await clock.advance(60_000); // … and a minute passes, in no time.
console.log((await stuck.result).reason);

console.log(expectTrace(supervisor.trace()).states);
await supervisor.stop();
