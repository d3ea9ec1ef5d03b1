/** Turns tokens into text as they come: whole characters only, however many tokens one spans. */
export interface TokenText {
  /** The text that became certain with this token; empty while a character is incomplete. */
  push(token: number): string;
}

/** What a decoder writes for bytes that are no character, or not one yet. */
const REPLACEMENT = '\uFFFD';
/** Tokens decoded together at most: each push decodes the window again. */
const WINDOW_TOKENS_MAX = 12;
/** Tokens kept when the window moves. A character has 4 bytes, so one that is incomplete lies in the last 3 tokens. */
const WINDOW_TOKENS_KEPT = 4;

/**
 * `decode` must answer one `U+FFFD` for an incomplete character at the end, as UTF-8 decoders do.
 * `before` are the tokens in front of the output, for tokenizers whose spaces depend on the neighbour;
 * their text is not given out again.
 *
 * An incomplete character at the very end is never given out.
 */
export function createTokenText(
  decode: (tokens: readonly number[]) => string,
  before: readonly number[] = [],
): TokenText {
  let window = before.slice(-WINDOW_TOKENS_KEPT);
  let givenUnits = certainUnits(decode(window));

  return {
    push(token) {
      window.push(token);
      const text = decode(window);
      const certain = certainUnits(text);
      const piece = text.slice(givenUnits, certain);
      givenUnits = Math.max(givenUnits, certain);
      if (window.length >= WINDOW_TOKENS_MAX) {
        window = window.slice(-WINDOW_TOKENS_KEPT);
        givenUnits = certainUnits(decode(window));
      }
      return piece;
    },
  };
}

/** Length of the text without an end that a further token may turn into something else. */
function certainUnits(text: string): number {
  return text.endsWith(REPLACEMENT) ? text.length - 1 : text.length;
}
