/** Brings the generated parts of the documents up to date; with `--check` only says which are not, and fails. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { renderDocuments, renderPictures } from './documents.ts';

const onlyCheck = process.argv.includes('--check');
const rendered = [...renderDocuments(), ...(await renderPictures())];
const stale = rendered.filter(({ current, wanted }) => current !== wanted);

for (const { path, wanted } of stale) {
  console.log(onlyCheck ? `${path} is out of date: npm run docs` : `wrote ${path}`);
  if (onlyCheck) continue;
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, wanted);
}
if (onlyCheck && stale.length > 0) process.exitCode = 1;
