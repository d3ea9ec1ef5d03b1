/** Why an inspector could not be opened. */
export type InspectorErrorCode =
  | 'invalid_options'
  /** Another program listens there. */
  | 'port_in_use'
  /** The system does not give this port to this user. */
  | 'port_denied'
  /** Another program listens at the socket. */
  | 'socket_in_use'
  /** Something that is no socket lies there, or others can reach the directory. */
  | 'socket_unsafe'
  | 'listen_failed'
  /** The inspector that was to be attached to cannot be reached. */
  | 'attach_unreachable'
  /** It does not know the token. */
  | 'attach_denied'
  /** It shows its trace to as many viewers as it may. */
  | 'attach_full'
  /** What answers there is no inspector. */
  | 'attach_other'
  /** The file cannot be read. */
  | 'trace_unreadable';

const BRAND = Symbol.for('llamero.InspectorError');

/**
 * An inspector that could not be opened. `code` says why, `message` says how to mend it.
 * Recognise it with `InspectorError.isInstance`, which holds across realms and duplicate installs.
 */
export class InspectorError extends Error {
  readonly code: InspectorErrorCode;
  readonly [BRAND] = true;

  constructor(code: InspectorErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'InspectorError';
    this.code = code;
  }

  static isInstance(value: unknown): value is InspectorError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
