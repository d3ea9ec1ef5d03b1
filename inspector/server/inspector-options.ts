import { InspectorError } from './inspector-error.ts';

export interface InspectorOptions {
  /** Port on 127.0.0.1, 1 to 65535. Default 0: the system chooses a free one. */
  readonly port?: number;
  /**
   * Path of a Unix socket, or of a named pipe on Windows, in place of a port: no browser reaches it. Its directory
   * must be this user's alone; it is made where it is missing, in one that is there.
   */
  readonly socketPath?: string;
  /** Viewers that may follow the trace at the same time, 1 to 16. Default 4. */
  readonly viewersMax?: number;
}

/** Options with every default filled in. */
export interface ResolvedInspectorOptions {
  readonly at: { readonly port: number } | { readonly socketPath: string };
  readonly viewersMax: number;
}

const VIEWERS_DEFAULT = 4;
const VIEWERS_MAX = 16;
const NAMES = ['port', 'socketPath', 'viewersMax'];

/** What the kernel holds of the path of a socket, in bytes, on each platform. */
const SOCKET_PATH_BYTES_MAX = 103;

/** @throws {InspectorError} `invalid_options`, naming the field and its rule. */
export function resolveInspectorOptions(options: unknown): ResolvedInspectorOptions {
  if (typeof options !== 'object' || options === null) throw wrong('inspector options', 'must be an object');
  const unknown = Object.keys(options).find((name) => !NAMES.includes(name));
  if (unknown !== undefined) throw wrong('inspector options', `may hold only ${NAMES.join(', ')}`);
  const { port, socketPath, viewersMax = VIEWERS_DEFAULT } = options as InspectorOptions;
  if (!isInteger(viewersMax, 1, VIEWERS_MAX)) {
    throw wrong('viewersMax', `must be an integer from 1 to ${VIEWERS_MAX}`);
  }
  if (socketPath === undefined) {
    if (port !== undefined && !isInteger(port, 0, 65_535)) {
      throw wrong('port', 'must be an integer from 0 to 65535; with 0 the system chooses one');
    }
    return { at: { port: port ?? 0 }, viewersMax };
  }
  if (port !== undefined) throw wrong('socketPath', 'must not stand beside port');
  if (typeof socketPath !== 'string' || socketPath === '' || socketPath.includes('\0')) {
    throw wrong('socketPath', 'must be the path of a socket');
  }
  if (Buffer.byteLength(socketPath) > SOCKET_PATH_BYTES_MAX) {
    throw wrong('socketPath', `must have at most ${SOCKET_PATH_BYTES_MAX} bytes: choose a shorter directory`);
  }
  return { at: { socketPath }, viewersMax };
}

const isInteger = (value: unknown, min: number, max: number): value is number =>
  Number.isInteger(value) && (value as number) >= min && (value as number) <= max;

const wrong = (field: string, rule: string) => new InspectorError('invalid_options', `${field} ${rule}.`);
