/** Sizes of a random-weight model. */
export interface RandomShape {
  readonly vocabularyTokens: number;
  readonly embedding: number;
  readonly hidden: number;
  readonly blocks: number;
  readonly heads: number;
  /** Heads of keys and values: three query heads share one where that divides. */
  readonly keyValueHeads: number;
}

/** Smallest and largest model that `planRandomShape` makes. */
const RANDOM_PARAMETERS_MIN = 100_000;
const RANDOM_PARAMETERS_MAX = 8_000_000_000;

const HEAD_DIMENSIONS = 64;
const VOCABULARY_TOKENS = 32_000;
const VOCABULARY_TOKENS_SMALL = 1_024;
/** Below this the large vocabulary would be most of the model. */
const SMALL_BELOW_PARAMETERS = 12_000_000;
/** Blocks for each 64 dimensions of embedding: deeper or flatter than this no real model of the family is. */
const BLOCKS_PER_HEAD = { min: 0.5, max: 4 } as const;

/**
 * The shape whose number of parameters is nearest to `parameters`, among those as deep as real models are.
 * Throws `RangeError` outside 100 thousand to 8 billion.
 */
export function planRandomShape(parameters: number): RandomShape {
  if (!(parameters >= RANDOM_PARAMETERS_MIN && parameters <= RANDOM_PARAMETERS_MAX)) {
    throw new RangeError(
      `parameters must be from ${RANDOM_PARAMETERS_MIN} to ${RANDOM_PARAMETERS_MAX}, not ${parameters}.`,
    );
  }
  const vocabularyTokens = parameters < SMALL_BELOW_PARAMETERS ? VOCABULARY_TOKENS_SMALL : VOCABULARY_TOKENS;
  let best: RandomShape | undefined;
  for (let heads = 1; heads <= 64; heads += 1) {
    const shape = shapeWithHeads(heads, vocabularyTokens, parameters);
    if (best === undefined || distance(shape, parameters) < distance(best, parameters)) best = shape;
  }
  return best!;
}

/** Every weight of the model, norms included; the embedding counts once, since the output shares it. */
export function countParameters(shape: RandomShape): number {
  return shape.vocabularyTokens * shape.embedding + shape.embedding + shape.blocks * blockParameters(shape);
}

function shapeWithHeads(heads: number, vocabularyTokens: number, parameters: number): RandomShape {
  const embedding = heads * HEAD_DIMENSIONS;
  const shape = {
    vocabularyTokens,
    embedding,
    hidden: Math.ceil((embedding * 8) / 3 / 64) * 64,
    blocks: 1,
    heads,
    keyValueHeads: heads % 3 === 0 ? heads / 3 : heads,
  };
  const rest = parameters - vocabularyTokens * embedding - embedding;
  const blocks = Math.round(rest / blockParameters(shape));
  const least = Math.max(1, Math.ceil(heads * BLOCKS_PER_HEAD.min));
  return { ...shape, blocks: Math.min(Math.max(blocks, least), Math.ceil(heads * BLOCKS_PER_HEAD.max)) };
}

function blockParameters({ embedding, hidden, keyValueHeads }: RandomShape): number {
  const keysAndValues = 2 * embedding * keyValueHeads * HEAD_DIMENSIONS;
  return 2 * embedding * embedding + keysAndValues + 3 * embedding * hidden + 2 * embedding;
}

function distance(shape: RandomShape, parameters: number): number {
  return Math.abs(countParameters(shape) - parameters);
}
