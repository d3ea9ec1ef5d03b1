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
    await shown.page.mouse.move(600, 80);
    await shown.page.mouse.wheel(200, 400);
    expect(await shown.page.evaluate('[scrollX, scrollY]')).toEqual([0, 0]);
    expect(shown.problems()).toEqual([]);
  },
  60_000,
);
