import type { Server } from 'node:http';
import { InspectorError } from './inspector-error.ts';
import type { ResolvedInspectorOptions } from './inspector-options.ts';
import { prepareSocketPlace } from './socket-path.ts';

/** Where a server listens. */
export interface Listening {
  /** Null on a socket. */
  readonly port: number | null;
  /** Takes away what was made for it, once the server has ended. */
  readonly clear: () => Promise<void>;
}

/** The one address that is ever listened at: no other machine reaches it. */
export const LOOPBACK_ADDRESS = '127.0.0.1';

/**
 * Lets the server listen on this machine alone.
 *
 * @throws {InspectorError} that says how to mend it.
 */
export async function listen(server: Server, at: ResolvedInspectorOptions['at']): Promise<Listening> {
  if ('port' in at) {
    await begin(server, { host: LOOPBACK_ADDRESS, port: at.port, exclusive: true });
    const address = server.address();
    return {
      port: typeof address === 'object' && address !== null ? address.port : at.port,
      clear: async () => undefined,
    };
  }
  const place = await prepareSocketPlace(at.socketPath).catch(asInspectorError);
  try {
    await begin(server, { path: at.socketPath, exclusive: true });
    await place.protect().catch(asInspectorError);
  } catch (error) {
    server.close();
    await place.clear();
    throw error;
  }
  return { port: null, clear: place.clear };
}

function begin(server: Server, at: Parameters<Server['listen']>[0] & object): Promise<void> {
  return new Promise((resolve, reject) => {
    const fail = (error: Error) => reject(refusalOf(error, 'path' in at));
    server.once('error', fail);
    server.listen(at, () => {
      server.off('error', fail);
      resolve();
    });
  });
}

function refusalOf(error: NodeJS.ErrnoException, isSocket: boolean): InspectorError {
  switch (error.code) {
    case 'EADDRINUSE':
      return isSocket
        ? new InspectorError(
            'socket_in_use',
            'Another program listens at socketPath: choose another path.',
            error,
          )
        : new InspectorError(
            'port_in_use',
            'Another program listens on this port: choose another, or 0 to have a free one chosen.',
            error,
          );
    case 'EACCES':
      return isSocket
        ? failed(error)
        : new InspectorError(
            'port_denied',
            'The system does not give this port to this user: choose one from 1024 on, or 0 to have a free one chosen.',
            error,
          );
    default:
      return failed(error);
  }
}

function asInspectorError(error: unknown): never {
  throw InspectorError.isInstance(error) ? error : failed(error as NodeJS.ErrnoException);
}

const failed = (error: NodeJS.ErrnoException) =>
  new InspectorError('listen_failed', `The inspector cannot listen (${error.code ?? 'unknown'}).`, error);
