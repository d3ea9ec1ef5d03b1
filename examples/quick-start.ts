import { createSupervisor, embeddedModel } from '../index.ts';

const supervisor = createSupervisor({ model: embeddedModel() });
await supervisor.start(); // The file is verified and loaded, and one token was decoded.

const messages = [{ role: 'user', content: 'What is draining?' }] as const;
for await (const text of supervisor.generate({ messages })) process.stdout.write(text);

await supervisor.stop();
console.log(`\n${supervisor.getSnapshot().state}`);
