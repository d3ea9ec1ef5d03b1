/**
 * The token in the address of the page: `#token=<64 hex>`, which a browser never sends. Null where there is none, and
 * where the page was opened as a file.
 */
export function takeToken({ hash, protocol }: PageAddress): string | null {
  if (!isServed({ protocol })) return null;
  return /^#token=([0-9a-f]{64})$/.exec(hash)?.[1] ?? null;
}

/** Whether the page came from a server, and not from a file. */
export function isServed({ protocol }: Pick<PageAddress, 'protocol'>): boolean {
  return protocol === 'http:' || protocol === 'https:';
}

/** The parts of a `Location` that are looked at. */
interface PageAddress {
  readonly hash: string;
  readonly protocol: string;
}
