import { words } from '../../doubles/supervisor-stage.ts';
import { type Scenario, scripted } from './stage.ts';

const ONE_SLOT = { maxInFlight: 1, queueBound: 2 };

/** Lives of requests, from the gate to each outcome. */
export const REQUESTS = {
  'plain-run': scripted({}, async ({ ready, ask, stop, pass }) => {
    await ready();
    ask();
    await pass(10);
    ask('And again');
    await pass(10);
    stop();
    await pass();
  }),
  'queue-and-dispatch': scripted({ limits: ONE_SLOT }, async ({ ready, ask, pass }) => {
    await ready();
    for (let i = 0; i < 3; i += 1) ask();
    await pass(10);
  }),
  'queue-full': scripted({ limits: ONE_SLOT }, async ({ controls, ready, ask, pass }) => {
    await ready();
    controls.hold();
    for (let i = 0; i < 4; i += 1) ask();
    controls.release();
    await pass(10);
  }),
  'queue-not-wanted': scripted({ limits: ONE_SLOT }, async ({ controls, ready, ask, pass }) => {
    await ready();
    controls.hold();
    ask();
    ask('I do not wait', false);
    controls.release();
    await pass(10);
  }),
  'queue-wait-expired': scripted(
    { limits: { ...ONE_SLOT, queueMsMax: 1500 } },
    async ({ controls, ready, ask, pass }) => {
      await ready();
      controls.hold();
      ask();
      ask();
      await pass(500);
      ask();
      await pass(1000);
      controls.release();
      await pass(10);
    },
  ),
  'cancel-queued': scripted({ limits: ONE_SLOT }, async ({ supervisor, controls, ready, ask, pass }) => {
    await ready();
    controls.hold();
    ask();
    const queued = supervisor.submit({ prompt: 'I shall leave' });
    ask();
    await pass(10);
    queued.cancel();
    controls.release();
    await pass(10);
  }),
  'cancel-running': scripted({ limits: ONE_SLOT }, async ({ supervisor, controls, ready, ask, pass }) => {
    await ready();
    controls.hold();
    const running = supervisor.submit({ prompt: 'I shall leave' });
    ask();
    controls.step(3);
    await pass(10);
    running.cancel();
    running.cancel();
    controls.release();
    await pass(10);
  }),
  'request-deadline': scripted({}, async ({ supervisor, controls, ready, pass }) => {
    await ready();
    controls.hold();
    supervisor.submit({ prompt: 'Be quick', deadlineMs: 1200 });
    await pass(1200);
  }),
  'first-token-deadline': scripted(
    { limits: { firstTokenMsMax: 1200 } },
    async ({ controls, ready, ask, pass }) => {
      await ready();
      controls.hold();
      ask();
      await pass(1200);
    },
  ),
  'reader-deadline': scripted(
    { limits: { readerMsMax: 1200, tokenBufferChunks: 2 }, answer: () => words(50) },
    async ({ supervisor, ready, pass }) => {
      await ready();
      const { tokens } = supervisor.submit({ prompt: 'Tell me much' });
      await tokens[Symbol.asyncIterator]().next();
      await pass(1400);
    },
  ),
  'reader-held-and-flowing': scripted(
    { limits: { tokenBufferChunks: 2 }, answer: () => words(8) },
    async ({ supervisor, ready, pass }) => {
      await ready();
      const reader = supervisor.submit({ prompt: 'Tell me much' }).tokens[Symbol.asyncIterator]();
      await reader.next();
      await pass(500);
      for (let next = await reader.next(); !next.done; next = await reader.next()) await pass(1);
      await pass();
    },
  ),
  'prompt-too-long': scripted({ runtime: { contextTokens: 8 } }, async ({ ready, ask, pass }) => {
    await ready();
    ask(words(9));
    await pass(10);
  }),
  'request-malformed': scripted({}, async ({ supervisor, ready, stop, pass }) => {
    const gone = new AbortController();
    gone.abort();
    supervisor.submit({ prompt: 'Too early' });
    await ready();
    for (const request of [
      {},
      { prompt: '' },
      { prompt: 7 },
      { prompt: 'a', messages: [{ role: 'user', content: 'b' }] },
      { prompt: 'a', maxTokens: 0 },
      { prompt: 'a', temperature: -1 },
      { prompt: 'a', stop: [''] },
      { prompt: 'a', deadlineMs: -1 },
      { prompt: 'a', signal: 'none' },
      { prompt: 'a', signal: gone.signal },
      { prompt: 'a', colour: 'red' },
      null,
    ]) {
      supervisor.submit(request as never);
    }
    stop();
    await pass();
  }),
} satisfies Readonly<Record<string, Scenario>>;
