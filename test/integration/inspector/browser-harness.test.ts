import { once } from 'node:events';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type OpenBrowser, openBrowser, type WatchedPage } from '../../doubles/browser.ts';
import { findBrowser, packagedBrowser } from '../../doubles/browser-binary.ts';

/** A browser that starts while other tests compute. */
const TIMEOUT_MS = 60_000;
const isPackaged = process.platform === 'linux' && process.arch === 'x64';

const page = (body: string, policy = "default-src 'self' 'unsafe-inline'") =>
  `<!doctype html><link rel="icon" href="data:,"><meta http-equiv="Content-Security-Policy" content="${policy}">${body}`;

const PAGES: Readonly<Record<string, string>> = {
  '/quiet': page('<h1>quiet</h1><script>document.title = innerWidth + " " + innerHeight</script>'),
  '/throws': page('<script>console.error("told"); setTimeout(() => { throw new Error("thrown") })</script>'),
  '/strict': page('<script>document.title = "ran"</script>', "default-src 'none'; img-src data:"),
  '/leaks': page(
    `<img src="http://foreign.example/pixel"><img src="http://192.0.2.1/pixel">
     <script>fetch("http://foreign.example/fetched").catch(() => { document.title = "refused" });
     new WebSocket("ws://foreign.example/socket")</script>`,
    "default-src * 'unsafe-inline'",
  ),
};

describe('the browser of the tests', () => {
  let browser: OpenBrowser;
  let server: Server;
  let origin = '';

  beforeAll(async () => {
    server = createServer((request, response) => {
      response.setHeader('content-type', 'text/html');
      response.end(PAGES[request.url ?? ''] ?? '');
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    browser = await openBrowser();
  }, TIMEOUT_MS);
  afterAll(async () => {
    await browser.close();
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });

  const visit = async (
    path: string,
    options?: Parameters<OpenBrowser['newPage']>[0],
  ): Promise<WatchedPage> => {
    const watched = await browser.newPage(options);
    await watched.page.goto(`${origin}${path}`);
    return watched;
  };

  test('[IB1] opens a page of the loopback server, and sees nothing wrong where nothing is', async () => {
    const watched = await visit('/quiet');
    expect(await watched.page.textContent('h1')).toBe('quiet');
    const { consoleErrors, pageErrors, violations, requests } = watched;
    expect({ consoleErrors, pageErrors, violations }).toEqual({
      consoleErrors: [],
      pageErrors: [],
      violations: [],
    });
    expect(requests).toEqual([`${origin}/quiet`]);
    expect(watched.requestsBeyond(origin)).toEqual([]);
    await watched.close();
  });

  test('[IB1] opens a page from a file', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'page-'));
    const path = join(folder, 'page.html');
    await writeFile(path, PAGES['/quiet'] ?? '');
    const watched = await browser.newPage();
    await watched.page.goto(pathToFileURL(path).href);
    expect(await watched.page.textContent('h1')).toBe('quiet');
    expect(watched.requests).toHaveLength(1);
    expect(watched.requestsBeyond('file://')).toEqual([]);
    await watched.close();
    await rm(folder, { recursive: true });
  });

  test('[IB2] sees an error that was told, and one that nobody caught', async () => {
    const watched = await browser.newPage();
    const thrown = watched.page.waitForEvent('pageerror');
    await watched.page.goto(`${origin}/throws`);
    await thrown;
    expect(watched.consoleErrors).toEqual(['told']);
    expect(watched.pageErrors).toEqual(['thrown']);
    await watched.close();
  });

  test('[IB3] sees what the policy of a page refused', async () => {
    const watched = await browser.newPage();
    await watched.page.goto(`${origin}/strict`);
    // What a policy refuses is told by a task of its own.
    await watched.page.evaluate('new Promise((done) => setTimeout(done))');
    expect(await watched.page.title()).toBe('');
    expect(watched.violations).toEqual(['script-src-elem inline']);
    expect(watched.consoleErrors).toHaveLength(1);
    await watched.close();
  });

  test('[IB4] lets nothing leave the machine, and keeps what tried', async () => {
    const watched = await visit('/leaks');
    await watched.page.waitForFunction('document.title === "refused"');
    expect([...watched.requestsBeyond(origin)].sort()).toEqual([
      'http://192.0.2.1/pixel',
      'http://foreign.example/fetched',
      'http://foreign.example/pixel',
      'ws://foreign.example/socket',
    ]);
    expect(watched.consoleErrors.filter((text) => text.includes('ERR_NAME_NOT_RESOLVED'))).toHaveLength(4);
    await watched.close();
  });

  test('[IB5] gives a page its size and its colours', async () => {
    const watched = await visit('/quiet', { viewport: { width: 390, height: 844 }, colorScheme: 'dark' });
    expect(await watched.page.title()).toBe('390 844');
    expect(await watched.page.evaluate('matchMedia("(prefers-color-scheme: dark)").matches')).toBe(true);
    await watched.close();
  });

  test('[IB5] shows text, on a machine without fonts too', async () => {
    const watched = await visit('/quiet');
    const box = await watched.page.evaluate(`(() => {
      const range = document.createRange();
      range.selectNodeContents(document.querySelector('h1'));
      const { width, height } = range.getBoundingClientRect();
      return { isWide: width > 20, isHigh: height > 20 };
    })()`);
    expect(box).toEqual({ isWide: true, isHigh: true });
    await watched.close();
  });

  test('[IB6] has a process no longer than it is open', async () => {
    const another = await openBrowser();
    const watched = await another.newPage();
    await another.close();
    await expect(watched.page.title()).rejects.toThrow(/closed/);
  });
});

describe('a machine', () => {
  test('[IB7] without a browser is told what to install', async () => {
    const bare = { arch: 'arm64', exists: () => false };
    for (const platform of ['linux', 'darwin', 'win32', 'aix'])
      await expect(findBrowser({ ...bare, platform })).rejects.toThrow(
        new RegExp(`No browser for ${platform} arm64.*Install Google Chrome, Chromium or Microsoft Edge`),
      );
  });

  test('[IB7] with an installed browser uses that', async () => {
    const exists = (path: string) => path === '/usr/bin/chromium';
    expect(await findBrowser({ platform: 'linux', arch: 'arm64', exists })).toEqual({
      path: '/usr/bin/chromium',
      env: {},
    });
  });

  test(
    '[IB8] that unpacks the browser twice at once has one whole copy of it, and nothing else',
    async () => {
      const folder = await mkdtemp(join(tmpdir(), 'browser-'));
      const cache = join(folder, 'chromium-test');
      const both = await Promise.all([packagedBrowser(cache), packagedBrowser(cache)]);
      expect(both[0]).toEqual(both[1]);
      expect(await readdir(folder)).toEqual(['chromium-test']);
      expect(await readdir(cache)).toEqual(expect.arrayContaining(['chromium', 'al2023', 'fonts']));
      if (isPackaged) await (await openBrowser(both[0])).close();
      await rm(folder, { recursive: true });
    },
    TIMEOUT_MS,
  );
});
