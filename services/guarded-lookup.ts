import type { LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import { isSpecialAddress } from './special-addresses.ts';

/** What a connection fails with when its host resolves to an address that must not be dialled. */
export class AddressRefusedError extends Error {}

/**
 * A lookup that fails where any address of a name is special. The very addresses that it lets through are dialled, so
 * that a name which resolves to another address a moment later gains nothing.
 */
export function guardLookup(lookup: LookupFunction): LookupFunction {
  return (hostname, options, callback) => {
    let isAnswered = false;
    const answer = (...result: Parameters<typeof callback>): void => {
      if (isAnswered) return;
      isAnswered = true;
      callback(...result);
    };
    try {
      // Every address is asked for, though one may be wanted: the one beside it tells as much of the name.
      lookup(hostname, { ...options, all: true }, (error, found, family) => {
        const addresses = toList(found, family);
        const [first] = addresses;
        if (error) answer(error, []);
        else if (first === undefined || addresses.some(({ address }) => isSpecialAddress(address)))
          answer(new AddressRefusedError(), []);
        else if (options.all === true) answer(null, addresses);
        else answer(null, first.address, first.family);
      });
    } catch (error) {
      answer(error instanceof Error ? error : new Error(), []);
    }
  };
}

/** A lookup that a host brings may give one address though all were asked for. */
function toList(found: string | LookupAddress[], family: number | undefined): LookupAddress[] {
  if (Array.isArray(found)) return found;
  return typeof found === 'string' ? [{ address: found, family: family ?? isIP(found) }] : [];
}
