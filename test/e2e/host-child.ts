import { createSupervisor, embeddedModel } from '../../index.ts';

/** A host in a process of its own: it prints one line and calls no `process.exit`. */
const supervisor = createSupervisor({ model: embeddedModel(), runtime: { gpu: false } });

if (process.argv[2] === 'drain') {
  await supervisor.start();
  const { result } = supervisor.submit({
    messages: [{ role: 'user', content: 'What is draining?' }],
    maxTokens: 400,
  });
  await supervisor.drain();
  const { text } = await result;
  process.stdout.write(JSON.stringify({ text, state: supervisor.getSnapshot().state }));
} else {
  process.stdout.write(JSON.stringify({ state: supervisor.getSnapshot().state }));
}
