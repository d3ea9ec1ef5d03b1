import { createSupervisor, embeddedModel } from '../index.ts';
import { createStatelyOutlet } from '../inspector/index.ts';

/** Where a viewer would be: see "The vendor's viewer" in the README. */
const show = (message: string) => {
  const { type, sessionId, event, snapshot } = JSON.parse(message);
  const facts = type === '@xstate.event' ? event.type : JSON.stringify(snapshot.value ?? snapshot.status);
  console.log(type, sessionId, facts);
};

const outlet = createStatelyOutlet(show, { name: 'example' });
const supervisor = createSupervisor({ model: embeddedModel(), inspect: outlet.observe });

await supervisor.start();
await supervisor.submit({ prompt: 'A verdict is', maxTokens: 16 }).result;
await supervisor.stop();
await outlet.close();
