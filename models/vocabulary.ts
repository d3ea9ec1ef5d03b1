import { type Bpe, encodeBpe, learnBpe } from './bpe.ts';
import type { Page } from './page-entries.ts';

/** Tokens that no text can spell; they come first in the vocabulary, in this order. */
export const SPECIAL_TOKENS = ['<|begin|>', '<|user|>', '<|assistant|>', '<|system|>', '<|end|>'] as const;
type SpecialToken = (typeof SPECIAL_TOKENS)[number];

/** One turn is a role, its text and the end mark. Turns are not trimmed: the page decides what a question is. */
export const CHAT_TEMPLATE =
  '{{ bos_token }}' +
  "{% for message in messages %}{{ '<|' + message['role'] + '|>' + message['content'] + '<|end|>' }}{% endfor %}" +
  "{% if add_generation_prompt %}{{ '<|assistant|>' }}{% endif %}";

/** The vocabulary of the embedded model: special tokens, the 256 bytes, and the words of the page. */
export interface Vocabulary {
  readonly bpe: Bpe;
  /** Every token's text, by token. */
  readonly tokens: readonly string[];
  readonly special: (token: SpecialToken) => number;
  readonly encode: (text: string) => number[];
}

export function createVocabulary(page: Page, tokensMax: number): Vocabulary {
  const bpe = learnBpe(textsOf(page), tokensMax - SPECIAL_TOKENS.length);
  return {
    bpe,
    tokens: [...SPECIAL_TOKENS, ...bpe.symbols],
    special: (token) => SPECIAL_TOKENS.indexOf(token),
    encode: (text) => encodeBpe(bpe, text).map((place) => place + SPECIAL_TOKENS.length),
  };
}

function textsOf(page: Page): string[] {
  return [
    ...page.answers.flatMap(({ question, answer, refrain = '' }) => [question, answer + refrain]),
    ...page.prose.map(({ opening, rest }) => opening + rest),
    page.defaultAnswer,
  ];
}
