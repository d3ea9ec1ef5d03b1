import { isHostLabel } from './source-grammar.ts';

/** A host with the port that goes with it; null where none is named. */
export interface HostAndPort {
  readonly host: string;
  readonly port: number | null;
}

const PORT_MAX = 65_535;
const PORT = /^[1-9]\d{0,4}$/;
const IPV4_PART = /^(?:0|[1-9]\d{0,2})$/;
const IPV6_GROUP = /^(?:0|[1-9a-f][0-9a-f]{0,3})$/;
const IPV6_GROUPS = 8;

/**
 * A host that only a private network knows: a name of one label such as `localhost`, an IPv4 address, or an IPv6
 * address in brackets. An address must be written as the URL standard writes it, so that it has one spelling.
 */
export function isPrivateHost(host: string): boolean {
  return isHostLabel(host) || isIpv4(host) || isIpv6Literal(host);
}

/** Cuts `host:port`, with or without the port; null where what follows the colon is no port. */
export function splitPort(text: string): HostAndPort | null {
  const colon = text.lastIndexOf(':');
  if (colon === -1 || text.endsWith(']')) return { host: text, port: null };
  const port = readPort(text.slice(colon + 1));
  return port === null ? null : { host: text.slice(0, colon), port };
}

function readPort(text: string): number | null {
  return PORT.test(text) && Number(text) <= PORT_MAX ? Number(text) : null;
}

function isIpv4(host: string): boolean {
  const parts = host.split('.');
  return parts.length === 4 && parts.every((part) => IPV4_PART.test(part) && Number(part) <= 255);
}

function isIpv6Literal(host: string): boolean {
  if (!host.startsWith('[') || !host.endsWith(']')) return false;
  const text = host.slice(1, -1);
  const groups = readIpv6(text);
  return groups !== null && writeIpv6(groups) === text;
}

/** The eight groups of an address whose groups are written the shortest way; null where it is none. */
function readIpv6(text: string): readonly string[] | null {
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const [before = [], after] = halves.map((half) => (half === '' ? [] : half.split(':')));
  const missing = IPV6_GROUPS - before.length - (after?.length ?? 0);
  if (after === undefined ? missing !== 0 : missing < 1) return null;
  const groups = [...before, ...new Array<string>(missing).fill('0'), ...(after ?? [])];
  return groups.every((group) => IPV6_GROUP.test(group)) ? groups : null;
}

/** As the URL standard writes it: the first of the longest runs of two zero groups or more is left out. */
function writeIpv6(groups: readonly string[]): string {
  const runs = groups.map((_, start) => {
    const end = groups.findIndex((group, index) => index >= start && group !== '0');
    return (end === -1 ? IPV6_GROUPS : end) - start;
  });
  const longest = Math.max(...runs);
  if (longest < 2) return groups.join(':');
  const start = runs.indexOf(longest);
  return `${groups.slice(0, start).join(':')}::${groups.slice(start + longest).join(':')}`;
}
