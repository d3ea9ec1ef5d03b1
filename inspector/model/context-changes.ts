import { sameTree } from './same-tree.ts';
import type { ContextChange, TracedContext } from './views.ts';

/**
 * Where two contexts differ, by JSON pointer, down to the leaves. Entries of lists are told by their place, where the
 * list changed at its end; else the list is told whole.
 */
export function contextChangesOf(before: TracedContext, after: TracedContext): readonly ContextChange[] {
  const changes: ContextChange[] = [];
  compare(before, after, '', changes);
  return changes;
}

function compare(before: unknown, after: unknown, pointer: string, into: ContextChange[]): void {
  if (sameTree(before, after)) return;
  if (!isTree(before) || !isTree(after) || !isAlike(before, after)) {
    into.push({ pointer, before, after });
    return;
  }
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    compare(ownPart(before, key), ownPart(after, key), `${pointer}/${escapePointer(key)}`, into);
  }
}

/** Two objects, or two lists of which one begins as the other is. */
function isAlike(before: object, after: object): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return Array.isArray(before) === Array.isArray(after);
  if (before.length === after.length) return true;
  const [shorter, longer] = before.length < after.length ? [before, after] : [after, before];
  return shorter.every((entry, place) => sameTree(entry, longer[place]));
}

const isTree = (value: unknown): value is object => typeof value === 'object' && value !== null;

function ownPart(tree: object, key: string): unknown {
  return Object.hasOwn(tree, key) ? (tree as Record<string, unknown>)[key] : undefined;
}

function escapePointer(key: string): string {
  return key.replace(/~/g, '~0').replace(/\//g, '~1');
}
