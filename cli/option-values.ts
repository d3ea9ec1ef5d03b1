import { InvalidArgumentError } from 'commander';

/** Readers of option values, in the form that commander calls. Each throws what commander tells the user. */

export function digest(value: string): string {
  if (isDigest(value)) return value.toLowerCase();
  throw new InvalidArgumentError('It is 64 hex digits.');
}

export function wholeNumber(value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && Number.isSafeInteger(number) && number >= 1) return number;
  throw new InvalidArgumentError('It is a whole number from 1.');
}

export function portNumber(value: string): number {
  const number = Number(value);
  if (/^\d+$/.test(value) && number <= 65_535) return number;
  throw new InvalidArgumentError('It is a whole number from 0 to 65535; 0 is a free one.');
}

/** Of an option that may be given several times. */
export function eachOf(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** `host`, `host:port` or `host/path`, where what is fetched must be at or below the path. */
export function allowEntry(value: string): string | { readonly host: string; readonly path: string } {
  const slash = value.indexOf('/');
  if (slash < 0) return value;
  // A slash at the end would name an empty segment.
  const path = value.slice(slash).replace(/\/$/, '');
  return path === '' ? value.slice(0, slash) : { host: value.slice(0, slash), path };
}

export function isDigest(value: string): boolean {
  return /^[0-9a-fA-F]{64}$/.test(value);
}
