import { createRequire } from 'node:module';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { createWebSocketReceiver, type StatelyInspectionEvent } from '@statelyai/inspect';

/**
 * The vendor's receiver, behind a relay on loopback. The vendor's own relay listens on every address of the machine;
 * this one uses the same WebSocket library, which comes with the vendor's package.
 */
export async function openStatelyReceiver() {
  const { WebSocketServer } = createRequire(
    fileURLToPath(new URL('../../node_modules/@statelyai/inspect/package.json', import.meta.url)),
  )('ws') as WebSocketLibrary;
  const server = new WebSocketServer({ host: '127.0.0.1', port: 0 });
  await new Promise<void>((resolve) => server.once('listening', resolve));
  const { port } = server.address();

  const connected = new Promise<ServerSocket>((resolve) => server.once('connection', resolve));
  const receiver = createWebSocketReceiver({ server: `ws://127.0.0.1:${port}` });
  const received: StatelyInspectionEvent[] = [];
  let arrived = () => {};
  receiver.subscribe((event) => {
    received.push(event);
    arrived();
  });
  const socket = await connected;
  server.on('connection', (sender) => sender.on('message', (message) => socket.send(String(message))));

  return {
    /** Whoever connects here talks to the receiver. */
    url: `ws://127.0.0.1:${port}`,
    received: received as readonly StatelyInspectionEvent[],
    send: (message: string) => socket.send(message),
    /** Settles once so many messages came. */
    until: async (count: number) => {
      while (received.length < count)
        await new Promise<void>((resolve) => {
          arrived = resolve;
        });
    },
    close: async () => {
      const closed = new Promise<void>((resolve) => socket.once('close', resolve));
      socket.close();
      await closed;
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

/** What is used of the `ws` package, which has no types of its own. */
interface WebSocketLibrary {
  readonly WebSocketServer: new (options: {
    host: string;
    port: number;
  }) => {
    once(event: 'listening', hear: () => void): void;
    once(event: 'connection', hear: (socket: ServerSocket) => void): void;
    on(event: 'connection', hear: (socket: ServerSocket) => void): void;
    address(): AddressInfo;
    close(done: () => void): void;
  };
}

interface ServerSocket {
  send(message: string): void;
  close(): void;
  once(event: 'close', hear: () => void): void;
  on(event: 'message', hear: (message: unknown) => void): void;
}
