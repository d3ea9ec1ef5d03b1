import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import { type OpenBrowser, openBrowser, type WatchedPage } from './browser.ts';

/** The part of the page's world that is asked, from within it. */
declare const document: {
  readonly documentElement: { readonly dataset: Readonly<Record<string, string | undefined>> };
  querySelector(selector: string): { readonly textContent: string | null } | null;
};

/** The built page: `test/build-page.mjs` makes it before any test runs. */
const PAGE_FILE = fileURLToPath(new URL('../../dist/inspector/index.html', import.meta.url));

/** The page of the inspector in a real browser, as somebody who looks at it has it. */
export async function stageInspectorPage() {
  const browser: OpenBrowser = await openBrowser();
  return {
    browser,
    close: () => browser.close(),
    open: async (
      url = pathToFileURL(PAGE_FILE).href,
      { width = 1280, height = 720, colorScheme = 'light' as 'light' | 'dark' } = {},
    ): Promise<InspectorPage> => {
      const opened = await browser.newPage({ viewport: { width, height }, colorScheme });
      await opened.page.goto(url);
      return createInspectorPage(opened.page, opened);
    },
  };
}

export type InspectorPage = ReturnType<typeof createInspectorPage>;

function createInspectorPage(page: Page, opened: WatchedPage) {
  const find = (testId: string) => page.getByTestId(testId);
  const count = () => page.evaluate(() => Number(document.documentElement.dataset['events'] ?? 0));
  const untilEvents = (events: number) =>
    page.waitForFunction(
      (wanted) => Number(document.documentElement.dataset['events'] ?? 0) >= wanted,
      events,
      { timeout: 20_000 },
    );
  const untilShown = (index: number) =>
    page.waitForFunction((wanted) => document.documentElement.dataset['index'] === wanted, String(index));
  return {
    page,
    opened,
    find,
    count,
    untilShown,
    /** What went wrong in it: errors of the console, errors that nobody caught, and what its policy refused. */
    problems: () => [...opened.consoleErrors, ...opened.pageErrors, ...opened.violations],
    /** Until the filter lets less than so many events through, and some. */
    untilFiltered: (below: number) =>
      page.waitForFunction((most) => {
        const text = document.querySelector('[data-testid=filter-count]')?.textContent ?? '';
        const shown = Number(text.replace(/\D/g, ''));
        return shown > 0 && shown < most;
      }, below),
    untilEvents,
    /** Drops a trace onto the page, as a hand would. */
    drop: async (name: string, text: string): Promise<void> => {
      const transfer = await page.evaluateHandle(`(() => {
        const data = new DataTransfer();
        data.items.add(new File([${JSON.stringify(text)}], ${JSON.stringify(name)}));
        return data;
      })()`);
      await page.dispatchEvent('body', 'dragenter', { dataTransfer: transfer });
      await page.dispatchEvent('body', 'dragover', { dataTransfer: transfer });
      await page.dispatchEvent('body', 'drop', { dataTransfer: transfer });
    },
    /** Goes to the moment of an event. */
    scrubTo: async (index: number): Promise<void> => {
      await find('scrubber').fill(String(index));
      await untilShown(index);
    },
    /** The state that the page tells, as XState writes it; null where it tells none. */
    toldState: async (): Promise<unknown> => {
      const text = await find('state-pill').getAttribute('data-state');
      return text === null ? null : JSON.parse(text);
    },
    /** Ids of the states that are lit in the chart. */
    litStates: (): Promise<string[]> =>
      page
        .locator('[data-testid=chart] .state-active')
        .evaluateAll((states) => states.map((state) => state.getAttribute('data-state') ?? '').sort()),
  };
}

/** Every state that is active in a state value, by its path: `['ready', 'ready.health', 'ready.health.healthy', …]`. */
export function statesIn(value: unknown, path = ''): string[] {
  const under = (key: string) => (path === '' ? key : `${path}.${key}`);
  if (typeof value === 'string') return [under(value)];
  return Object.entries(value as Record<string, unknown>)
    .flatMap(([key, inner]) => [under(key), ...statesIn(inner, under(key))])
    .sort();
}
