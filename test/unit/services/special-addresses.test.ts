import { describe, expect, test } from '@jest/globals';
import { isSpecialAddress } from '../../../services/special-addresses.ts';
import { JUNK } from '../../doubles/junk.ts';

/** First and last address of each block, and what it is. */
const SPECIAL = [
  ['this network', '0.0.0.0', '0.255.255.255'],
  ['private 10', '10.0.0.0', '10.255.255.255'],
  ['carrier-grade NAT', '100.64.0.0', '100.127.255.255'],
  ['loopback', '127.0.0.0', '127.255.255.255'],
  ['link-local', '169.254.0.0', '169.254.255.255'],
  ['private 172', '172.16.0.0', '172.31.255.255'],
  ['protocol assignments', '192.0.0.0', '192.0.0.255'],
  ['documentation 1', '192.0.2.0', '192.0.2.255'],
  ['relays of 6to4', '192.88.99.0', '192.88.99.255'],
  ['private 192', '192.168.0.0', '192.168.255.255'],
  ['benchmarking', '198.18.0.0', '198.19.255.255'],
  ['documentation 2', '198.51.100.0', '198.51.100.255'],
  ['documentation 3', '203.0.113.0', '203.0.113.255'],
  ['multicast', '224.0.0.0', '239.255.255.255'],
  ['reserved and broadcast', '240.0.0.0', '255.255.255.255'],
  ['unspecified and loopback of IPv6', '::', '::1'],
  ['IPv4-compatible', '::2', '::ffff:ffff'],
  ['IPv4-mapped, written in dots', '::ffff:127.0.0.1', '::ffff:8.8.8.8'],
  ['IPv4-mapped, written in hex', '::ffff:7f00:1', '::ffff:808:808'],
  ['NAT64', '64:ff9b::', '64:ff9b::ffff:ffff'],
  ['local NAT64', '64:ff9b:1::', '64:ff9b:1:ffff:ffff:ffff:ffff:ffff'],
  ['discard-only', '100::', '100::ffff:ffff:ffff:ffff'],
  ['Teredo', '2001::', '2001:0:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['benchmarking of IPv6', '2001:2::', '2001:2:0:ffff:ffff:ffff:ffff:ffff'],
  ['ORCHID', '2001:10::', '2001:2f:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['documentation of IPv6', '2001:db8::', '2001:db8:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['6to4', '2002::', '2002:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['newer documentation of IPv6', '3fff::', '3fff:fff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['segment routing', '5f00::', '5f00:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['unique local', 'fc00::', 'fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local of IPv6', 'fe80::', 'febf:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['link-local with a zone', 'fe80::1%eth0', 'fe80::1%1'],
  ['a public address with a zone', '2606:4700::1%eth0', '2606:4700::1%1'],
  ['site-local', 'fec0::', 'feff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['multicast of IPv6', 'ff00::', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff'],
  ['loopback at full length', '0:0:0:0:0:0:0:1', '0000:0000:0000:0000:0000:0000:0000:0001'],
] as const;

/** Public neighbours of those blocks. */
const PUBLIC = [
  ['1.0.0.0', '9.255.255.255', '11.0.0.0', '100.63.255.255', '100.128.0.0', '126.255.255.255', '128.0.0.0'],
  ['169.253.255.255', '169.255.0.0', '172.15.255.255', '172.32.0.0', '191.255.255.255', '192.0.1.0'],
  ['192.0.3.0', '192.88.98.255', '192.88.100.0', '192.167.255.255', '192.169.0.0', '198.17.255.255'],
  ['198.20.0.0', '198.51.99.255', '198.51.101.0', '203.0.112.255', '203.0.114.0', '223.255.255.255'],
  ['2001:200::', '2001:db7::1', '2001:db9::1', '2003::', '2606:4700::1111', '3ffe:ffff::1', '3fff:1000::'],
].flat();

describe('special addresses', () => {
  test.each(SPECIAL)('[FR1] %s is special, from %s to %s', (_what, first, last) => {
    expect([isSpecialAddress(first), isSpecialAddress(last)]).toEqual([true, true]);
  });

  test.each(PUBLIC)('[FR2] %s is public', (address) => {
    expect(isSpecialAddress(address)).toBe(false);
  });

  test.each(JUNK)('[FR3] what is no address is special: $name', ({ make }) => {
    expect(isSpecialAddress(make())).toBe(true);
  });

  test.each(['', 'localhost', '127.1', '0x7f.1', '2130706433', '8.8.8.8 ', '[2606:4700::1]', '8.8.8.8:443'])(
    '[FR3] what is no address is special: the text %j',
    (text) => {
      expect(isSpecialAddress(text)).toBe(true);
    },
  );
});
