import { describe, test } from '@jest/globals';
import fc from 'fast-check';
import { isSpecialAddress } from '../../../services/special-addresses.ts';

describe('special addresses, whatever the address', () => {
  test('[FR1] an IPv4 address in IPv6 clothing is special, however public it is', () => {
    fc.assert(
      fc.property(fc.ipV4(), fc.constantFrom('::ffff:', '64:ff9b::', '::'), (address, clothing) => {
        return isSpecialAddress(`${clothing}${address}`);
      }),
      { numRuns: 500 },
    );
  });

  test('[FR1] what is outside of the public block of IPv6 is special', () => {
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        const first = Number.parseInt(address.split(':')[0] || '0', 16);
        return (first >= 0x2000 && first <= 0x3fff) || isSpecialAddress(address);
      }),
      { numRuns: 500 },
    );
  });

  test('[FR3] a text that is no address is special', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.domain(), fc.anything()), (text) => isSpecialAddress(text)),
      {
        numRuns: 500,
      },
    );
  });
});
