/** A run of tokens that the model must be able to write, with what stands before it. */
export interface Passage {
  /** How a message names it: the sentence itself. */
  readonly title: string;
  readonly tokens: readonly number[];
  /** First place that is written by the model; everything before it is given. At least 1. */
  readonly writtenFrom: number;
  /**
   * Whether the first written token asks for everything that is given (as far as the window goes).
   * That is what keeps half a question from being answered.
   */
  readonly needsAllGiven: boolean;
}

/** The last tokens of what was read or written, and the one that follows. */
export interface Context {
  readonly tokens: readonly number[];
  readonly next: number;
}

/** Two places of the page look alike as far back as the model can see. The message names both sentences. */
export class AmbiguousPageError extends Error {
  override readonly name = 'AmbiguousPageError';
}

interface Place {
  readonly passage: Passage;
  /** The place of the token to be written. */
  readonly at: number;
}

/**
 * For every place that the model writes, the shortest context that is always followed by the same token.
 * No context found here ends with another one that is followed by something else: in any text at most one fits.
 * Throws `AmbiguousPageError` when `windowTokens` are too few to tell two places apart.
 */
export function findContexts(passages: readonly Passage[], windowTokens: number): Context[] {
  const contexts: Context[] = [];
  let open: Place[] = [];
  for (const passage of passages) {
    for (let at = passage.writtenFrom; at < passage.tokens.length; at += 1) {
      const place = { passage, at };
      if (at === passage.writtenFrom && passage.needsAllGiven) {
        contexts.push({ tokens: before(place, Math.min(at, windowTokens)), next: nextOf(place) });
      } else {
        open.push(place);
      }
    }
  }
  assertNoneEndsAnother(contexts, passages);
  for (let length = 1; open.length > 0; length += 1) {
    const groups = groupByContext(open, length);
    open = [];
    for (const group of groups) {
      const next = nextOf(group[0]!);
      const other = group.find((place) => nextOf(place) !== next);
      if (other === undefined) {
        contexts.push({ tokens: before(group[0]!, length), next });
        continue;
      }
      const exhausted = group.find((place) => place.at <= length || length >= windowTokens);
      if (exhausted !== undefined) {
        const rival = group.find((place) => nextOf(place) !== nextOf(exhausted)) ?? other;
        throw new AmbiguousPageError(
          `After the same ${length} tokens two sentences go on differently. Word one of them another way, or look further back.\n` +
            `  1: ${exhausted.passage.title}\n  2: ${rival.passage.title}\n  token ${exhausted.at} of 1, token ${rival.at} of 2`,
        );
      }
      open.push(...group);
    }
  }
  return contexts;
}

/** Questions are told apart whole: one whose end is another question would be answered twice at once. */
function assertNoneEndsAnother(contexts: readonly Context[], passages: readonly Passage[]): void {
  const titles = passages.filter((passage) => passage.needsAllGiven).map((passage) => passage.title);
  for (const [one, { tokens }] of contexts.entries()) {
    for (const [two, other] of contexts.entries()) {
      if (one === two || tokens.length > other.tokens.length) continue;
      if (other.tokens.slice(-tokens.length).join() === tokens.join()) {
        throw new AmbiguousPageError(
          `One question ends like another, as far as the model can look back.\n  1: ${titles[one]}\n  2: ${titles[two]}`,
        );
      }
    }
  }
}

function groupByContext(places: readonly Place[], length: number): Place[][] {
  const groups = new Map<string, Place[]>();
  for (const place of places) {
    const key = before(place, length).join();
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [place]);
    else group.push(place);
  }
  return [...groups.values()];
}

function before({ passage, at }: Place, length: number): readonly number[] {
  return passage.tokens.slice(at - length, at);
}

function nextOf({ passage, at }: Place): number {
  return passage.tokens[at]!;
}
