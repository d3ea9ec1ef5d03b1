import { createSupervisor, embeddedModel } from '../index.ts';

const supervisor = createSupervisor({
  model: embeddedModel(),
  limits: {
    maxInFlight: 4, // Requests that run at once: as many places are made in the runtime's context.
    queueBound: 32, // Requests that wait; one more is refused with `queue_full`.
    queueMsMax: 5_000, // None waits longer.
    requestMsMax: 60_000, // None lives longer, waiting included.
    memoryUsedRatioSoft: 0.8, // From it on pressure is told as elevated …
    memoryUsedRatioHard: 0.9, // … and above this one requests are refused with `memory_exceeded`.
  },
  runtime: { gpu: false, threads: 2, contextTokens: 2048 },
});

await supervisor.start();
console.log(supervisor.getSnapshot().runtime);
await supervisor.stop();
