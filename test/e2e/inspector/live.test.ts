import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createSupervisor, embeddedModel } from '../../../index.ts';
import { stageInspectorPage, statesIn } from '../../doubles/inspector-page.ts';

let stage: Awaited<ReturnType<typeof stageInspectorPage>>;
beforeAll(async () => {
  stage = await stageInspectorPage();
}, 60_000);
afterAll(() => stage.close());

test('[IE5] the lit state is the state of the supervisor after each command, on the real model', async () => {
  const supervisor = createSupervisor({
    model: embeddedModel(),
    runtime: { gpu: false },
    limits: { maxInFlight: 1, queueBound: 1 },
    inspector: true,
  });
  try {
    const { page, toldState, litStates, problems } = await stage.open((await supervisor.inspector)!.url!);
    const chat = { messages: [{ role: 'user', content: 'Tick until I stop you.' }] } as const;
    const stateOf = () => supervisor.actor.getSnapshot().value;

    /** The page is there once it tells the state that the supervisor is in; what is lit must be that state then. */
    const check = async (what: string) => {
      const wanted = JSON.stringify(stateOf());
      await page.waitForSelector(`[data-testid=state-pill][data-state='${wanted}']`, { timeout: 10_000 });
      expect({ what, told: await toldState() }).toEqual({ what, told: stateOf() });
      expect({ what, lit: await litStates() }).toEqual({ what, lit: statesIn(stateOf()) });
    };

    await supervisor.start();
    await check('start');
    const first = supervisor.submit({ ...chat, maxTokens: 400 });
    const second = supervisor.submit({ ...chat, maxTokens: 4 });
    const refused = supervisor.submit(chat);
    expect([first, second, refused].map(({ disposition }) => disposition)).toEqual([
      'admitted',
      'queued',
      'refused',
    ]);
    await page.waitForSelector('[data-testid=gate-line]:has-text("queue_full")');
    await check('submit');
    first.cancel();
    await Promise.all([first.result, second.result]);
    await check('cancel');
    await supervisor.drain();
    await check('drain');
    await supervisor.start();
    await check('start again');
    await supervisor.stop();
    await check('stop');
    expect(problems()).toEqual([]);
  } finally {
    await supervisor[Symbol.asyncDispose]();
  }
}, 120_000);
