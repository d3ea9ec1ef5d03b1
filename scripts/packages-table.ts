import { readFileSync } from 'node:fs';
import { markdownTable } from './markdown-table.ts';

/** Why each package is there. One without a reason here, or a reason without its package, is an error. */
const WHY: Readonly<Record<string, string>> = {
  'cli-progress': 'The progress bar of `llamero pull` on a terminal.',
  commander: 'Options, help and exit codes of the `llamero` command.',
  'log-update': 'The status line of the demo on a terminal.',
  'node-llama-cpp':
    'llama.cpp in this process, with prebuilt binaries for each platform. Imported when a start needs it.',
  picocolors: 'Colour of the demo.',
  rxjs: 'The streams of the handle, and sampling that never overlaps itself.',
  systeminformation:
    'Memory, swap, temperature and GPU memory on each platform. Imported at the first sample.',
  xstate: 'The charts and their actors; a host can compose and inspect them.',
  zod: 'Judges the options once and names each wrong field.',
  '@biomejs/biome': 'Format and lint, in one tool.',
  '@jest/globals': 'Types and functions of the tests, imported by name.',
  '@stryker-mutator/core':
    'Mutation testing of what decides: a rule that no test holds shows as a mutant that lives.',
  '@stryker-mutator/jest-runner': 'Joins it to Jest.',
  '@swc/core': 'Strips the types for Jest, and reads TypeScript for dependency-cruiser.',
  '@swc/jest': 'Joins the two.',
  '@types/cli-progress': 'Types of cli-progress.',
  '@types/node': 'Types of the oldest Node.js that is supported.',
  'dependency-cruiser': 'Fails the build where a room imports what it may not.',
  esbuild: 'Reads `jest.config.ts`, and makes one file of what a test starts two hundred times.',
  'esbuild-register': 'Joins esbuild to the configuration loader of Jest.',
  'fast-check': 'Property tests.',
  jest: 'Runs the tests.',
  knip: 'Fails the build on exports and packages that nobody uses.',
  selfsigned: 'Certificates of the TLS servers that tests start: sound, expired, untrusted, of other names.',
  tsx: 'Runs TypeScript: examples, scripts, benchmarks.',
  '@sparticuz/chromium':
    'A browser for Linux inside a package: tests open the page of the inspector without a download.',
  '@statelyai/inspect': 'The receiver that the Stately outlet is tested against.',
  elkjs: 'Lays out the charts, when the page and the documents are built. Not shipped (EPL-2.0).',
  preact: 'The page of the inspector.',
  '@preact/signals': 'Redraws of the page only what changed.',
  'playwright-core': 'Drives the browser in tests.',
  uplot: 'The curves of the gauges, fast with many points.',
  vite: 'Builds the page.',
  'vite-plugin-singlefile': 'Makes one file of it.',
  typescript: 'Types and the build.',
};

export function packagesTable(): string {
  const { dependencies, devDependencies } = readManifest();
  const installed = { ...dependencies, ...devDependencies };
  const unexplained = Object.keys(installed).filter((name) => WHY[name] === undefined);
  const gone = Object.keys(WHY).filter((name) => installed[name] === undefined);
  if (unexplained.length + gone.length > 0) {
    throw new Error(`packages without a reason or reasons without a package: ${[...unexplained, ...gone]}`);
  }
  const rows = (packages: Record<string, string>, where: string) =>
    Object.entries(packages).map(([name, version]) => [`\`${name}\``, version, where, WHY[name] ?? '']);
  return markdownTable(
    ['Package', 'Version', 'Where', 'Why'],
    [...rows(dependencies, 'shipped'), ...rows(devDependencies, 'development')],
  );
}

interface Manifest {
  readonly dependencies: Record<string, string>;
  readonly devDependencies: Record<string, string>;
}

function readManifest(): Manifest {
  return JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as Manifest;
}
