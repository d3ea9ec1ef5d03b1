/** Brings the generated parts of the documents up to date; with `--check` only says which are not, and fails. */
import { writeFileSync } from 'node:fs';
import { renderDocuments } from './documents.ts';

const onlyCheck = process.argv.includes('--check');
const stale = renderDocuments().filter(({ current, wanted }) => current !== wanted);

for (const { path, wanted } of stale) {
  console.log(onlyCheck ? `${path} is out of date: npm run docs` : `wrote ${path}`);
  if (!onlyCheck) writeFileSync(path, wanted);
}
if (onlyCheck && stale.length > 0) process.exitCode = 1;
