import type { Reason } from '../policies/reasons.ts';
import { AddressRefusedError } from './guarded-lookup.ts';

/**
 * Why a request failed before the head of its response was whole. Only the reason is told on: the error's text may
 * hold a URL or an address.
 *
 * @param socket The connection it failed on; null where it never got one.
 */
export function reasonOfFailure(error: unknown, socket: object | null): Reason {
  if (error instanceof AddressRefusedError) return 'source_address_refused';
  if (codeOf(error).startsWith('HPE_')) return 'response_malformed';
  return isCertificateRefused(socket) ? 'source_certificate_refused' : 'source_unreachable';
}

function codeOf(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code;
  return typeof code === 'string' ? code : '';
}

/** A TLS socket keeps what was wrong with the certificate: no list of codes has to be kept here. */
function isCertificateRefused(socket: object | null): boolean {
  return socket !== null && 'authorizationError' in socket && Boolean(socket.authorizationError);
}
