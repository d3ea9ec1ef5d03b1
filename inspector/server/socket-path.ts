import { chmod, lstat, mkdir, rmdir, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { dirname, resolve } from 'node:path';
import { InspectorError } from './inspector-error.ts';

/** A place for a socket that nobody but this user reaches. */
export interface SocketPlace {
  /** Once the server listens. */
  readonly protect: () => Promise<void>;
  /** Once it has ended: what was made for it goes. */
  readonly clear: () => Promise<void>;
}

/** Named pipes of Windows have no place in the file system. */
const PIPE = /^[/\\]{2}[.?][/\\]pipe[/\\]/;

/**
 * Makes the place for a socket. A socket that a dead process left there is taken away; one that somebody listens at
 * is not, nor is anything else.
 *
 * @throws {InspectorError} `socket_in_use` or `socket_unsafe`
 */
export async function prepareSocketPlace(socketPath: string): Promise<SocketPlace> {
  if (PIPE.test(socketPath)) return { protect: async () => undefined, clear: async () => undefined };
  const directory = dirname(resolve(socketPath));
  // Between listening and the change of its mode the socket is open to whoever reaches it: so nobody may.
  const isMade = await makeDirectory(directory);
  await refuseOpenDirectory(directory);
  await takeStaleAway(socketPath);
  return {
    protect: () => chmod(socketPath, 0o600),
    clear: async () => {
      // Where somebody else keeps something in there by now, it stays.
      if (isMade) await rmdir(directory).catch(() => undefined);
    },
  };
}

/** @returns Whether it was not there. */
async function makeDirectory(directory: string): Promise<boolean> {
  try {
    await mkdir(directory, { mode: 0o700 });
    return true;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST') return false;
    throw new InspectorError(
      'listen_failed',
      `The directory of socketPath cannot be made (${code ?? 'unknown'}): the one above it must be there, and this user's to write to.`,
      error,
    );
  }
}

async function refuseOpenDirectory(directory: string): Promise<void> {
  const found = await lstat(directory);
  if (!found.isDirectory()) {
    throw new InspectorError(
      'socket_unsafe',
      'What should be the directory of socketPath is none: choose another path.',
    );
  }
  const { mode, uid } = found;
  const isPrivate = (mode & 0o077) === 0 && (process.getuid === undefined || uid === process.getuid());
  // What a mode is on Windows says nothing.
  if (isPrivate || process.platform === 'win32') return;
  throw new InspectorError(
    'socket_unsafe',
    'The directory of socketPath is open to others: choose one that is not there yet, or take their rights away (chmod 700).',
  );
}

async function takeStaleAway(socketPath: string): Promise<void> {
  const found = await lstat(socketPath).catch(() => null);
  if (found === null) return;
  if (!found.isSocket()) {
    throw new InspectorError(
      'socket_unsafe',
      'At socketPath lies something that is no socket: choose another path.',
    );
  }
  if (await isListening(socketPath)) {
    throw new InspectorError(
      'socket_in_use',
      'Another program listens at socketPath: choose another path, or end that program.',
    );
  }
  await unlink(socketPath);
}

function isListening(socketPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(socketPath);
    const answer = (listening: boolean) => () => {
      socket.destroy();
      resolve(listening);
    };
    socket.on('connect', answer(true));
    // Only a refusal says that nobody is there; a queue that is full says that somebody is.
    socket.on('error', (error: NodeJS.ErrnoException) => answer(error.code !== 'ECONNREFUSED')());
  });
}
