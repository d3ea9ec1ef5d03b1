import { mkdir, rename, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'vite';
import { viteSingleFile } from 'vite-plugin-singlefile';
import { contentPolicyOf } from '../inspector/page-policy.ts';
import { drawCharts } from './draw-charts.ts';

/** What the page may weigh when a server sends it compressed. */
const PAGE_GZIP_BYTES_MAX = 250_000;

/** Builds the inspector into one file with nothing beside it: `dist/inspector/index.html`, or in the folder that is named. */
const root = fileURLToPath(new URL('..', import.meta.url));
const outDir = resolve(process.argv[2] ?? `${root}dist/inspector`);
const page = `${outDir}/index.html`;

const built = await build({
  configFile: false,
  root: `${root}inspector/page`,
  logLevel: 'warn',
  base: './',
  plugins: [
    provideDrawings(await drawCharts()),
    keepEffects(),
    viteSingleFile({ removeViteModuleLoader: true }),
  ],
  build: { write: false, target: 'es2022', reportCompressedSize: false, modulePreload: false },
});

const html = addPolicy(htmlOf(built));
refuseUnlessWhole(html);
await mkdir(outDir, { recursive: true });
// Whoever reads it meanwhile has the old one or the new one.
await writeFile(`${page}.new`, html);
await rename(`${page}.new`, page);

function htmlOf(output: Awaited<ReturnType<typeof build>>): string {
  const files = [output].flat().flatMap((part) => ('output' in part ? part.output : []));
  const found = files.find(({ fileName }) => fileName === 'index.html');
  if (found?.type !== 'asset' || files.length !== 1) throw new Error('the page is not one file');
  return String(found.source);
}

/** The page imports its charts as a module that this build makes up. */
function provideDrawings(drawings: unknown): Plugin {
  const id = 'virtual:drawings';
  return {
    name: 'drawings',
    resolveId: (wanted) => (wanted === id ? `\0${id}` : null),
    // A string is read faster than a literal of the same size.
    load: (wanted) =>
      wanted === `\0${id}` ? `export default JSON.parse(${JSON.stringify(JSON.stringify(drawings))})` : null,
  };
}

/** The policy comes before everything that it judges. */
function addPolicy(text: string): string {
  const meta = `<meta http-equiv="Content-Security-Policy" content="${contentPolicyOf(text)}" />`;
  return text.replace('<meta charset="utf-8" />', () => `<meta charset="utf-8" />\n    ${meta}`);
}

function refuseUnlessWhole(text: string): void {
  const bytes = gzipSync(text, { level: 9 }).length;
  if (bytes > PAGE_GZIP_BYTES_MAX) {
    throw new Error(`the page has ${bytes} bytes compressed; ${PAGE_GZIP_BYTES_MAX} are allowed`);
  }
  if (!text.includes('Content-Security-Policy')) throw new Error('the page has no content policy');
  const remote = /(?:src|href)="(?!data:)[^"]+"/.exec(text.replaceAll(/<script[\s\S]*?<\/script>/g, ''));
  if (remote !== null) throw new Error(`the page loads something from outside: ${remote[0]}`);
}

/** The package says that its modules only export; those of the page also do something. */
function keepEffects(): Plugin {
  return {
    name: 'keep-effects',
    transform: (code, id) => (id.includes('/inspector/page/') ? { code, moduleSideEffects: true } : null),
  };
}
