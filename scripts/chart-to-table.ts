import type { AnyStateMachine, AnyStateNode } from 'xstate';
import { type ChartEdge, edgesOf, statesOf } from './chart-walk.ts';
import { markdownTable } from './markdown-table.ts';

/** Every state of a chart with its ports and its ways out, exactly as the machine has them. */
export function chartToTable(machine: AnyStateMachine): string {
  const edges = edgesOf(machine);
  const rows = statesOf(machine.root)
    .filter((state) => state.parent !== undefined)
    .map((state) => [
      `\`${state.path.join('.')}\``,
      state.description ?? '',
      portsOf(state),
      waysOut(edges.filter(({ from }) => from === state)),
    ]);
  return markdownTable(['State', 'What it is', 'Ports', 'Ways out'], rows);
}

function portsOf(state: AnyStateNode): string {
  return state.invoke.map(({ src }) => `\`${String(src)}\``).join(', ');
}

/** Causes with one target stand together. */
function waysOut(edges: readonly ChartEdge[]): string {
  const causes = new Map<string, Set<string>>();
  for (const { cause, to } of edges) {
    const target = to.path.join('.');
    causes.set(target, (causes.get(target) ?? new Set()).add(cause === '' ? 'else' : cause));
  }
  return [...causes].map(([target, why]) => `${[...why].join(', ')} → \`${target}\``).join('; ');
}
