import type { Tone } from '../../model/views.ts';

/** A state value in words, outer ones first: `ready`, `nominal`, `healthy`. Of parallel regions only where each is. */
export function wordsOfState(value: unknown): readonly string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const [only] = entries;
  if (entries.length === 1 && only !== undefined) return [only[0], ...wordsOfState(only[1])];
  return entries.flatMap(([, inner]) => wordsOfState(inner));
}

/** Which colour a state has: failed and pressed ones catch the eye. */
export function toneOfState(words: readonly string[]): Tone | 'busy' {
  if (words.includes('failed') || words.includes('critical')) return 'bad';
  if (words.includes('backingOff') || words.includes('suspect') || words.includes('elevated'))
    return 'warning';
  switch (words[0]) {
    case 'ready':
      return 'good';
    case 'starting':
      return 'busy';
    case 'draining':
      return 'warning';
    default:
      return 'plain';
  }
}
