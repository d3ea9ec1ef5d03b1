import { chromium, type Page } from 'playwright-core';
import { type BrowserBinary, findBrowser } from './browser-binary.ts';

export interface OpenBrowser {
  readonly version: string;
  /** A page in a profile of its own, watched from its first moment. */
  readonly newPage: (options?: PageOptions) => Promise<WatchedPage>;
  readonly close: () => Promise<void>;
}

export interface PageOptions {
  /** In px. Default: 1280×720. */
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Default: `light`. */
  readonly colorScheme?: 'light' | 'dark';
}

/** What a page did, as it happens: the lists grow. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors that were written to the console, those of a refused policy among them. */
  readonly consoleErrors: readonly string[];
  /** Errors that nobody caught. */
  readonly pageErrors: readonly string[];
  /** `directive blocked-uri` of everything that the page's own policy refused. */
  readonly violations: readonly string[];
  /** URLs of all that was asked for over HTTP, WebSocket or from a file; not `data:` and `blob:`. */
  readonly requests: readonly string[];
  /** Those of another origin than these. A file's origin is `file://`. */
  readonly requestsBeyond: (...origins: readonly string[]) => readonly string[];
  readonly close: () => Promise<void>;
}

/**
 * A real browser without a window. No name but `localhost` and no address but 127.0.0.1 leads anywhere in it.
 * @throws Where there is no browser: the message says what to install.
 */
export async function openBrowser(binary?: BrowserBinary): Promise<OpenBrowser> {
  const { path, env } = binary ?? (await findBrowser());
  const browser = await chromium.launch({
    executablePath: path,
    env: { ...env },
    args: [
      // A container's shared memory is 64 MB, less than a page takes.
      '--disable-dev-shm-usage',
      '--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1',
    ],
  });
  return {
    version: browser.version(),
    newPage: async ({ viewport = { width: 1280, height: 720 }, colorScheme = 'light' } = {}) => {
      const context = await browser.newContext({ viewport, colorScheme });
      const page = await context.newPage();
      return { ...(await watch(page)), close: () => context.close() };
    },
    close: () => browser.close(),
  };
}

async function watch(page: Page): Promise<Omit<WatchedPage, 'close'>> {
  const consoleErrors: string[] = [];
  const pageErrors: string[] = [];
  const violations: string[] = [];
  const requests: string[] = [];
  const keep = (url: string) => {
    if (!/^(data|blob):/.test(url)) requests.push(url);
  };

  page.on('console', (message) => {
    if (message.type() === 'error') consoleErrors.push(message.text());
  });
  page.on('pageerror', (error) => pageErrors.push(error.message));
  page.on('request', (request) => keep(request.url()));
  page.on('websocket', (socket) => keep(socket.url()));
  await page.exposeFunction(VIOLATION, (violation: string) => void violations.push(violation));
  await page.addInitScript(`addEventListener('securitypolicyviolation', (event) =>
    window.${VIOLATION}(event.effectiveDirective + ' ' + event.blockedURI));`);

  return {
    page,
    consoleErrors,
    pageErrors,
    violations,
    requests,
    requestsBeyond: (...origins) => requests.filter((url) => !origins.includes(originOf(url))),
  };
}

const VIOLATION = '__policyViolation';

function originOf(url: string): string {
  const { protocol, origin } = new URL(url);
  return protocol === 'file:' ? 'file://' : origin;
}
