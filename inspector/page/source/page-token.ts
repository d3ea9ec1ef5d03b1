/**
 * The token in the address of the page: `#token=<64 hex>`, which a browser never sends. Null where there is none, and
 * where the page was opened as a file.
 */
export function takeToken({ hash, protocol }: PageAddress): string | null {
  if (protocol !== 'http:' && protocol !== 'https:') return null;
  return /^#token=([0-9a-f]{64})$/.exec(hash)?.[1] ?? null;
}

/** The parts of a `Location` that are looked at. */
interface PageAddress {
  readonly hash: string;
  readonly protocol: string;
}
