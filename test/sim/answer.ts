import { ENDLESS } from './runtime.ts';

/** Longest answer: longer than any context. */
const ENDLESS_WORDS = 5_000;

/** A prompt that says who asks, and for how many words; the rest is there to be evaluated. */
export function promptOf(
  id: number,
  { tokens, promptWords }: { readonly tokens: number; readonly promptWords: number },
): string {
  return `ask ${id} ${tokens}${' more'.repeat(promptWords)}`;
}

/** What the model says to a prompt: words that no other prompt gets. With `chars`, an endless answer's beginning of at least so many. */
export function answerTo(prompt: string, chars?: number): string {
  const [, id, tokens] = prompt.split(' ', 3);
  const count = prompt.endsWith(ENDLESS) || chars !== undefined ? ENDLESS_WORDS : Number(tokens);
  let text = `${id}.0`;
  for (let word = 1; word < count && (chars === undefined || text.length < chars); word += 1)
    text += ` ${id}.${word}`;
  return text;
}
