import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { type Bounds, CI, NIGHTLY, SMALL } from './bounds.ts';
import { type Exploration, explore } from './checker.ts';
import { tellCounterexample } from './counterexample.ts';
import type { Machine } from './guard-tally.ts';
import { MUTANTS } from './mutants.ts';
import { missedBy } from './sometimes.ts';

/**
 * `npm run model-check -- [--nightly] [--states N] [--mutant NAME]`
 *
 * Explores the shipped chart, or a mutant of it. Exits 0 where every invariant holds and everything that must happen
 * at some time did, 1 where not, 2 where it was called wrongly.
 */
const say = (line: string) => void process.stdout.write(`${line}\n`);

function main(): number {
  const { values } = parseArgs({
    options: { nightly: { type: 'boolean' }, states: { type: 'string' }, mutant: { type: 'string' } },
  });
  const mutant = MUTANTS.find(({ name }) => name === values.mutant);
  if (values.mutant !== undefined && mutant === undefined) {
    say(`There is no mutant of that name. There are:\n${MUTANTS.map(({ name }) => `  ${name}`).join('\n')}`);
    return 2;
  }
  const statesMax = Number(values.states ?? Number.NaN);
  if (values.states !== undefined && !(Number.isSafeInteger(statesMax) && statesMax > 0)) {
    say('--states takes a whole number, 1 or more');
    return 2;
  }
  const named = values.nightly ? NIGHTLY : mutant === undefined ? CI : SMALL;
  const bounds: Bounds = values.states === undefined ? named : { ...named, statesMax };
  return check(bounds, mutant?.machine());
}

function check(bounds: Bounds, machine: Machine | undefined): number {
  const began = performance.now();
  const seconds = () => (performance.now() - began) / 1000;
  const exploration = explore(bounds, machine, (states, edges, depth) =>
    say(`  … ${count(states)} states, ${count(edges)} edges, depth ${depth}, ${seconds().toFixed(0)} s`),
  );
  tellNumbers(exploration, seconds());
  const { violation, coverage } = exploration;
  if (violation !== null) {
    say(`\n${violation.id} does not hold: ${violation.sentence}\n`);
    const { story, trace } = tellCounterexample(bounds, violation.path, machine);
    for (const [place, line] of story.entries()) say(`  ${String(place + 1).padStart(2)}  ${line}`);
    const file = join(mkdtempSync(join(tmpdir(), 'llamero-model-')), `${violation.id}.jsonl`);
    writeFileSync(file, trace);
    say(`\ntrace: ${file}`);
    return 1;
  }
  const missed = missedBy(coverage);
  for (const line of missed) say(`  ${line}`);
  return missed.length === 0 ? 0 : 1;
}

function tellNumbers(exploration: Exploration, seconds: number): void {
  const { bounds, states, edges, machineStates, depth, complete, coverage } = exploration;
  const { sometimes, leaves, guards } = coverage;
  const hit = (counts: ReadonlyMap<string, boolean>) =>
    `${[...counts.values()].filter(Boolean).length} of ${counts.size}`;
  const answers = [...guards.values()].flatMap(({ yes, no }) => [yes, no]);
  say(`${bounds.name}: ${count(states)} states, ${count(edges)} edges, ${seconds.toFixed(1)} s`);
  say(`  ${count(states / seconds)} states/s, ${count(edges / seconds)} edges/s`);
  say(`  ${count(machineStates)} states of the machine alone, depth ${depth}`);
  say(`  ${complete ? 'complete within its bounds' : 'not complete: ended early'}`);
  say(`  sometimes ${hit(sometimes)}, leaf states ${hit(leaves)}`);
  say(`  guard answers ${answers.filter((asked) => asked > 0).length} of ${answers.length}`);
}

const count = (value: number): string => Math.round(value).toLocaleString('en-US');

process.exitCode = main();
