import { monitorEventLoopDelay } from 'node:perf_hooks';
import { llamero } from './built.ts';
import { childInput } from './child.ts';
import { elapsedMs } from './measure.ts';

/** Pulls one model into an empty store, and tells how long it took, and how much memory it took at most. */
const { dir, ca, pin } = childInput<{
  dir: string;
  ca: string;
  pin: { url: string; sha256: string; sizeBytes: number };
}>();
const library = llamero.createModelLibrary({
  dir,
  sources: { allow: ['localhost'], privateAddresses: true, ca },
});
const before = process.memoryUsage().rss;
let mostBytes = before;
const look = setInterval(() => {
  mostBytes = Math.max(mostBytes, process.memoryUsage().rss);
}, 20);
const delay = monitorEventLoopDelay({ resolution: 1 });
delay.enable();
let ok = false;
const ms = await elapsedMs(async () => {
  ok = (await library.pull(pin, { fit: 'ignore' }).result).ok;
});
delay.disable();
clearInterval(look);
library.close();
if (!ok) throw new Error('the pull failed');
process.stdout.write(
  JSON.stringify({
    ms,
    extraBytes: mostBytes - before,
    loopMsMax: delay.max / 1e6,
    loopMsP99: delay.percentile(99) / 1e6,
  }),
);
