/**
 * How this room reads values it does not trust: own fields only, each read once.
 *
 * An inherited field never counts, so a polluted prototype cannot fill in what is missing. A reader keeps what it
 * read in a local: a getter that answers differently the second time is then never asked a second time.
 */
export function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** An object literal, of this realm or another: no array, no class instance. */
export function isPlainObject(value: unknown): value is object {
  if (!isObject(value) || Array.isArray(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** The value of an own field; `undefined` where there is none. Throws what a getter or a proxy throws. */
export function ownField(source: object, key: string): unknown {
  return Object.hasOwn(source, key) ? (source as Record<string, unknown>)[key] : undefined;
}

/** A whole number from `min` up, exact in a double. */
export function isIntegerFrom(value: unknown, min: number): value is number {
  return Number.isSafeInteger(value) && (value as number) >= min;
}

/** A finite number of the closed range. */
export function isNumberWithin(value: unknown, min: number, max: number): value is number {
  return typeof value === 'number' && value >= min && value <= max && Number.isFinite(value);
}
