import { STATUS_CODES } from 'node:http';
import type { Duplex } from 'node:stream';
import { responseHeaders } from './response-headers.ts';

/** Answers what never became a request that a handler sees, and ends the connection. */
export function refuseSocket(socket: Duplex, status: 400 | 405 | 408 | 431): void {
  socket.on('error', () => undefined);
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const headers = { ...responseHeaders('text/plain'), 'content-length': 0, ...(status === 405 && ALLOW) };
  const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n${fields.join('')}\r\n`, () => socket.destroy());
}

export const ALLOW = { allow: 'GET, HEAD' } as const;
