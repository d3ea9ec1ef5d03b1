import { createSupervisor, embeddedModel } from '../index.ts';

const supervisor = createSupervisor({ model: embeddedModel() });

const watching = supervisor.state$.subscribe(({ state, substate }) => console.log(state, substate));
watching.add(
  supervisor.backpressure$.subscribe(({ inFlight, queueDepth, gate }) =>
    console.log(`${inFlight} in flight, ${queueDepth} waiting, an arrival is told ${gate.reason}`),
  ),
);
watching.add(
  supervisor.resources$.subscribe(({ memoryAvailableBytes, cpuLoadRatio }) =>
    console.log(
      `${Math.round(memoryAvailableBytes / 1e6)} MB available, CPU ${Math.round(cpuLoadRatio * 100)} %`,
    ),
  ),
);

await supervisor.start();
await supervisor.submit({ prompt: 'A verdict is', maxTokens: 16 }).result;
await supervisor.stop();
watching.unsubscribe();
