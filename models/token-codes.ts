/** Length of a token's code, and the width of every block of the residual stream. */
export const CODE_DIMENSIONS = 32;

/** How many different codes there are. */
export const CODE_COUNT = 2048;

/** Two different codes never agree more than this: the dot product of a code with itself is 32. */
export const CODE_CORRELATION_MAX = 8;

/**
 * The code of a token: 32 signs, a Gold code with its complement. Over the field GF(32), place x of code
 * (a, b, e) is the sign of Tr(a·x + b·x³) + e. The cube is almost bent for odd dimensions, so the dot product
 * of two different codes is -32, -8, 0 or 8: better than any draw of random signs, and nothing to draw.
 */
export function tokenCode(token: number): Int8Array {
  if (!Number.isInteger(token) || token < 0 || token >= CODE_COUNT) {
    throw new RangeError(`There is no code for token ${token}: codes go from 0 to ${CODE_COUNT - 1}.`);
  }
  const a = token & 31;
  const b = (token >> 5) & 31;
  const e = token >> 10;
  return Int8Array.from({ length: CODE_DIMENSIONS }, (_, x) => {
    const bit = trace(multiply(a, x) ^ multiply(b, multiply(x, multiply(x, x)))) ^ e;
    return bit === 0 ? 1 : -1;
  });
}

/** Product in GF(32), with x⁵ + x² + 1 as the field's polynomial. */
function multiply(left: number, right: number): number {
  let product = 0;
  let shifted = left;
  for (let bit = 0; bit < 5; bit += 1) {
    if ((right >> bit) & 1) product ^= shifted;
    shifted <<= 1;
    if (shifted & 32) shifted ^= 0b100101;
  }
  return product;
}

/** Absolute trace in GF(32): y + y² + y⁴ + y⁸ + y¹⁶, which is 0 or 1. */
function trace(y: number): number {
  let sum = 0;
  let power = y;
  for (let step = 0; step < 5; step += 1) {
    sum ^= power;
    power = multiply(power, power);
  }
  return sum;
}
