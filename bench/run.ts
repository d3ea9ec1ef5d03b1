import { mkdir, writeFile } from 'node:fs/promises';
import { cpus, platform, release } from 'node:os';
import { benchAbort } from './abort.ts';
import { benchCycles } from './cycles.ts';
import { type Ask, benchDecode } from './decode.ts';
import { benchDownload } from './download.ts';
import { benchGate } from './gate.ts';
import { benchInspector } from './inspector.ts';
import { type Finding, isMet } from './measure.ts';
import { embedded, random } from './models.ts';
import { benchStart } from './start.ts';
import { benchTrace } from './trace.ts';

const ONCE: Ask = { request: { prompt: 'Once upon a time' }, rawPrompt: 'Once upon a time' };
const TICK: Ask = {
  request: { messages: [{ role: 'user', content: 'Tick until I stop you.' }] },
  rawPrompt: '<|user|>Tick until I stop you.<|end|><|assistant|>',
};

/** `npm run bench [name…]`: a table on the terminal, and the same as JSON in bench/results/. */
const BENCHES: Readonly<Record<string, () => Promise<Finding[]>>> = {
  gate: benchGate,
  decode: async () => [
    ...(await benchDecode(embedded(), TICK, 400, 15)),
    ...(await benchDecode(await random('25M', 25e6), ONCE, 256, 9)),
    ...(await benchDecode(await random('135M', 135e6), ONCE, 96, 7)),
  ],
  abort: async () => benchAbort(await random('135M', 135e6), 12),
  start: async () => [
    ...(await benchStart(embedded(), 9)),
    ...(await benchStart(await random('135M', 135e6), 7)),
  ],
  cycles: benchCycles,
  trace: benchTrace,
  inspector: benchInspector,
  download: async () => benchDownload(await random('135M', 135e6), 3),
};

const chosen = process.argv.slice(2);
const unknown = chosen.filter((name) => !(name in BENCHES));
if (unknown.length > 0) {
  console.error(`No such benchmark: ${unknown.join(', ')}. There are: ${Object.keys(BENCHES).join(', ')}.`);
  process.exit(2);
}

const findings: Finding[] = [];
for (const [name, bench] of Object.entries(BENCHES)) {
  if (chosen.length > 0 && !chosen.includes(name)) continue;
  console.error(`… ${name}`);
  findings.push(...(await bench()));
}

console.log(table(findings));
const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${platform()} ${release()}, Node ${process.version}`;
const results = new URL('./results/', import.meta.url);
await mkdir(results, { recursive: true });
await writeFile(new URL('latest.json', results), `${JSON.stringify({ machine, findings }, null, 2)}\n`);
console.log(`\n${machine}\nbench/results/latest.json`);

function table(rows: readonly Finding[]): string {
  const cells = rows.map((row) => {
    const met = isMet(row);
    const bound =
      row.target === null
        ? ''
        : 'atMost' in row.target
          ? `≤ ${row.target.atMost}`
          : `≥ ${row.target.atLeast}`;
    return [
      row.name,
      `${Number(row.value.toPrecision(3))} ${row.unit}`,
      bound,
      met === null ? '' : met ? 'met' : 'MISSED',
      row.detail,
    ];
  });
  const widths = [0, 1, 2, 3].map((column) => Math.max(...cells.map((cell) => cell[column]!.length)));
  return cells
    .map((cell) =>
      cell
        .map((text, i) => text.padEnd(widths[i] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
