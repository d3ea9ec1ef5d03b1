import { spawn } from 'node:child_process';

/** The command that opens an address in the user's browser, by platform. */
const OPENERS: { readonly [platform: string]: readonly [command: string, ...args: string[]] } = {
  darwin: ['open'],
  // The first text that `start` is given is the title of a window.
  win32: ['cmd', '/c', 'start', ''],
};

const OPENER_DEFAULT = ['xdg-open'] as const;

/** Asks the system to show an address; resolves to whether it took it on. The browser outlives this process. */
export function openBrowser(
  url: string,
  platform: string = process.platform,
  start: typeof spawn = spawn,
): Promise<boolean> {
  const [command, ...args] = OPENERS[platform] ?? OPENER_DEFAULT;
  return new Promise((resolve) => {
    const child = start(command, [...args, url], { stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => resolve(true));
    child.unref();
  });
}
