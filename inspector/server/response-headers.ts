import type { OutgoingHttpHeaders } from 'node:http';

/**
 * What every answer says: nothing of it is kept, guessed at, framed, or read by another origin. There is no header of
 * CORS among them, ever: nobody but the page itself may read what is served.
 */
export function responseHeaders(type: string, policy: string | null = null): OutgoingHttpHeaders {
  return {
    'content-type': `${type}; charset=utf-8`,
    'content-security-policy': `${policy ?? "default-src 'none'"}; frame-ancestors 'none'`,
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
    'cross-origin-resource-policy': 'same-origin',
    'cross-origin-opener-policy': 'same-origin',
    'referrer-policy': 'no-referrer',
    // One request for each connection: none lies idle, and none waits behind another.
    connection: 'close',
  };
}
