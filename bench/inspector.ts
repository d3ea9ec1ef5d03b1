import { spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type { Page } from 'playwright-core';
import type { Supervisor } from '../index.ts';
import { openBrowser } from '../test/doubles/browser.ts';
import { longTrace } from '../test/doubles/long-trace.ts';
import { llamero } from './built.ts';
import { type Finding, finding, interleave, median, quantile } from './measure.ts';
import { embedded, pinOf } from './models.ts';

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

type OpenPage = (url: string) => Promise<Page>;

/** Tokens a second with an inspector that nobody looks at, against none. Which was loaded first is measured both ways. */
async function unattached(): Promise<Finding> {
  const compare = async (withFirst: boolean) => {
    const made = [await open(withFirst), await open(!withFirst)] as const;
    const [with_, without] = withFirst ? made : [made[1], made[0]];
    await tokensPerSecond(with_);
    await tokensPerSecond(without);
    const { ratio } = await interleave(
      40,
      () => tokensPerSecond(with_),
      () => tokensPerSecond(without),
    );
    await Promise.all(made.map((supervisor) => supervisor[Symbol.asyncDispose]()));
    return ratio;
  };
  const ratios = [await compare(true), await compare(false)] as const;
  return finding(
    'inspector on and nobody looking / off: tokens a second',
    Math.sqrt(ratios[0] * ratios[1]),
    'ratio',
    { atLeast: 0.995 },
    `${ratios.map((ratio) => ratio.toFixed(3)).join(' and ')} by order of loading, 40 rounds each`,
  );
}

/** Tokens a second while somebody looks against while nobody does, turn by turn on one supervisor. */
async function attached(openPage: OpenPage): Promise<Finding[]> {
  const supervisor = await open(true);
  const { url, viewers } = await inspectorOf(supervisor);
  const reader = await compareViewer(supervisor, viewers, 16, async () => {
    const child = spawn(process.execPath, ['-e', READER, url], { stdio: 'ignore' });
    return () => void child.kill();
  });
  const page = await compareViewer(supervisor, viewers, 16, async () => {
    const opened = await openPage(url);
    return () => opened.close();
  });
  await supervisor[Symbol.asyncDispose]();
  const detail = (rounds: number) => `${rounds} rounds of ${REQUESTS_A_ROUND} × 400 tokens`;
  return [
    finding(
      'inspector with one viewer in another process / none: tokens a second',
      reader,
      'ratio',
      { atLeast: 0.98 },
      detail(16),
    ),
    finding(
      'inspector with one page in Chromium on the same 2 cores / none: tokens a second',
      page,
      'ratio',
      { atLeast: 0.98 },
      detail(16),
    ),
  ];
}

const REQUESTS_A_ROUND = 4;

/** A viewer and nothing else: reads the stream, and drops it. */
const READER = `
const { origin, hash } = new URL(process.argv[1]);
fetch(origin + '/trace', { headers: { authorization: 'Bearer ' + hash.slice(7) } })
  .then(async ({ body }) => { for await (const piece of body) void piece; });
`;

async function compareViewer(
  supervisor: Supervisor,
  viewers: () => number,
  rounds: number,
  look: () => Promise<() => unknown>,
): Promise<number> {
  const speed = async () => {
    // Whoever came has drawn what was before, and only follows from here on.
    await sleep(800);
    let sum = 0;
    for (let i = 0; i < REQUESTS_A_ROUND; i += 1) sum += await tokensPerSecond(supervisor);
    return sum / REQUESTS_A_ROUND;
  };
  await speed();
  const { ratio } = await interleave(
    rounds,
    async () => {
      const leave = await look();
      await until(() => viewers() === 1);
      const seen = await speed();
      await leave();
      await until(() => viewers() === 0);
      return seen;
    },
    speed,
  );
  return ratio;
}

/** From the call of the address to the first text on the screen. */
async function firstPaint(openPage: OpenPage): Promise<Finding> {
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
async function delayOfChanges(openPage: OpenPage): Promise<Finding> {
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
async function longTraceLoads(openPage: OpenPage): Promise<Finding[]> {
  const folder = await mkdtemp(join(tmpdir(), 'llamero-long-'));
  const path = join(folder, 'long.jsonl');
  await writeFile(path, longTrace(EVENTS));
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

async function open(inspected: boolean): Promise<Supervisor> {
  const supervisor = llamero.createSupervisor({
    model: pinOf(embedded()),
    limits: { maxInFlight: 1 },
    runtime: { gpu: false, contextTokens: 2048 },
    ...(inspected && { inspector: true as const }),
  });
  await supervisor.start();
  return supervisor;
}

async function inspectorOf(supervisor: Supervisor) {
  const opened = await supervisor.inspector;
  if (opened === null || opened.url === null) throw new Error('the inspector has no address');
  return { url: opened.url, viewers: () => opened.viewers() };
}

async function tokensPerSecond(supervisor: Supervisor): Promise<number> {
  const beganAtMs = performance.now();
  const { result } = supervisor.submit({
    messages: [{ role: 'user', content: 'Tick until I stop you.' }],
    maxTokens: 400,
  });
  const { usage } = await result;
  return (usage.outputTokens * 1000) / (performance.now() - beganAtMs);
}

const sleep = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(10);
}
