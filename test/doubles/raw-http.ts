import { connect, type Socket } from 'node:net';

/** Sends bytes as they are to a port of this machine, and gives all that comes back until the other side ends. */
export function sendRaw(port: number, bytes: string, { endAfter = false } = {}): Promise<string> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1');
    socket.on('data', (piece) => {
      answer += String(piece);
    });
    socket.on('close', () => resolve(answer));
    socket.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code === 'ECONNRESET' || error.code === 'EPIPE') resolve(answer);
      else reject(error);
    });
    socket.on('connect', () => (endAfter ? socket.end(bytes) : socket.write(bytes)));
  });
}

/** A connection that sends a request and then takes nothing. */
export function connectDeaf(port: number, bytes: string): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.on('connect', () => {
      socket.pause();
      socket.write(bytes);
    });
    socket.once('connect', () => resolve(socket));
    socket.once('close', () => resolve(socket));
  });
}

export const statusOf = (answer: string): number => Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0);
