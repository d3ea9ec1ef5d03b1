import { X509Certificate } from 'node:crypto';
import { lookup as dnsLookup } from 'node:dns';
import { validateHeaderValue } from 'node:http';
import { Agent } from 'node:https';
import type { LookupFunction } from 'node:net';
import { createSecureContext, rootCertificates, type SecureContext } from 'node:tls';
import { guardLookup } from './guarded-lookup.ts';
import { isSpecialAddress } from './special-addresses.ts';

export interface ConnectionOptions {
  readonly privateAddresses?: boolean;
  readonly ca?: string | readonly string[];
  readonly authorization?: string;
  readonly agent?: Agent;
  readonly lookup?: LookupFunction;
}

/** The connections of one fetcher. */
export interface Connections {
  readonly agent: Agent;
  refusesAddress(address: string | undefined): boolean;
  /** Ends the connections that nobody uses now. */
  dropIdle(): void;
  /** Ends them, and keeps none from now on. */
  close(): void;
}

const SOCKETS_MAX = 8;
const IDLE_SOCKETS_MAX = 2;
/** TLS hands over 16 KiB at a time: a buffer of this size joins them where the reader is slower. */
const BUFFER_BYTES = 1024 * 1024;

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]*-----END CERTIFICATE-----/g;

/** @throws where a certificate of `ca` cannot be read, or `authorization` is no value of a header field. */
export function createConnections(options: ConnectionOptions): Connections {
  if (options.authorization !== undefined) validateHeaderValue('Authorization', options.authorization);
  const { agent: own, privateAddresses = false, lookup = dnsLookup as LookupFunction } = options;
  // The addresses behind an agent of the host's are not ours to judge: it may dial a proxy, which resolves names.
  if (own !== undefined)
    return { agent: own, refusesAddress: () => false, dropIdle: doNothing, close: doNothing };

  const agentOptions = {
    keepAlive: true,
    maxSockets: SOCKETS_MAX,
    maxFreeSockets: IDLE_SOCKETS_MAX,
    secureContext: createTrust(options.ca),
    lookup: privateAddresses ? lookup : guardLookup(lookup),
    highWaterMark: BUFFER_BYTES,
  };
  const agent = new Agent(agentOptions);

  function dropIdle(): void {
    for (const sockets of Object.values(agent.freeSockets)) {
      for (const socket of sockets ?? []) socket.destroy();
    }
  }

  return {
    agent,
    refusesAddress: (address) => !privateAddresses && isSpecialAddress(address),
    dropIdle,
    close: () => {
      agent.maxFreeSockets = 0;
      dropIdle();
    },
  };
}

/** The roots are named one by one: else the environment could add to them. */
function createTrust(ca: string | readonly string[] = []): SecureContext {
  const own = [ca].flat().flatMap(readCertificates);
  return createSecureContext({ ca: [...rootCertificates, ...own], minVersion: 'TLSv1.2' });
}

/** Node passes over what it cannot read: a mistyped authority would show in a refused connection only. */
function readCertificates(pem: string): string[] {
  const found = pem.match(CERTIFICATE);
  if (found === null) throw new TypeError('no certificate');
  return found.map((text) => new X509Certificate(text).toString());
}

function doNothing(): void {
  // On purpose.
}
