import { BlockList, isIP } from 'node:net';

type Block = readonly [network: string, prefixBits: number];

/** Blocks that no host of the public Internet is in, as the registries of special-purpose addresses name them. */
const SPECIAL_IPV4: readonly Block[] = [
  ['0.0.0.0', 8], // this network, unspecified
  ['10.0.0.0', 8], // private
  ['100.64.0.0', 10], // carrier-grade NAT
  ['127.0.0.0', 8], // loopback
  ['169.254.0.0', 16], // link-local, and the metadata services of clouds
  ['172.16.0.0', 12], // private
  ['192.0.0.0', 24], // protocol assignments
  ['192.0.2.0', 24], // documentation
  ['192.88.99.0', 24], // relays of 6to4
  ['192.168.0.0', 16], // private
  ['198.18.0.0', 15], // benchmarking
  ['198.51.100.0', 24], // documentation
  ['203.0.113.0', 24], // documentation
  ['224.0.0.0', 4], // multicast
  ['240.0.0.0', 4], // reserved, broadcast
];

/** Outside of 2000::/3 there is no public address at all; the rest are blocks inside of it. */
const SPECIAL_IPV6: readonly Block[] = [
  ['::', 3], // unspecified, loopback, IPv4-mapped, NAT64, discard-only
  ['4000::', 2], // not assigned, segment routing
  ['8000::', 1], // unique local, link-local, site-local, multicast, not assigned
  ['2001::', 23], // protocol assignments: Teredo, benchmarking, ORCHID
  ['2001:db8::', 32], // documentation
  ['2002::', 16], // 6to4
  ['3fff::', 20], // documentation
];

/** Apart: one list would hold an IPv4 address against the IPv6 block that it can be mapped into. */
const IPV4 = createBlockList(SPECIAL_IPV4, 'ipv4');
const IPV6 = createBlockList(SPECIAL_IPV6, 'ipv6');

/**
 * Whether an address is loopback, private, link-local or otherwise not of the public Internet, or leads to one such
 * by being mapped, translated or tunnelled. What is no address is special too: nothing is known of it.
 */
export function isSpecialAddress(address: unknown): boolean {
  if (typeof address !== 'string') return true;
  switch (isIP(address)) {
    case 4:
      return IPV4.check(address, 'ipv4');
    case 6:
      // A zone is for addresses of the link alone.
      return address.includes('%') || IPV6.check(address, 'ipv6');
    default:
      return true;
  }
}

function createBlockList(blocks: readonly Block[], family: 'ipv4' | 'ipv6'): BlockList {
  const list = new BlockList();
  for (const [network, prefixBits] of blocks) list.addSubnet(network, prefixBits, family);
  return list;
}
