import type { Reason } from '../policies/reasons.ts';

/** What failed: the construction, a start, a request, a trace, the supervisor itself, the store, or a file of pins. */
export type SupervisorErrorCode =
  | 'invalid_options'
  | 'start_failed'
  | 'request_refused'
  | 'request_failed'
  | 'trace_failed'
  | 'supervisor_closed'
  | 'store_failed'
  | 'pins_refused';

const BRAND = Symbol.for('llamero.SupervisorError');

/**
 * An operation that failed. `code` says which, `reason` says why; `message` is for people.
 * Recognise it with `SupervisorError.isInstance`, which holds across realms and duplicate installs.
 */
export class SupervisorError extends Error {
  readonly code: SupervisorErrorCode;
  readonly reason: Reason;
  readonly [BRAND] = true;

  constructor(code: SupervisorErrorCode, reason: Reason, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'SupervisorError';
    this.code = code;
    this.reason = reason;
  }

  static isInstance(value: unknown): value is SupervisorError {
    return typeof value === 'object' && value !== null && BRAND in value;
  }
}
