import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { stageInspectorPage } from '../../doubles/inspector-page.ts';
import { longLines } from '../../doubles/long-trace.ts';

const EVENTS = 100_000;

let stage: Awaited<ReturnType<typeof stageInspectorPage>>;
beforeAll(async () => {
  stage = await stageInspectorPage();
}, 60_000);
afterAll(() => stage.close());

// How long it takes is measured by the benchmark `inspector`.
test('[IE11] 100,000 of them are all there, and only those in sight are in the document', async () => {
  const { page, drop, untilEvents, count, scrubTo, find, untilFiltered } = await stage.open();
  await drop('long.jsonl', longLines(EVENTS).join('\n'));
  await untilEvents(EVENTS);
  expect(await count()).toBe(EVENTS);
  for (const index of [0, 1, 49_999, 99_999]) {
    await scrubTo(index);
    await page.waitForSelector(`[data-testid=event-row][data-index="${index}"]`);
    expect(await find('event-row').count()).toBeLessThan(120);
  }
  await find('search').fill('request.settled');
  await untilFiltered(50_000);
  expect(await page.locator('*').count()).toBeLessThan(3000);
}, 120_000);
