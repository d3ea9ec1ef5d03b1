import { openBrowser } from '../test/doubles/browser.ts';
import { attached, unattached } from './inspector-cost.ts';
import { delayOfChanges, firstPaint, longTraceLoads } from './inspector-page.ts';
import type { Finding } from './measure.ts';

/** What it costs to be looked at, and how soon the page shows what happens. */
export async function benchInspector(): Promise<Finding[]> {
  const browser = await openBrowser();
  try {
    const openPage = async (url: string) => {
      const { page } = await browser.newPage();
      await page.goto(url);
      return page;
    };
    return [
      await unattached(),
      ...(await attached(openPage)),
      await firstPaint(openPage),
      await delayOfChanges(openPage),
      ...(await longTraceLoads(openPage)),
    ];
  } finally {
    await browser.close();
  }
}
