import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

/** A browser of this machine, and what its process needs to find. */
export interface BrowserBinary {
  readonly path: string;
  readonly env: Readonly<Record<string, string>>;
}

export interface Machine {
  readonly platform: string;
  readonly arch: string;
  readonly exists: (path: string) => boolean;
}

const THIS_MACHINE: Machine = { platform: process.platform, arch: process.arch, exists: existsSync };

/**
 * On Linux x64 the browser that a development dependency carries inside its package; elsewhere an installed one.
 * @throws Where there is neither: the message says what to install.
 */
export async function findBrowser(machine: Machine = THIS_MACHINE): Promise<BrowserBinary> {
  if (machine.platform === 'linux' && machine.arch === 'x64') return packagedBrowser();
  const path = (INSTALLED[machine.platform] ?? []).find(machine.exists);
  if (path !== undefined) return { path, env: {} };
  throw new Error(
    `No browser for ${machine.platform} ${machine.arch}: the tests of the inspector's page need one. ` +
      'Install Google Chrome, Chromium or Microsoft Edge where its installer puts it.',
  );
}

/** Where the installers put a browser. */
const INSTALLED: Readonly<Record<string, readonly string[]>> = {
  linux: [
    '/usr/bin/google-chrome',
    '/opt/google/chrome/chrome',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/snap/bin/chromium',
    '/usr/bin/microsoft-edge',
  ],
  darwin: ['/Applications', join(homedir(), 'Applications')].flatMap((folder) => [
    `${folder}/Google Chrome.app/Contents/MacOS/Google Chrome`,
    `${folder}/Chromium.app/Contents/MacOS/Chromium`,
    `${folder}/Microsoft Edge.app/Contents/MacOS/Microsoft Edge`,
  ]),
  win32: ['C:\\Program Files', 'C:\\Program Files (x86)', join(homedir(), 'AppData', 'Local')].flatMap(
    (folder) => [
      `${folder}\\Google\\Chrome\\Application\\chrome.exe`,
      `${folder}\\Microsoft\\Edge\\Application\\msedge.exe`,
    ],
  ),
};

const run = promisify(execFile);

/**
 * Unpacks once, for all test files and runs: 200 MB, about two seconds. Whoever comes at the same time unpacks a copy
 * of its own, and the first to be done gives it its name, so that nobody ever sees half a browser.
 */
export async function packagedBrowser(cache = defaultCache()): Promise<BrowserBinary> {
  if (!existsSync(cache)) await unpackTo(cache);
  return {
    path: join(cache, 'chromium'),
    // A bare Debian has neither NSS nor a font: the package brings both.
    env: {
      HOME: cache,
      LD_LIBRARY_PATH: join(cache, 'al2023', 'lib'),
      FONTCONFIG_PATH: join(cache, 'fonts'),
    },
  };
}

const require = createRequire(import.meta.url);
const entry = () => require.resolve('@sparticuz/chromium');

/** Beside the packages, by the version of the browser: a clean install takes it away. */
function defaultCache(): string {
  const { version } = createRequire(entry())('../../package.json') as { version: string };
  return join(REPOSITORY, 'node_modules', '.cache', 'llamero-chromium', version);
}

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

/** The package's own names folders of Lambda: without this, a machine that has no fonts shows no text. */
const FONTS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig><dir prefix="relative">fonts</dir><dir>/usr/share/fonts</dir><cachedir prefix="xdg">fontconfig</cachedir></fontconfig>
`;

async function unpackTo(cache: string): Promise<void> {
  await mkdir(dirname(cache), { recursive: true });
  const own = mkdtempSync(`${cache}-`);
  try {
    // The package unpacks into the folder for temporary files, and its libraries only where it believes to be on
    // Lambda: a process of its own can be told both.
    const script = `import(${JSON.stringify(pathToFileURL(entry()).href)}).then(({ default: c }) => (c.default ?? c).executablePath())`;
    await run(process.execPath, ['-e', script], {
      env: { TMPDIR: own, TEMP: own, AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs20.x' },
    });
    writeFileSync(join(own, 'fonts', 'fonts.conf'), FONTS);
    renameSync(own, cache);
  } catch (error) {
    rmSync(own, { recursive: true, force: true });
    // Another one was faster.
    if (!existsSync(join(cache, 'chromium'))) throw error;
  }
}
