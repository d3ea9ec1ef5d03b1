import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import {
  GOLDEN_NOTES,
  goldenPath,
  hashGoldens,
  listGoldens,
  readGolden,
  withoutVersion,
} from '../test/traces/golden-files.ts';
import { SCENARIOS, SCRIPTED_SCENARIOS } from '../test/traces/scenarios.ts';
import { compareTraces, isSameStory, type TraceDifference } from '../test/traces/trace-difference.ts';

/**
 * Records every scenario anew and prints what it tells other than its golden trace. Writes nothing by itself:
 * `npm run goldens -- --write --note "why the traces are to be other now"`.
 */
const { values: options } = parseArgs({
  options: { write: { type: 'boolean', default: false }, note: { type: 'string', default: '' } },
});
const note = options.note.trim().replace(/\s+/g, ' ');
if (options.write && note === '') {
  console.error('--write needs --note "why": whoever finds a changed golden wants to know.');
  process.exit(2);
}

/** Lines printed of each kind of difference. */
const TOLD_MAX = 8;

const changed = new Map<string, string>();
for (const [name, scenario] of Object.entries(SCENARIOS)) {
  const trace = await scenario();
  const older = existsSync(goldenPath(name)) ? readGolden(name) : null;
  const lines = describe(name, older, trace);
  if (lines === null) {
    console.log(`unchanged  ${name}`);
    continue;
  }
  changed.set(name, trace);
  console.log([`${older === null ? 'new      ' : 'changed  '}  ${name}`, ...lines].join('\n'));
}
const orphans = listGoldens().filter((name) => !(name in SCENARIOS));
for (const name of orphans) console.log(`orphan     ${name}: no scenario has this name any more`);

if (changed.size + orphans.length === 0) {
  console.log('Every scenario tells what its golden trace tells.');
} else if (options.write) {
  for (const [name, trace] of changed) writeFileSync(goldenPath(name), trace);
  for (const name of orphans) rmSync(goldenPath(name));
  writeNote();
  console.log(`${changed.size} written, ${orphans.length} removed.`);
} else {
  console.log('Nothing was written. To take these over: npm run goldens -- --write --note "why"');
}

/** What is other, in lines; null where the golden trace stays. */
function describe(name: string, older: string | null, newer: string): string[] | null {
  if (older === null) return [];
  if (withoutVersion(older) === withoutVersion(newer)) return null;
  const difference = compareTraces(older, newer);
  const header = difference.header.filter((field) => field !== 'library' && field !== 'jitterSeed');
  // Real runs never take the same time twice; another time alone is no reason to change a golden.
  const isKept = !(name in SCRIPTED_SCENARIOS) && isSameStory(difference) && header.length === 0;
  return isKept ? null : linesOf({ ...difference, header });
}

function linesOf(difference: TraceDifference): string[] {
  const { header, steps, states, effects, verdicts, values } = difference;
  return [
    ...told('header', header),
    ...told('steps added or removed', steps),
    ...told('state sequence changed', states),
    ...told('effects changed', effects),
    ...told('verdict changed', verdicts),
    ...(isSameStory(difference) && values.length > 0 ? told('only values differ', [values.join(', ')]) : []),
  ];
}

function told(what: string, list: readonly string[]): string[] {
  if (list.length === 0) return [];
  const rest = list.length > TOLD_MAX ? [`             … and ${list.length - TOLD_MAX} more`] : [];
  return [`           ${what}:`, ...list.slice(0, TOLD_MAX).map((line) => `             ${line}`), ...rest];
}

function writeNote(): void {
  const isFirst = !existsSync(GOLDEN_NOTES) || readFileSync(GOLDEN_NOTES, 'utf8').trim() === '';
  if (isFirst) {
    writeFileSync(
      GOLDEN_NOTES,
      '# Golden traces\n\nEach hash is of all traces of this folder as they were then; the last one is that of today.\n\n',
    );
  }
  const names = [...changed.keys(), ...orphans.map((name) => `~~${name}~~`)];
  const which = isFirst ? 'all' : names.length > TOLD_MAX ? `${names.length} of them` : names.join(', ');
  appendFileSync(GOLDEN_NOTES, `- \`${hashGoldens()}\` ${which}: ${note}\n`);
}
