import type { Chart, ChartTransition } from '../inspector/charts/chart.ts';
import { markdownTable } from './markdown-table.ts';

/** Every state of a chart with its ports and its ways out, exactly as the machine has them. */
export function chartToTable({ states, transitions }: Chart): string {
  const rows = states.map(({ id, description, ports }) => [
    `\`${id}\``,
    description,
    ports.map((port) => `\`${port}\``).join(', '),
    waysOut(transitions.filter(({ from, to }) => from === id && to !== id)),
  ]);
  return markdownTable(['State', 'What it is', 'Ports', 'Ways out'], rows);
}

/** Causes with one target stand together. */
function waysOut(ways: readonly ChartTransition[]): string {
  const causes = new Map<string, Set<string>>();
  for (const { to, label } of ways) {
    if (to === null) continue;
    causes.set(to, (causes.get(to) ?? new Set()).add(label === '' ? 'else' : label));
  }
  return [...causes].map(([target, why]) => `${[...why].join(', ')} → \`${target}\``).join('; ');
}
