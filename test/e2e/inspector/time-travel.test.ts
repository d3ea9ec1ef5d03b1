import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { replay } from '../../../index.ts';
import { stageInspectorPage, statesIn } from '../../doubles/inspector-page.ts';

let stage: Awaited<ReturnType<typeof stageInspectorPage>>;
beforeAll(async () => {
  stage = await stageInspectorPage();
}, 60_000);
afterAll(() => stage.close());

test.each(['suspect-restart-ready', 'pressure-up-and-down', 'download-resumed'])(
  '[IE6] %s: at every event the page shows the state that the trace says, and nothing later',
  async (name) => {
    const trace = readFileSync(new URL(`../../traces/${name}.jsonl`, import.meta.url), 'utf8');
    const states: unknown[] = [];
    expect(replay(trace, { onStep: (_step, { value }) => states.push(value) }).kind).toBe('ok');
    const { page, drop, untilEvents, scrubTo, toldState, litStates, untilShown } = await stage.open();
    await drop(`${name}.jsonl`, trace);
    await untilEvents(states.length);
    for (const [index, state] of states.entries()) {
      await scrubTo(index);
      expect({ index, told: await toldState() }).toEqual({ index, told: state });
      expect({ index, lit: await litStates() }).toEqual({ index, lit: statesIn(state) });
      const shown = await page
        .locator('[data-testid=event-row][aria-selected=true]')
        .getAttribute('data-index');
      expect(Number(shown)).toBe(index);
    }
    await page.keyboard.press('l');
    await untilShown(states.length - 1);
  },
  120_000,
);
