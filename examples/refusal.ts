import { createSupervisor, embeddedModel, SupervisorError } from '../index.ts';

const model = embeddedModel();
const supervisor = createSupervisor({ model, limits: { maxInFlight: 1, queueBound: 1 } });
const submit = () => {
  const admission = supervisor.submit({ prompt: 'A verdict is', maxTokens: 8 });
  console.log(admission.disposition, admission.verdict);
  return admission.result;
};

await submit(); // Too early.
await supervisor.start();
await Promise.all([submit(), submit(), submit()]); // One runs, one waits, one is turned away.
await supervisor.stop();

// Another digest than that of the file: it is read and hashed, and the runtime never sees it.
const forged = createSupervisor({ model: { ...model, sha256: '0'.repeat(64) } });
await forged.start().catch((error: unknown) => {
  if (!SupervisorError.isInstance(error)) throw error;
  console.log(error.code, error.reason);
  console.log(error.message);
});
