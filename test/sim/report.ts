import { INVARIANTS } from './judge.ts';
import type { RunReport } from './run-plan.ts';

const WIDTHS = [8, 9, 8, 9, 9, 17] as const;

const columns = (cells: readonly (string | number)[]): string =>
  cells.map((cell, i) => String(cell).padEnd(WIDTHS[i] ?? 0)).join(' ');

export const HEADING = columns(['seed', 'hours', 'events', 'requests', 'restarts', 'hash', 'verdict']);

/** One line for each run, in fixed columns. */
export function lineOf({
  seed,
  simulatedHours,
  events,
  requests,
  restarts,
  hash,
  violation,
}: RunReport): string {
  const verdict = violation === null ? 'ok' : `broke ${violation.rule}`;
  return columns([seed, simulatedHours.toFixed(2), events, requests, restarts, hash, verdict]);
}

const LAST_LINES = 10;

/** What broke, the last lines of the trace before it, and how to see it again. */
export function storyOf({ violation, trace }: RunReport, command: string): string[] {
  if (violation === null) return [];
  const rule = INVARIANTS.find(({ id }) => id === violation.rule);
  return [
    `${violation.rule} did not hold at ${violation.atMs} ms: ${rule?.holds}`,
    violation.detail,
    ...trace.trimEnd().split('\n').slice(-LAST_LINES),
    `again: ${command}`,
  ];
}
