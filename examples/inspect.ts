import { createSupervisor, embeddedModel } from '../index.ts';

const supervisor = createSupervisor({ model: embeddedModel(), inspector: true });

const inspector = await supervisor.inspector; // Rejects where it cannot be opened; the supervisor works without it.
console.log(inspector?.url?.replace(/[0-9a-f]{64}$/, 'TOKEN')); // Open it, with its token, in a browser of this machine.

await supervisor.start();
await supervisor.submit({ prompt: 'A verdict is', maxTokens: 16 }).result;
await supervisor[Symbol.asyncDispose](); // Drains, tells the page that the trace ended, and closes it.
