import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { SCREENSHOTS, takeScreenshot } from '../../../scripts/screenshots.ts';
import { stageInspectorPage } from '../../doubles/inspector-page.ts';

let stage: Awaited<ReturnType<typeof stageInspectorPage>>;
beforeAll(async () => {
  stage = await stageInspectorPage();
}, 60_000);
afterAll(() => stage.close());

const PNG_MAGIC = '89504e470d0a1a0a';

test.each(SCREENSHOTS.map((screenshot) => [screenshot.name, screenshot] as const))(
  '[IE13] %s is a picture of the whole page, with nothing cut off and nothing to scroll to',
  async (_name, screenshot) => {
    const { png, shown } = await takeScreenshot(stage, screenshot);
    expect(png.subarray(0, 8).toString('hex')).toBe(PNG_MAGIC);
    expect([png.readUInt32BE(16), png.readUInt32BE(20)]).toEqual([1280, 720]);
    // A page that shows nothing compresses to a fraction of that.
    expect(png.length).toBeGreaterThan(30_000);
    const size = '[document.documentElement.scrollWidth, document.documentElement.scrollHeight]';
    expect(await shown.page.evaluate(size)).toEqual([1280, 720]);
    expect(shown.problems()).toEqual([]);
  },
  60_000,
);
