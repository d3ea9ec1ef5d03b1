/** The bits of a number as IEEE 754 binary16, rounded to nearest, ties to even. Beyond its range: infinity. */
export function halfFloatBits(value: number): number {
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  const size = Math.abs(value);
  if (Number.isNaN(size)) return 0x7e00;
  if (size >= 65520) return sign | 0x7c00;
  // The unit of the lowest binade serves the subnormal numbers below it too.
  let unit = 1 / 16384;
  let exponent = 1;
  while (exponent < 30 && size >= 2 * unit) {
    unit *= 2;
    exponent += 1;
  }
  // A carry out of the fraction lands in the exponent, which is what rounding up to the next power of two means.
  const fraction = roundHalfEven((size / unit) * 1024);
  return sign | (fraction < 1024 ? fraction : (exponent << 10) + (fraction - 1024));
}

function roundHalfEven(value: number): number {
  const below = Math.floor(value);
  const rest = value - below;
  if (rest !== 0.5) return rest < 0.5 ? below : below + 1;
  return below % 2 === 0 ? below : below + 1;
}
