import { CODE_DIMENSIONS } from './token-codes.ts';

/** Base of the rotation: pair i of a head turns by 2^(-i/16) radians a token. */
export const ROPE_BASE = 2;
const PAIRS = CODE_DIMENSIONS / 2;

/**
 * The query with which a head looks `tokensBack` places back, when every key is the same vector (1, 0, 1, 0, …).
 *
 * Position m turns a query, and position n a key, by its own number of steps; the score of the two is the sum of
 * cos((m - n - tokensBack)·θ) over all pairs. It is 16 exactly where m - n = tokensBack, at most 11.8 one place
 * beside it, and at most 8.8 anywhere else within 8,192 tokens.
 */
export function lookBackQuery(tokensBack: number): Float64Array {
  const query = new Float64Array(CODE_DIMENSIONS);
  for (let pair = 0; pair < PAIRS; pair += 1) {
    const angle = tokensBack * stepAngle(pair);
    query[2 * pair] = cosine(angle);
    query[2 * pair + 1] = -cosine(angle - HALF_PI);
  }
  return query;
}

/** 2^(-pair/16): from square roots alone, since `**` may differ between machines in the last bit. */
function stepAngle(pair: number): number {
  const root = Math.sqrt(Math.sqrt(Math.sqrt(Math.sqrt(0.5))));
  let angle = 1;
  for (let step = 0; step < pair; step += 1) angle *= root;
  return angle;
}

const HALF_PI = 1.5707963267948966;

/** Cosine by its series, in plain arithmetic, so that every machine gets the same bits. For angles below 32. */
function cosine(angle: number): number {
  // Halving four times keeps the series short; doubling back is cos 2a = 2 cos² a - 1.
  const small = angle / 16;
  const square = small * small;
  let term = 1;
  let sum = 1;
  for (let step = 1; step <= 12; step += 1) {
    term *= -square / ((2 * step - 1) * (2 * step));
    sum += term;
  }
  for (let doubling = 0; doubling < 4; doubling += 1) sum = 2 * sum * sum - 1;
  return sum;
}
