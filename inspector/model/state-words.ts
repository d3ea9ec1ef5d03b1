/**
 * What is read off a state as XState writes it: `'idle'`, `{ ready: { pressure: 'nominal', health: 'healthy' } }`.
 */

/** Ids of all states that are active, parents first: `ready`, `ready.pressure`, `ready.pressure.nominal`, ... */
export function activeIdsOf(state: unknown): readonly string[] {
  const ids: string[] = [];
  collect(state, '', ids);
  return ids;
}

/** The state in one word: `ready.nominal+healthy`, `starting.probing.decoding`. */
export function stateWord(state: unknown): string {
  if (typeof state === 'string') return state;
  if (typeof state !== 'object' || state === null) return String(state);
  const parts = Object.entries(state);
  const [only] = parts;
  if (parts.length === 1 && only !== undefined) return `${only[0]}.${stateWord(only[1])}`;
  return parts.map(([, inner]) => stateWord(inner)).join('+');
}

/** Whether a state is active, by its id. */
export function isActive(state: unknown, id: string): boolean {
  return activeIdsOf(state).includes(id);
}

function collect(state: unknown, parent: string, into: string[]): void {
  if (typeof state === 'string') {
    into.push(parent === '' ? state : `${parent}.${state}`);
    return;
  }
  if (typeof state !== 'object' || state === null) return;
  for (const [key, inner] of Object.entries(state)) {
    const id = parent === '' ? key : `${parent}.${key}`;
    into.push(id);
    collect(inner, id, into);
  }
}
