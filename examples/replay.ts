import { createSupervisor, embeddedModel, replay } from '../index.ts';

const supervisor = createSupervisor({ model: embeddedModel(), limits: { maxInFlight: 1, queueBound: 0 } });
await supervisor.start();
const asked = [1, 2].map(() => supervisor.submit({ prompt: 'A verdict is', maxTokens: 8 }));
await Promise.all(asked.map(({ result }) => result));
await supervisor.stop();

const trace = supervisor.trace(); // JSON lines: a file, or part of a bug report.
const refusal = trace.split('\n').find((line) => line.includes('queue_full')) ?? '{}';
console.log(JSON.parse(refusal).d.lastArrival); // The verdict, and the facts that it was made from.

const replayed = replay(trace); // No runtime, no model, no time: the machine alone.
console.log(replayed.kind, replayed.kind === 'ok' && replayed.finalState);
