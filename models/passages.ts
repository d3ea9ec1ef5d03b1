import type { Passage } from './contexts.ts';
import type { Page, PageAnswer, PageProse } from './page-entries.ts';
import type { Vocabulary } from './vocabulary.ts';

/** The page as the model must write it: in tokens, each passage with its turn marks. */
export function passagesOf(page: Page, vocabulary: Vocabulary, windowTokens: number): Passage[] {
  return [
    ...page.answers.map((answer) => answerPassage(answer, vocabulary, windowTokens)),
    ...page.prose.map((prose) => prosePassage(prose, vocabulary)),
    defaultPassage(page.defaultAnswer, vocabulary),
  ];
}

/** The question is given without its opening mark, so that it is known behind a system text of the same turn too. */
function answerPassage(
  { question, answer, refrain }: PageAnswer,
  vocabulary: Vocabulary,
  windowTokens: number,
): Passage {
  const end = vocabulary.special('<|end|>');
  const given = [...vocabulary.encode(question), end, vocabulary.special('<|assistant|>')];
  const written =
    refrain === undefined
      ? [...vocabulary.encode(answer), end]
      : [...vocabulary.encode(answer), ...repeat(vocabulary.encode(refrain), windowTokens)];
  return {
    title: `${question} ${answer}`,
    tokens: [...given, ...written],
    writtenFrom: given.length,
    needsAllGiven: true,
  };
}

function prosePassage({ opening, rest }: PageProse, vocabulary: Vocabulary): Passage {
  const given = vocabulary.encode(opening);
  const tokens = [...given, ...vocabulary.encode(rest), vocabulary.special('<|end|>')];
  return { title: opening + rest, tokens, writtenFrom: given.length, needsAllGiven: false };
}

/** Its first token follows anything that is not on the page, so nothing before it can be relied on. */
function defaultPassage(answer: string, vocabulary: Vocabulary): Passage {
  const tokens = [...vocabulary.encode(answer), vocabulary.special('<|end|>')];
  return { title: answer, tokens, writtenFrom: 1, needsAllGiven: false };
}

/** As often as it takes for the window to see nothing but the refrain. */
function repeat(refrain: readonly number[], windowTokens: number): number[] {
  const times = Math.ceil(windowTokens / refrain.length) + 2;
  return Array.from({ length: times }, () => refrain).flat();
}
