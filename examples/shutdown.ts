import { createSupervisor, embeddedModel } from '../index.ts';

const supervisor = createSupervisor({ model: embeddedModel() });

// `on`, not `once`: some libraries end the process when no other listener of a signal is left.
process.on('SIGTERM', async () => {
  const report = await supervisor.drain({ deadlineMs: 5000 });
  console.log('drained', report);
});

await supervisor.start();
const story = supervisor.submit({
  messages: [{ role: 'user', content: 'Tell me the story of a model file.' }],
});
process.kill(process.pid, 'SIGTERM'); // In life this comes from outside.

const { outcome, usage } = await story.result;
console.log(outcome, usage.outputTokens, 'tokens');
