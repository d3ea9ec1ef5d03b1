import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { longLines } from '../test/doubles/long-trace.ts';
import { inspectorOf, type OpenPage, open, sleep } from './inspector-stage.ts';
import { type Finding, finding, median, quantile } from './measure.ts';

/** From the call of the address to the first text on the screen. */
export async function firstPaint(openPage: OpenPage): Promise<Finding> {
  const supervisor = await open(true);
  const { url } = await inspectorOf(supervisor);
  const paints: number[] = [];
  for (let round = 0; round < 9; round += 1) {
    const page = await openPage(url);
    await page.waitForSelector('[data-testid=state-pill]');
    paints.push(
      await page.evaluate("performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? NaN"),
    );
    await page.close();
  }
  await supervisor[Symbol.asyncDispose]();
  return finding(
    'inspector: first paint from the local server',
    median(paints),
    'ms',
    { atMost: 500 },
    `worst ${Math.round(Math.max(...paints))} ms, ${paints.length} rounds`,
  );
}

/** From a change of the supervisor's state to the same state in the document of the page. */
export async function delayOfChanges(openPage: OpenPage): Promise<Finding> {
  const supervisor = await open(true);
  const { url } = await inspectorOf(supervisor);
  const page = await openPage(url);
  await page.waitForSelector('[data-testid=state-pill]');
  await page.evaluate(WATCH_PILL);

  const told: { readonly state: string; readonly atMs: number }[] = [];
  const subscription = supervisor.actor.subscribe({
    next: ({ value }) => {
      const state = JSON.stringify(value);
      if (told.at(-1)?.state !== state)
        told.push({ state, atMs: performance.timeOrigin + performance.now() });
    },
    error: () => undefined,
    complete: () => undefined,
  });
  for (let round = 0; round < 25; round += 1) {
    await supervisor.stop();
    await sleep(150);
    await supervisor.start();
    await sleep(150);
  }
  subscription.unsubscribe();
  const seen = await page.evaluate<typeof told>('globalThis.seen');
  await supervisor[Symbol.asyncDispose]();

  // Several changes within one frame are one for the page: those that it showed are measured.
  const delays: number[] = [];
  let from = 0;
  for (const { state, atMs } of seen) {
    const index = told.findIndex((one, i) => i >= from && one.state === state && one.atMs <= atMs);
    if (index === -1) continue;
    from = index + 1;
    delays.push(atMs - (told[index]?.atMs ?? NaN));
  }
  if (delays.length < 50) throw new Error(`the page showed ${delays.length} changes only`);
  return finding(
    'inspector: a change of state on the page, p95',
    quantile(delays, 0.95),
    'ms',
    { atMost: 100 },
    `median ${median(delays).toFixed(1)} ms, ${delays.length} changes shown of ${told.length}`,
  );
}

/** In the page: notes when the shown state changed. The pill may be made anew, so the whole document is watched. */
const WATCH_PILL = `(() => {
  globalThis.seen = [];
  const look = () => {
    const state = document.querySelector('[data-testid=state-pill]')?.getAttribute('data-state');
    if (!state || seen.at(-1)?.state === state) return;
    seen.push({ state, atMs: performance.timeOrigin + performance.now() });
  };
  new MutationObserver(look).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ['data-state'],
  });
})()`;

/** From the choice of a file of 100,000 events until all are there, and the longest task while it is scrolled through. */
export async function longTraceLoads(openPage: OpenPage): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'llamero-long-'));
  const path = join(folder, 'long.jsonl');
  await writeFile(path, longLines(EVENTS).join('\n'));
  const loads: number[] = [];
  const tasks: number[] = [];
  for (let round = 0; round < 3; round += 1) {
    const page = await openPage(pathToFileURL(PAGE_FILE).href);
    const [chooser] = await Promise.all([
      page.waitForEvent('filechooser'),
      page.click('[data-testid=import]'),
    ]);
    const beganAtMs = performance.now();
    await chooser.setFiles(path);
    await page.waitForSelector(`html[data-events="${EVENTS}"]`);
    loads.push(performance.now() - beganAtMs);
    await sleep(500);
    await page.evaluate(WATCH_TASKS);
    await page.mouse.move(300, 650);
    for (let turn = 0; turn < 100; turn += 1) await page.mouse.wheel(0, turn % 2 === 0 ? 20_000 : -5_000);
    for (let step = 0; step <= 50; step += 1) {
      await page.getByTestId('scrubber').fill(String(Math.round((step / 50) * (EVENTS - 1))));
    }
    await sleep(300);
    tasks.push(await page.evaluate('Math.max(0, ...globalThis.tasks)'));
    await page.close();
  }
  await rm(folder, { recursive: true });
  const detail = `${loads.length} rounds`;
  return [
    finding(
      'inspector: a trace of 100,000 events, from its file until all are shown',
      median(loads),
      'ms',
      { atMost: 3000 },
      `worst ${Math.round(Math.max(...loads))} ms, ${detail}`,
    ),
    finding(
      'inspector: longest task while it is scrolled and scrubbed',
      Math.max(...tasks),
      'ms',
      { atMost: 200 },
      `0: none of 50 ms or more, ${detail}`,
    ),
  ];
}

const EVENTS = 100_000;
const PAGE_FILE = fileURLToPath(new URL('../dist/inspector/index.html', import.meta.url));

/** In the page: keeps how long each task of 50 ms or more took, in ms. */
const WATCH_TASKS = `(() => {
  globalThis.tasks = [];
  new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) tasks.push(duration);
  }).observe({ entryTypes: ['longtask'] });
})()`;
