import { readFileSync } from 'node:fs';
import { type Reason, RUNTIME_MANAGER_REASONS } from '../policies/reasons.ts';

export interface ReasonGroup {
  readonly title: string;
  readonly reasons: readonly Reason[];
}

/**
 * The reasons under the headings that their list has as comments: the list is the one place that groups them.
 * @throws Error where the source cannot be read as the list that it compiles to.
 */
export function reasonGroups(): ReasonGroup[] {
  const source = readFileSync(new URL('../policies/reasons.ts', import.meta.url), 'utf8');
  const groups: { title: string; reasons: Reason[] }[] = [];
  for (const [, title, code] of source.matchAll(/^ {2}(?:\/\/ (.+)\.|'([a-z_0-9]+)',)$/gm)) {
    if (title !== undefined) groups.push({ title, reasons: [] });
    else groups.at(-1)?.reasons.push(code as Reason);
  }
  const read = groups.flatMap(({ reasons }) => reasons);
  if (read.join() !== RUNTIME_MANAGER_REASONS.join()) throw new Error('policies/reasons.ts has a new form');
  return groups;
}
