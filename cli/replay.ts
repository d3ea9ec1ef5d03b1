import { stat } from 'node:fs/promises';
import {
  type ReplayDiverged,
  type ReplayedFile,
  type ReplayResult,
  replayAll,
  replayFile,
} from '../index.ts';
import { type Colors, pickColors } from './colors.ts';

/** Of several traces, the highest. */
const EXIT: { readonly [K in ReplayResult['kind']]: number } = {
  ok: 0,
  diverged: 6,
  corrupt: 7,
  incompatible: 8,
};

export interface ReplayCliOptions {
  readonly json?: boolean;
  readonly color: boolean;
}

/** Replays a trace file, or every `*.jsonl` of a folder, and prints what came of it. */
export async function runReplay(path: string, { json, color }: ReplayCliOptions): Promise<number> {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
  const replayed: readonly ReplayedFile[] = isFolder
    ? await replayAll(path)
    : [{ file: path, result: await replayFile(path) }];
  if (replayed.length === 0) {
    process.stderr.write(`There is no *.jsonl file in ${path}.\n`);
    return 2;
  }
  const colors = pickColors(color);
  for (const { file, result } of replayed) {
    const lines = json ? [JSON.stringify({ file, ...result })] : describeReplay(file, result, colors);
    process.stdout.write(`${lines.join('\n')}\n`);
  }
  return replayExitCode(replayed.map(({ result }) => result));
}

export function replayExitCode(results: readonly ReplayResult[]): number {
  return Math.max(...results.map(({ kind }) => EXIT[kind]));
}

function describeReplay(file: string, result: ReplayResult, colors: Colors): string[] {
  const { green, red, yellow, dim } = colors;
  switch (result.kind) {
    case 'ok': {
      const notes = [
        ...(result.complete ? [] : ['the recording has no end: lines may be missing behind']),
        ...(result.lost > 0 ? [`${result.lost} steps were lost while recording`] : []),
        ...(result.changes.length > 0 ? [`other than when recorded: ${result.changes.join(', ')}`] : []),
      ];
      return [
        `${green('ok')}  ${file}  ${dim(`${result.steps} steps, ends in ${stateText(result.finalState)}`)}`,
        ...notes.map((note) => `    ${yellow(note)}`),
      ];
    }
    case 'corrupt':
      return [
        `${red('corrupt')}  ${file}`,
        `    line ${result.line}: ${CORRUPT[result.why]}`,
        dim(`    the ${result.steps} steps before it came out as recorded`),
      ];
    case 'incompatible':
      return [
        `${yellow('incompatible')}  ${file}`,
        `    line ${result.line}: ${INCOMPATIBLE[result.change]}`,
      ];
    case 'diverged':
      return [`${red('diverged')}  ${file}`, ...describeDivergence(result, colors)];
  }
}

function describeDivergence(result: ReplayDiverged, { bold, dim, red, green }: Colors): string[] {
  const { step, line, atMs, event, cause, expected, actual, context, decisions, before, changes } = result;
  const at = atMs === null ? '' : `, at ${atMs} ms`;
  return [
    `    ${bold(`step ${step}`)} (line ${line}${at}): ${event.type}`,
    `    cause: ${cause}${changes.length > 0 ? `; other than when recorded: ${changes.join(', ')}` : ''}`,
    ...(stateText(expected.state) === stateText(actual.state)
      ? [`    state     ${stateText(expected.state)}`]
      : [
          `    recorded  ${green(stateText(expected.state))}`,
          `    now       ${red(stateText(actual.state))}`,
        ]),
    ...difference('effects', expected.effects.join(', '), actual.effects.join(', ')),
    ...decisions.flatMap((decision) =>
      difference(decision.name, JSON.stringify(decision.expected), JSON.stringify(decision.actual)),
    ),
    ...context
      .slice(0, 12)
      .map((part) => `    ${part.pointer}  ${green(text(part.expected))} → ${red(text(part.actual))}`),
    ...(before.length > 0 ? [dim('    the steps before:')] : []),
    ...before.map((earlier) =>
      dim(`      ${earlier.step}  ${earlier.event.type} → ${stateText(earlier.state)}`),
    ),
  ];
}

function difference(name: string, expected: string, actual: string): string[] {
  return expected === actual
    ? []
    : [`    ${name}:`, `      recorded  ${expected}`, `      now       ${actual}`];
}

const text = (value: unknown): string => (value === undefined ? 'unchanged' : JSON.stringify(value));

/** `ready.nominal+healthy`, `starting.probing.decoding`: a state value in one word. */
function stateText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value !== 'object' || value === null) return String(value);
  const parts = Object.entries(value);
  return parts.length === 1
    ? `${parts[0]?.[0]}.${stateText(parts[0]?.[1])}`
    : parts.map(([, inner]) => stateText(inner)).join('+');
}

/** What is the matter with a damaged trace, in words. */
export const CORRUPT: { readonly [R in Extract<ReplayResult, { kind: 'corrupt' }>['why']]: string } = {
  unreadable: 'the file cannot be read; check its path and permissions',
  empty: 'there is nothing in it',
  compressed: 'it is compressed; unpack it first',
  too_long: 'the line is longer than any line of a trace',
  truncated: 'the line ends too early; the recording was cut off',
  not_json: 'the line is no JSON; is this a trace of Llamero?',
  hash_mismatch: 'the line was changed, or a line is missing or out of order',
  not_a_record: 'the line is no record of a trace',
  no_header: 'the trace does not begin with a header',
  no_frame: 'there is no frame to begin from',
  second_header: 'a second trace begins here; one file holds one trace',
  out_of_order: 'the steps are not in their order',
  after_end: 'there are lines behind the end',
};

const INCOMPATIBLE: { readonly [R in Extract<ReplayResult, { kind: 'incompatible' }>['change']]: string } = {
  format_newer: 'the trace has a newer format; use a newer version of Llamero',
  format_older: 'the trace has an older format that this version cannot read any more',
  machine_other: 'the trace is of another machine',
  limits_other: 'the limits of that version are not the limits of this one',
};
