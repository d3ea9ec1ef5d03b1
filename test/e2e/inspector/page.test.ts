import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { createSupervisor, embeddedModel, replay } from '../../../index.ts';
import { startInspector } from '../../../inspector/index.ts';
import { stageInspectorPage, statesIn } from '../../doubles/inspector-page.ts';

const golden = (name: string) => readFileSync(new URL(`../../traces/${name}.jsonl`, import.meta.url), 'utf8');

let stage: Awaited<ReturnType<typeof stageInspectorPage>>;
beforeAll(async () => {
  stage = await stageInspectorPage();
}, 60_000);
afterAll(() => stage.close());

describe('the page', () => {
  test('[IE1] opens from a file, says what to do, and shows a trace that is dropped on it', async () => {
    const { find, drop, untilEvents, count, toldState, litStates, problems, opened } = await stage.open();
    expect(await find('empty-state').textContent()).toContain('llamero inspect');
    const trace = golden('suspect-restart-ready');
    await drop('bad-day.jsonl', trace);
    const replayed = replay(trace);
    if (replayed.kind !== 'ok') throw new Error('the golden does not replay');
    await untilEvents(replayed.steps);
    expect(await count()).toBe(replayed.steps);
    expect(await toldState()).toEqual(replayed.finalState);
    expect(await litStates()).toEqual(statesIn(replayed.finalState));
    expect(problems()).toEqual([]);
    expect(opened.requestsBeyond('file://')).toEqual([]);
  });

  test('[IE2] opens from the server of a running supervisor, and asks nobody else for anything', async () => {
    const supervisor = createSupervisor({ model: embeddedModel(), runtime: { gpu: false } });
    const inspector = await startInspector(supervisor);
    try {
      const { find, untilEvents, problems, opened } = await stage.open(inspector.url!);
      await supervisor.start();
      await untilEvents(5);
      await expect(find('connection').getAttribute('data-connection')).resolves.toBe('connected');
      expect(problems()).toEqual([]);
      const { origin } = new URL(inspector.url!);
      expect(opened.requestsBeyond(origin)).toEqual([]);
    } finally {
      await supervisor[Symbol.asyncDispose]();
      await inspector.close();
    }
  }, 60_000);

  test('[IE3] says what to do where its token is refused, and where it has none', async () => {
    const supervisor = createSupervisor({ model: embeddedModel(), runtime: { gpu: false } });
    const inspector = await startInspector(supervisor);
    try {
      const address = inspector.url!.split('#')[0]!;
      const refused = await stage.open(`${address}#token=${'0'.repeat(64)}`);
      await refused.page.waitForSelector('[data-testid=connection][data-connection=refused]');
      const without = await stage.open(address);
      await without.page.waitForSelector('[data-testid=connection][data-connection=refused]');
    } finally {
      await supervisor[Symbol.asyncDispose]();
      await inspector.close();
    }
  }, 60_000);

  test.each([
    ['not a trace', 'hello\n'],
    ['a trace with a changed line', golden('plain-run').replace('"queueBound":', '"queueBound" :')],
  ])('[IE4] names the line of %s and says how to mend it', async (_what, text) => {
    const { page, drop, find } = await stage.open();
    await drop('x.jsonl', text);
    await find('show-problems').click();
    await page.waitForSelector('[data-testid=dialog]');
    expect(await find('dialog').textContent()).toMatch(/line 1\b/i);
  });

  test('[IE4] shows what was readable of a trace that is torn', async () => {
    const { find, drop, untilEvents, count } = await stage.open();
    const lines = golden('plain-run').split('\n');
    await drop('torn.jsonl', [...lines.slice(0, 8), lines[8]!.slice(0, 20)].join('\n'));
    await untilEvents(1);
    expect(await count()).toBe(6);
    expect(await find('problems').textContent()).toMatch(/line 9\b/i);
  });
});
